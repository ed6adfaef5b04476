"""A PostgreSQL server for tests: made by initdb in a folder, run by an ordinary user."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.delivery.places import in_memory


class NotInstalled(Exception):
    """There is no PostgreSQL here, or nobody who may run it."""


@dataclass(slots=True)
class Server:
    """A server on a socket in its own folder."""

    folder: Path
    programs: Path
    user: str | None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://faxcore@/postgres?host={self.folder}"

    def new_database(self, name: str) -> str:
        """The address of a new and empty database."""
        self._run("createdb", "-h", str(self.folder), "-U", "faxcore", name)
        return f"postgresql+psycopg://faxcore@/{name}?host={self.folder}"

    def start(self) -> None:
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=on"
        log = str(self.folder / "server.log")
        data = str(self.folder / "data")
        self._run("pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")

    def stop(self, how: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", how, "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            user=self.user,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            check=False,
            timeout=60,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout[-2000:]}")


@contextmanager
def postgres_server(*, memory: bool = True) -> Iterator[Server]:
    """A running server, gone afterwards, with its files in memory or on the disk.

    Raises NotInstalled where there cannot be one.
    """
    programs = _programs()
    user = _ordinary_user()
    folder = Path(tempfile.mkdtemp(prefix="faxcore-pg-", dir=in_memory() if memory else None))
    server = Server(folder, programs, user)
    if user is not None:
        shutil.chown(folder, user)
    try:
        data = str(folder / "data")
        server._run("initdb", "-D", data, "-U", "faxcore", "-A", "trust", "-E", "UTF8")
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    """Where initdb is: on the path, or where Debian puts it."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not installed:
        raise NotInstalled("PostgreSQL is not installed (apt-get install postgresql)")
    return installed[-1].parent


def _ordinary_user() -> str | None:
    """None for ourselves; a server refuses to be run by root, so then somebody else."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise NotInstalled("PostgreSQL is not run by root, and there is no user postgres or nobody")
