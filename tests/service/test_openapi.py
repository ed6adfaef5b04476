"""schemathesis makes requests of the OpenAPI: no server error, every answer as it is described."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.service.conftest import PASSWORD, Service

EXAMPLES = os.environ.get("FAXCORE_EXAMPLES", "")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,ignored_auth,unsupported_method"
)


def test_every_answer_is_as_the_openapi_describes_it(service: Service, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "schemathesis.cli", "run"]
    command += [f"{service.url}/openapi.json", "--auth", f"clinic:{PASSWORD}"]
    command += [
        "--max-examples",
        EXAMPLES or "2",
        "--exclude-path",
        "/v1/events",
        "--checks",
        CHECKS,
    ]
    command += [
        "--phases",
        "coverage,fuzzing" if EXAMPLES else "fuzzing",
        "--no-color",
        "--seed",
        "1",
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=500, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
