"""Office files to PDF: LibreOffice, alone in a room without network and without files. Worker only.

LibreOffice follows links in documents, to the network and to local files, and may run macros. So
it runs in namespaces of its own that bubblewrap makes: it sees the programs and fonts of the
system read-only, one folder with the document, and nothing else: no home, no other file, no
network, no other process. Macros and links are switched off in its settings besides.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

from faxcore.errors import AttachmentError, RenderError
from faxcore.render.content import Attachment

ADVICE = (
    "LibreOffice and bubblewrap are needed for it: sudo apt-get install bubblewrap "
    "libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui"
)
SECONDS = 90.0
UNPACKED_OCTETS = 1 << 30
"""The most that a document may unpack to."""

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_SUFFIX = re.compile(r"\.(docx?|docm|odt|ott|rtf|xlsx?|xlsm|ods|pptx?|ppsx?|odp|odg)", re.I)
_MERGED = ("/bin", "/lib", "/lib64", "/sbin")
_SHOWN = ("/etc/fonts", "/etc/libreoffice", "/var/lib/libreoffice", "/var/cache/fontconfig")
_OUTPUT = 500

_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


def converter_missing(name: str = "this") -> str:
    """A sentence that says what to install before office files can be faxed; "" if nothing is."""
    if shutil.which("soffice") and shutil.which("bwrap"):
        return ""
    return f"{name} is an office file; {ADVICE}"


def office_pdf(file: Attachment) -> bytes:
    """The pages of a text, table or presentation as PDF.

    Raises AttachmentError for a document that LibreOffice cannot read, or that is encrypted, and
    where LibreOffice is not installed; RenderError where it cannot be shut in.
    """
    office, room = shutil.which("soffice"), shutil.which("bwrap")
    if office is None or room is None:
        raise AttachmentError(converter_missing(file.name))
    _check(file)
    with tempfile.TemporaryDirectory(prefix="office-") as name:
        folder = Path(name)
        source = folder / f"document{_suffix_of(file)}"
        source.write_bytes(file.data)
        profile = folder / "profile" / "user"
        profile.mkdir(parents=True)
        (profile / "registrymodifications.xcu").write_text(_SETTINGS)
        said = _run([*shut_in(room, folder), *_conversion(office, source.name)], file.name)
        made = folder / "document.pdf"
        if not made.is_file() or made.is_symlink():
            raise AttachmentError(f"{file.name} cannot be read by LibreOffice{said}")
        return made.read_bytes()


def _check(file: Attachment) -> None:
    if _ENCRYPTED in file.data[: 1 << 20]:
        raise AttachmentError(f"{file.name} is encrypted; a password is needed to open it")
    if not file.data.startswith(b"PK"):
        return
    try:
        unpacked = sum(each.file_size for each in zipfile.ZipFile(BytesIO(file.data)).infolist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise AttachmentError(f"{file.name} is broken: {error}") from error
    if unpacked > UNPACKED_OCTETS:
        raise AttachmentError(
            f"{file.name} unpacks to {unpacked >> 20} MB; at most {UNPACKED_OCTETS >> 20} MB go"
        )


def _suffix_of(file: Attachment) -> str:
    """The document's suffix, where it is one that LibreOffice knows: it guesses by it."""
    suffix = Path(file.name).suffix
    return suffix.lower() if _SUFFIX.fullmatch(suffix) else ""


def shut_in(room: str, folder: Path) -> list[str]:
    """The command that starts a program where it sees the system's programs and ``folder``."""
    command = [room, "--unshare-all", "--die-with-parent", "--new-session", "--clearenv"]
    command += ["--setenv", "HOME", "/room", "--setenv", "PATH", "/usr/bin:/bin"]
    command += ["--setenv", "LANG", "C.UTF-8", "--proc", "/proc", "--dev", "/dev"]
    command += ["--tmpfs", "/tmp", "--tmpfs", "/run"]  # inside the room
    command += ["--ro-bind", "/usr", "/usr"]
    for path in map(Path, _MERGED):
        if path.is_symlink():
            command += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            command += ["--ro-bind", str(path), str(path)]
    for shown in _SHOWN:
        command += ["--ro-bind-try", shown, shown]
    return [*command, "--bind", str(folder), "/room", "--chdir", "/room"]


def _conversion(office: str, document: str) -> list[str]:
    return [
        office,
        "-env:UserInstallation=file:///room/profile",
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--convert-to",
        "pdf",
        "--outdir",
        "/room",
        f"/room/{document}",
    ]


def _run(command: list[str], name: str) -> str:
    """Run it; what it said in the end, for an error."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise AttachmentError(f"{name} took LibreOffice more than {SECONDS:g} s") from error
    except OSError as error:
        raise RenderError(f"LibreOffice cannot be started: {error}") from error
    said = done.stdout.decode(errors="replace")
    if "bwrap:" in said:
        reason = said[said.index("bwrap:") :].splitlines()[0]
        raise RenderError(f"{name}: LibreOffice cannot be shut in here ({reason})")
    lines = [line.strip() for line in said.splitlines() if line.lower().startswith("error")]
    return f": {lines[0][:_OUTPUT]}" if lines else ""
