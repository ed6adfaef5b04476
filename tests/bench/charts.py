"""The eight ITU-T test charts, out of the source package ``jbigkit`` of this Debian's own mirror.

    python -m tests.bench.charts FOLDER

Fetches ``ccitt1.jbg`` to ``ccitt8.jbg`` into a folder, with apt's own tools and a private list of
sources: nothing of the system's is changed, and no root is needed. ``jbgtopbm`` of the package
jbigkit-bin unpacks them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

_WANTED = "Packages"  # the index of binary packages, which every mirror in use has


class ChartsUnavailableError(Exception):
    """The charts could not be fetched; the message says why."""


def _run(*command: str, cwd: Path | None = None) -> str:
    try:
        made = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    except FileNotFoundError as missing:
        raise ChartsUnavailableError(f"{command[0]} is not here: {missing}") from missing
    except subprocess.CalledProcessError as failed:
        raise ChartsUnavailableError(f"{' '.join(command)}: {failed.stderr.strip()}") from failed
    return made.stdout


def _source_list() -> str:
    """The system's own mirrors, asked for sources instead of packages."""
    wanted = f"Created-By: {_WANTED}"
    listed = _run("apt-get", "indextargets", "--format", "$(SITE) $(CODENAME) $(COMPONENT)", wanted)
    lines = [line.split() for line in listed.splitlines()]
    return "".join(
        f"deb-src {site} {name} main\n"
        for site, name, component in sorted({(*line,) for line in lines if len(line) == 3})
        if component == "main"
    )


def fetch_charts(folder: Path) -> list[Path]:
    """Put the charts into ``folder`` and return their paths; raises ``ChartsUnavailableError``."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        for each in ("lists/partial", "cache/archives/partial", "parts"):
            (place / each).mkdir(parents=True)
        (place / "sources.list").write_text(_source_list(), encoding="ascii")
        options = [
            *("-o", f"Dir::Etc::SourceList={place}/sources.list"),
            *("-o", f"Dir::Etc::SourceParts={place}/parts"),
            *("-o", f"Dir::State::Lists={place}/lists"),
            *("-o", f"Dir::Cache={place}/cache"),
            *("-o", "APT::Sandbox::User="),
        ]
        _run("apt-get", *options, "-q", "update")
        _run("apt-get", *options, "-q", "source", "--download-only", "jbigkit", cwd=place)
        archives = sorted(place.glob("jbigkit_*.orig.tar.*"))
        if not archives:
            raise ChartsUnavailableError("the source package jbigkit holds no archive")
        return [*_unpack(archives[0], folder)]


def _unpack(archive: Path, folder: Path) -> list[Path]:
    found = []
    with tarfile.open(archive) as packed:
        for member in packed:
            name = Path(member.name).name
            if name.startswith("ccitt") and name.endswith(".jbg") and member.isfile():
                content = packed.extractfile(member)
                if content is not None:
                    found.append(folder / name)
                    found[-1].write_bytes(content.read())
    return sorted(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    try:
        charts = fetch_charts(parser.parse_args().folder)
    except ChartsUnavailableError as reason:
        print(f"no charts: {reason}", file=sys.stderr)
        return 1
    print(*charts, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
