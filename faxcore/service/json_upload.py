"""Uploading an attachment as it is: the body is the file, and goes to the disk as it comes.

Base64 in JSON is held in memory, and so is limited (``held_megabytes``); this route is for larger
files, and costs a third less. The caller shows who he is before an octet is read.
"""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from faxcore.delivery.blobs import Incoming
from faxcore.service import contract as wire
from faxcore.service.json_door import ADD_ATTACHMENT, Changer, Key, change, house_of
from faxcore.service.json_models import PROBLEMS, named
from faxcore.service.limits import pieces

router = APIRouter(prefix="/v1", responses=PROBLEMS)
_PATH = re.compile(r"/v1/messages/[^/]*/files")
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def is_upload(method: str, path: str) -> bool:
    """Whether a request's body is a file, which nobody may read beforehand."""
    return method == "POST" and _PATH.fullmatch(path) is not None


@router.post(
    "/messages/{message}/files",
    response_model=wire.CFAddAttachmentWSResponse,
    openapi_extra=_BODY,
)
async def upload_attachment(
    request: Request,
    message: str,
    caller: Changer,
    name: Annotated[str, Query(min_length=1, max_length=256, description="the file's name")],
    key: Key = None,
) -> Response:
    """Add a file to a message that waits: the body is the file, Content-Type its type."""
    house = house_of(request)
    incoming = await asyncio.to_thread(house.desk.queue.store.blobs.incoming)
    try:
        async for piece in pieces(request, house.limits, house.limits.body_octets):
            await asyncio.to_thread(incoming.write, piece)
        return await change(
            request, caller, key, ADD_ATTACHMENT, _asked(request, name, incoming) | named(message)
        )
    finally:
        await asyncio.to_thread(incoming.close)


def _asked(request: Request, name: str, file: Incoming) -> dict[str, Any]:
    kind = request.headers.get("content-type", "application/octet-stream")
    return {
        "attachment_name": name,
        "attachment_type": kind.partition(";")[0].strip(),
        "attachment_data": file,
    }
