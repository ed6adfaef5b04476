"""The render worker: one message in, its pages out, in a process of its own.

    python -m faxcore.render.worker FOLDER

It limits itself before it reads anything, tells its progress as JSON lines on its standard
output, and leaves the result in FOLDER. What goes wrong is a line too, never a traceback.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
from contextlib import closing
from pathlib import Path
from typing import IO

from faxcore.errors import FaxcoreError
from faxcore.render.document import Limits
from faxcore.render.exchange import Request, ResultWriter, load_request, packed, save_design

_ALLOCATIONS = 50_000
"""Objects made before garbage is looked for: a layout keeps most of what it makes, and ends."""

_LIGHT, _HEAVY = 1 / 24, 1 / 6
"""A page of words, and one that may be anything: by their share in what a copy is worth."""


def limit_process(limits: Limits) -> None:
    """Bound this process: processor time, memory, file size, no core dumps."""
    bounds = (
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, limits.memory_octets),
        (resource.RLIMIT_FSIZE, limits.output_octets),
        (resource.RLIMIT_CORE, 0),
    )
    for what, bound in bounds:
        hard = resource.getrlimit(what)[1]
        bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)  # noqa: PLW2901
        resource.setrlimit(what, (bound, bound))


def render(folder: Path, request: Request, lines: IO[str]) -> None:
    """Render a request into its folder, telling ``lines`` how far it is."""
    from faxcore.render.compose import Composer, Sheet  # noqa: PLC0415
    from faxcore.render.crew import Made, hands, in_order  # noqa: PLC0415
    from faxcore.render.designs import design_of  # noqa: PLC0415
    from faxcore.render.pages import BlankParts, HeaderBands, render_sheet  # noqa: PLC0415
    from faxcore.render.pdf import join_pages, repeatable  # noqa: PLC0415
    from faxcore.render.tagline import HeaderLine  # noqa: PLC0415
    from faxcore.render.tokens import token_values  # noqa: PLC0415

    def report(text: str, page: int, pages: int) -> None:
        say(lines, {"progress": [text, page, pages]})

    line = None if request.header is None else HeaderLine(request.header)
    if line is not None:
        line.check()
    composer = Composer(request.content, request.limits, report, draft=request.draft)
    sheets = composer.sheets()
    bands = None
    if line is not None:
        values = token_values(request.content.fields, len(sheets))
        bands = HeaderBands(line, values, len(sheets))

    def make(index: int) -> Made:
        page, blank, cut = render_sheet(sheets[index], index + 1, bands, request)
        described, octets = packed(page)
        if request.designs:
            hints = composer.unknown if index == 0 else []
            described |= save_design(folder, index, design_of(sheets[index], hints))
        return Made(described, blank, cut, octets)

    def work(sheet: Sheet) -> float:
        return _LIGHT if sheet.typeset else _HEAVY

    result, parts = ResultWriter(folder), BlankParts()
    with closing(in_order(len(sheets), make, hands(sum(map(work, sheets))))) as made:
        for number, sheet in enumerate(sheets, start=1):
            report(sheet.source, number, len(sheets))
            page = next(made)
            parts.add(sheet, page.blank)
            if page.cut:
                text = "text or a picture runs over the edge of the page and is cut off"
                composer.notes.append(f"{sheet.source}: {text}")
            result.add(page.described, page.octets)
    parts.check()
    pdf = join_pages([(sheet.document, sheet.index, sheet.source) for sheet in sheets])
    pdf = repeatable(pdf, request.content.fields.moment)
    result.finish(pdf, composer.notes, composer.assets)


def say(lines: IO[str], value: object) -> None:
    """Write one line of JSON to the caller."""
    lines.write(json.dumps(value) + "\n")
    lines.flush()


def main(folder: Path) -> int:
    """Render the request in the folder; 0 if the result is whole, 1 after an error line."""
    gc.set_threshold(_ALLOCATIONS)
    lines = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # whatever a library prints must not look like an answer
    try:
        request = load_request(folder)
        limit_process(request.limits)
        os.environ["SOURCE_DATE_EPOCH"] = str(int(request.content.fields.moment.timestamp()))
        render(folder, request, lines)
    except FaxcoreError as error:
        say(lines, {"error": [type(error).__name__, str(error)]})
        return 1
    except MemoryError:
        mega = request.limits.memory_octets >> 20
        say(lines, {"error": ["RenderError", f"rendering needs more than {mega} MB of memory"]})
        return 1
    say(lines, {"done": True})
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
