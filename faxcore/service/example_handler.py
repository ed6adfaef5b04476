"""The handler that ships, for use and as an example: it looks at attachments when they come.

``handlerTask`` = ``check-attachments``: a file whose declared type is not what it is, that cannot
be faxed, or that is very large is told at once, as a warning, and sent all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from faxcore.errors import AttachmentError
from faxcore.render import Attachment
from faxcore.render.sniff import Kind, kind_of
from faxcore.service.handlers import HandledFile, Outcome, Task

_LARGE = 10 << 20
_TYPES = {
    Kind.PDF: "pdf",
    Kind.TIFF: "tif",
    Kind.PNG: "png",
    Kind.JPEG: "jp",
    Kind.GIF: "gif",
    Kind.HTML: "html",
}


def check_attachments(task: Task) -> Outcome:
    """Look at the files of a task."""
    return Outcome(tuple(warning for file in task.files for warning in _warnings(file)))


def _warnings(file: HandledFile) -> Iterator[str]:
    if len(file.data) > _LARGE:
        yield f"{file.name} has {len(file.data) >> 20} MB"
    try:
        kind = kind_of(Attachment(file.name, file.data))
    except AttachmentError as error:
        yield str(error)
        return
    word = _TYPES.get(kind)
    if word is not None and word not in file.type.lower():
        yield f"{file.name} is declared as {file.type or 'nothing'} and is {kind.value}"
