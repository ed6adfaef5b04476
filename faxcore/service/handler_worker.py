"""The process in which a handler works: ``python -m faxcore.service.handler_worker FOLDER``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from faxcore.render.document import Limits
from faxcore.render.worker import limit_process
from faxcore.service.handlers import SECONDS, TASK, find_handler, read_task, write_outcome


def main(folder: Path) -> int:
    """The process of a handler: 0 if its answer was written."""
    told = json.loads((folder / TASK).read_bytes())
    limit_process(Limits(seconds=SECONDS, cpu_seconds=int(SECONDS)))
    task = read_task(told["task"], folder)
    try:
        outcome = find_handler(told["handler"])(task)
    except Exception as error:  # whatever a plug-in raises is its answer
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    write_outcome(outcome, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
