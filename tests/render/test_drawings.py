"""What an SVG drawing comes to is counted before it is drawn."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from faxcore.errors import RenderError
from faxcore.render import BodyType, Content, render_content
from faxcore.render.drawings import PARTS, check_drawing
from faxcore.t4 import Resolution
from tests.render.hostile import svg_laughs
from tests.render.samples import FIELDS


def check(inner: str) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink">{inner}'
    check_drawing(ElementTree.fromstring(f"{svg}</svg>"), "the body")


def nest(opening: str, levels: int, each: int) -> str:
    """Groups, every one with so many references to the one before."""
    return '<g id="g0"><rect/></g>' + "".join(
        f'<g id="g{n + 1}">' + opening.format(n) * each + "</g>" for n in range(levels)
    )


@pytest.mark.parametrize(
    "inner",
    [
        "<rect/>" * 2000,
        nest('<use href="#g{}"/>', 3, 9),
        '<linearGradient id="a"><stop/></linearGradient>' + '<path fill="url(#a)" d="M1 1"/>' * 900,
        '<style>.a, path{fill:url(#a)}</style><pattern id="a"><rect/></pattern><rect class="a"/>',
        '<g id="top"><a href="#top"><text>x</text></a></g>',
        '<use href="#nowhere"/>',
    ],
)
def test_drawings_as_people_make_them_are_drawn(inner: str) -> None:
    check(inner)


@pytest.mark.parametrize(
    "inner",
    [
        nest('<use href="#g{}"/>', 9, 20),
        nest('<use x:href=" #g{} "/>', 9, 20),
        nest('<rect mask="url(#g{})"/>', 9, 20),
        nest("<rect style=\"fill:url('#g{}')\"/>", 9, 20),
        nest('<path marker-mid="url(#g{})" d="M1 1 2 2 3 3 4 4 5 5 6 6 7 7 8 8"/>', 9, 3),
        "<rect/>" * (PARTS + 1),
        '<g id="a"><use href="#a"/></g>',
        '<pattern id="a"><rect fill="url(#a)"/></pattern>',
        '<style>g rect{fill:url(#a)}</style><pattern id="a"><rect/><rect/></pattern>',
    ],
)
def test_drawings_that_come_to_too_much_are_not_begun(inner: str) -> None:
    with pytest.raises(RenderError, match="the body: a drawing comes to more than 50000 parts"):
        check(inner)


def test_groups_in_groups_without_end_are_refused() -> None:
    with pytest.raises(RenderError, match="nested too deeply"):
        check("<g>" * 5000 + "</g>" * 5000)


@pytest.mark.parametrize("way", ["inline", "image", "background"])
def test_every_way_to_put_a_drawing_into_a_message_is_looked_at(way: str) -> None:
    groups = nest('<use href="#g{}"/>', 9, 20)
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    svg = f'{head}{groups}<use href="#g9"/></svg>'
    quoted = svg.replace("#", "%23").replace('"', "'")
    body = {
        "inline": svg_laughs().decode(),
        "image": f'<p>x<img src="data:image/svg+xml,{quoted}">',
        "background": f'<p style="background:url(&quot;data:image/svg+xml,{quoted}&quot;)">x',
    }[way]
    content = Content(FIELDS, body=body, body_type=BodyType.HTML)
    with pytest.raises(RenderError, match="the body: a drawing comes to more than"):
        render_content(content, resolutions=(Resolution.COARSE,))
