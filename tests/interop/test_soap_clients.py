"""Foreign SOAP clients, each made from the WSDL alone, send a fax through the simulated modem.

PHP's SoapClient, gSOAP (C++) and JAX-WS' wsimport (Java), where Debian's packages of them are
installed; node-soap where FAXCORE_NODE_SOAP names a folder with it in ``node_modules``.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

CLIENTS = Path(__file__).parent / "soap_clients"
PASSWORD = "correct horse"
SENT = "GONE S 1 "
JARS = Path("/usr/share/java")
_JAR_NAMES = (
    *("jaxws", "jaxb", "saaj", "javax.activation", "jws", "stax", "gmbal", "policy", "pfl"),
    *("streambuffer", "mimepull", "fastinfoset", "FastInfoset", "ha-api", "istack", "txw2"),
    *("management-api", "resolver", "woodstox", "geronimo-annotation", "javax.", "jsr181"),
    *("relaxng", "xsom"),
)

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``faxcore serve`` as its users start it."""
    data = tmp_path_factory.mktemp("service")
    faxcore = [sys.executable, "-m", "faxcore"]
    add = [*faxcore, "account", "add", "clinic", "--data", str(data), "--password", PASSWORD]
    subprocess.run(add, check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serving = subprocess.Popen([*faxcore, "serve", "--data", str(data), "--port", str(port)])
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url)
        yield url
    finally:
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(60) == 0


def _wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            httpx.get(f"{url}/healthz")
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the service does not start")


def said(command: list[str], folder: Path) -> str:
    """What a program prints; its errors where it fails."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_php_sends_a_fax(address: str, tmp_path: Path) -> None:
    if shutil.which("php") is None or "soap" not in said(["php", "-m"], tmp_path):
        pytest.skip("php-cli and php-soap are not installed")
    command = ["php", str(CLIENTS / "client.php"), f"{address}/soap?wsdl", "clinic", PASSWORD]
    assert said(command, tmp_path).startswith(SENT)


def test_gsoap_sends_a_fax(address: str, tmp_path: Path) -> None:
    if not (shutil.which("wsdl2h") and shutil.which("g++")):
        pytest.skip("gsoap, libgsoap-dev and g++ are not installed")
    (tmp_path / "p.wsdl").write_text(httpx.get(f"{address}/soap?wsdl").text)
    shutil.copy(CLIENTS / "client.cpp", tmp_path)
    said(["wsdl2h", "-o", "p.h", "p.wsdl"], tmp_path)
    said(["soapcpp2", "-j", "-CL", "-I/usr/share/gsoap/import", "p.h"], tmp_path)
    made = ["client.cpp", "soapC.cpp", "soapPresenceBindingProxy.cpp"]
    said(["g++", "-O0", "-I.", *made, "-lgsoap++", "-o", "client"], tmp_path)
    assert said(["./client", f"{address}/soap", "clinic", PASSWORD], tmp_path).startswith(SENT)


def test_java_sends_a_fax(address: str, tmp_path: Path) -> None:
    if not (shutil.which("wsimport") and shutil.which("javac")):
        pytest.skip("jaxws and a JDK are not installed")
    wsdl = f"{address}/soap?wsdl"
    said(["wsimport", "-p", "generated", "-Xnocompile", "-s", ".", wsdl], tmp_path)
    jars = [str(jar) for jar in JARS.glob("*.jar") if jar.name.startswith(_JAR_NAMES)]
    shutil.copy(CLIENTS / "Client.java", tmp_path)
    path = ":".join([".", *jars])
    sources = [str(each.relative_to(tmp_path)) for each in (tmp_path / "generated").glob("*.java")]
    said(["javac", "-nowarn", "-cp", path, "-d", ".", "Client.java", *sources], tmp_path)
    assert said(["java", "-cp", path, "Client", wsdl, "clinic", PASSWORD], tmp_path).startswith(
        SENT
    )


def test_node_sends_a_fax(address: str, tmp_path: Path) -> None:
    folder = os.environ.get("FAXCORE_NODE_SOAP")
    if not folder or shutil.which("node") is None:
        pytest.skip("FAXCORE_NODE_SOAP names no folder with node-soap")
    (tmp_path / "node_modules").symlink_to(Path(folder) / "node_modules")
    shutil.copy(CLIENTS / "client.js", tmp_path)
    command = ["node", "client.js", f"{address}/soap?wsdl", "clinic", PASSWORD]
    assert said(command, tmp_path).startswith(SENT)
