"""A received page on its way to the one who keeps it, the same on every kind of modem."""

from __future__ import annotations

from collections.abc import Callable

from faxcore.t30.line import Ended, Heard, KeepPage


def keep_page(
    keep: Callable[[KeepPage], bool] | None,
    op: KeepPage,
    began: float,
    now: Callable[[], float],
) -> Heard:
    """A page that cannot be kept, for whatever reason, is refused to the far end."""
    if keep is None:
        return Heard(Ended.REFUSED, began, now(), text="nobody keeps received pages")
    try:
        kept, text = keep(op), "the page was not kept"
    except Exception as error:
        kept, text = False, f"the page could not be kept: {error!r}"
    ended = Ended.DONE if kept else Ended.REFUSED
    return Heard(ended, began, now(), text="" if kept else text)
