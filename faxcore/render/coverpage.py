"""Cover pages: HTML files with tokens, found by name and filled in.

A cover page is written by designers and may come from strangers, so it is a template of little
power: tokens and ``{% if subject %} .. {% endif %}`` around them, run in Jinja2's sandbox. The
tokens become template expressions before anything is filled in, and values are data, so that a
value is neither scanned for tokens nor run.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from faxcore.errors import ContentError, RenderError
from faxcore.render.content import Content
from faxcore.render.tokens import (
    COVER_TOKENS,
    check_tokens,
    mark_unknown,
    replace_tokens,
    token_values,
)
from faxcore.resources import coverpages_folder, installed_coverpages_folder

COVER_NAME = re.compile(r"[A-Za-z0-9 _.-]{1,64}")
COVER_OCTETS = 4 << 20

# Jinja2's own marks but for {% %} are common in style sheets and scripts: nobody types these.
_EXPRESSION = ("\x02(", ")\x03")
_COMMENT = ("\x02#", "#\x03")

_MARK = "background: none; color: inherit; border: 2pt dashed; padding: 0 2pt"
"""How an unknown token looks in a draft."""


def cover_folder(content: Content) -> Path:
    """The folder that the message's cover page and its assets are in.

    It is the one that the message names, else that of the installed cover page of the name, else
    that of the shipped ones.
    """
    return content.cover_folder or home_of(content.cover or "")


def home_of(name: str) -> Path:
    """The folder of a cover page that is named without one; an installed page goes first."""
    stem = name.removesuffix(".html")
    own = installed_coverpages_folder() / stem
    if COVER_NAME.fullmatch(stem) and (own / f"{stem}.html").is_file():
        return own
    return coverpages_folder()


def installed_names() -> list[str]:
    """The names of the installed cover pages, sorted."""
    folder = installed_coverpages_folder()
    return sorted(path.stem for path in folder.glob("*/*.html") if path.stem == path.parent.name)


def cover_names(folder: Path) -> list[str]:
    """The names of the cover pages in a folder, sorted."""
    try:
        return sorted(path.stem for path in folder.glob("*.html") if path.is_file())
    except OSError as error:
        raise ContentError(f"the folder of cover pages {folder} cannot be read") from error


def _installed_beside(folder: Path) -> list[str]:
    return installed_names() if folder == coverpages_folder() else []


def find_cover(name: str, folder: Path) -> Path:
    """The file of a cover page; ContentError that lists the ones there are if it is not one."""
    there = cover_names(folder)
    stem = name.removesuffix(".html")
    if not COVER_NAME.fullmatch(name) or stem not in there:
        known = ", ".join(sorted({*there, *_installed_beside(folder)})) or "none"
        raise ContentError(f"there is no cover page named {name!r} in {folder}; there are: {known}")
    return folder / f"{stem}.html"


def read_cover(path: Path, *, draft: bool = False) -> str:
    """The template's text, its tokens checked unless it is a draft."""
    try:
        data = path.read_bytes()
        if len(data) > COVER_OCTETS:
            raise RenderError(f"the cover page {path.name} is larger than {COVER_OCTETS >> 20} MB")
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise ContentError(f"the cover page {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RenderError(f"the cover page {path.name} is not UTF-8 text") from error
    if not draft:
        check_tokens(text, COVER_TOKENS, f"the cover page {path.name}")
    return text


def condition_name(token: str) -> str:
    """What a token is called in ``{% if .. %}``: ``SND_FAX#`` is ``snd_fax``."""
    return token.lower().rstrip("#")


def fill_cover(template: str, name: str, values: dict[str, str]) -> str:
    """The HTML of the cover page; ``values`` are keyed by token names in capitals."""
    from jinja2 import TemplateError  # noqa: PLC0415
    from markupsafe import Markup, escape  # noqa: PLC0415

    data = {
        condition_name(token): Markup("<br>").join(escape(line) for line in value.splitlines())
        for token, value in values.items()
    }
    try:
        filled: str = compiled_cover(template).render(data)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        where = f", line {line}" if line else ""
        raise RenderError(f"the cover page {name}{where}: {error.message}") from error
    except (ArithmeticError, LookupError, TypeError, ValueError, OverflowError) as error:
        raise RenderError(f"the cover page {name}: {error}") from error
    return filled


@lru_cache(maxsize=16)
def compiled_cover(template: str) -> Any:
    """A template that is ready to be filled in, and is kept: a warm worker has the shipped ones."""
    from jinja2 import StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415
    from markupsafe import escape  # noqa: PLC0415

    def mark(token: str) -> str:
        return f"<mark style='{_MARK}'>&#36;{escape(token[1:])}</mark>"

    def expression(token: str) -> str:
        return f"{_EXPRESSION[0]}{condition_name(token)}{_EXPRESSION[1]}"

    environment = ImmutableSandboxedEnvironment(
        autoescape=True,
        undefined=StrictUndefined,
        variable_start_string=_EXPRESSION[0],
        variable_end_string=_EXPRESSION[1],
        comment_start_string=_COMMENT[0],
        comment_end_string=_COMMENT[1],
    )
    environment.globals.clear()
    plain = mark_unknown(template.replace("\x02", "").replace("\x03", ""), COVER_TOKENS, mark)
    source = replace_tokens(plain, expression)
    return environment.from_string(source)


def cover_html(content: Content, template: str, pages: int) -> str:
    """The filled-in cover page of a message of ``pages`` pages in all."""
    return fill_cover(template, f"{content.cover}", token_values(content.fields, pages))
