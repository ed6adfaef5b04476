"""Pages for the tests: text-art, patterns, and a plain coder that follows the words of T.4."""

import os

import numpy as np
from hypothesis import strategies as st

from faxcore.t4 import PageBitmap, Resolution, tables

WIDTHS = [1, 2, 7, 8, 9, 31, 63, 64, 65, 127, 128, 200, 1728, 2048, 2432, 2592, 4864]
# pages for each property: FAXCORE_PAGES=100000 is the long form
EXAMPLES = int(os.environ.get("FAXCORE_PAGES", "60"))
ANY_WIDTH = st.sampled_from(WIDTHS)


def art(text, resolution=Resolution.FINE):
    """A page from rows of ``#`` (black) and ``.`` (white)."""
    rows = text.split()
    return PageBitmap.from_array([[mark == "#" for mark in row] for row in rows], resolution)


def as_art(page):
    return "\n".join("".join("#" if dot else "." for dot in row) for row in page.to_array())


def bits_of(octets):
    return "".join(f"{octet:08b}" for octet in octets)


def octets_of(bits):
    bits = bits.replace(" ", "")
    bits = bits.ljust(-(-len(bits) // 8) * 8, "0")
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


def run_lengths(row):
    """The runs of a row, white first."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(np.int8)))))
    return np.diff(np.concatenate(([0], edges, [len(row)]))).tolist()


def mh_row(row):
    """A row in T.4's one-dimensional coding, run by run."""
    runs = run_lengths(row)
    return "".join(tables.run_code(run, bool(n % 2)) for n, run in enumerate(runs))


@st.composite
def row_of_runs(draw, width):
    """A row made of runs, as pages are, rather than of independent pixels."""
    row = np.zeros(width, bool)
    at, black = 0, draw(st.booleans())
    longest = draw(st.sampled_from([1, 3, 20, 100, 3000]))
    while at < width:
        run = draw(st.integers(1, longest))
        row[at : at + run] = black
        at += run
        black = not black
        if longest == 1 and at > 40:
            row[at::2] = True
            break
    return row


@st.composite
def pages(draw, widths=ANY_WIDTH, max_rows=12):
    """Pages with the likeness of rows that two-dimensional coding lives on."""
    width = draw(widths)
    height = draw(st.integers(0, max_rows))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows = []
    for _ in range(height):
        kind = draw(st.sampled_from(["runs", "copy", "jitter", "white", "black", "noise"]))
        above = rows[-1] if rows else np.zeros(width, bool)
        if kind == "runs":
            rows.append(draw(row_of_runs(width)) if width <= 200 else _random_runs(rng, width))
        elif kind == "copy":
            rows.append(above.copy())
        elif kind == "jitter":
            rows.append(np.roll(above, int(rng.integers(-4, 5))) ^ (rng.random(width) < 0.01))
        elif kind == "noise":
            rows.append(rng.random(width) < rng.choice([0.01, 0.1, 0.5, 0.9]))
        else:
            rows.append(np.full(width, kind == "black"))
    return PageBitmap.from_array(np.array(rows, bool).reshape(height, width))


def _random_runs(rng, width):
    mean = rng.choice([1.5, 5, 40, 400, 3000])
    edges = np.cumsum(rng.geometric(1 / mean, size=width))
    row = np.zeros(width + 1, np.int64)
    np.add.at(row, edges[edges < width], 1)
    return (np.cumsum(row[:width]) + rng.integers(0, 2)) % 2 == 1


def changes_of(row):
    """The columns where a row changes colour, white before the first."""
    return np.flatnonzero(np.diff(np.concatenate(([0], row.astype(np.int8))))).tolist()


def two_dimensional_row(row, above):
    """A row in T.4 4.2.1, by the flow chart of its figure 7 to the letter."""
    width = len(row)
    own, reference = changes_of(row), changes_of(above)
    bits, a0, black = "", -1, False

    def next_change(changes, after, to_black):
        wanted = [c for n, c in enumerate(changes) if c > after and (n % 2 == 0) == to_black]
        return wanted[0] if wanted else width

    while a0 < width:
        a1 = next_change(own, a0, not black)
        a2 = next_change(own, a1, black)
        b1 = next_change(reference, a0, not black)
        b2 = next_change(reference, b1, black)
        if b2 < a1:
            bits += tables.PASS
            a0 = b2
        elif abs(a1 - b1) <= 3:
            bits += tables.VERTICAL[a1 - b1]
            a0, black = a1, not black
        else:
            first = tables.run_code(a1 - max(a0, 0), black)
            bits += tables.HORIZONTAL + first + tables.run_code(a2 - a1, not black)
            a0 = a2
    return bits
