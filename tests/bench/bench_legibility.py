"""How legible pages arrive, and how long they take on the line: faxcore beside other converters.

    python -m tests.bench.bench_legibility [--short] [--tone TONE] [--png FOLDER]

Fourteen pages with known content (``tests.bench.legibility``) are converted and judged as received:
words by tesseract, codes by zbar, the rest pixel by pixel. Ghostscript's one-bit device, and grey +
Sauvola, convert the same pages: only while their figures are within 25 % of what they were on
another corpus do the goals count. Then the same with pages that are held out: other texts, faces
and chances, on which nothing was chosen. The long form takes some fifteen minutes. ``--short``
measures one page, and has it read if all is installed; what is not is named. ``--png`` keeps the
pages as received.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from faxcore.t4 import Coding, PageBitmap, Resolution
from tests.bench.legibility import converters, reading
from tests.bench.legibility.corpus import PAGES, SHORT
from tests.bench.legibility.drawn import Page
from tests.bench.legibility.figures import Figures, Measured, measure
from tests.bench.legibility.goals import GOALS, KNOWN, alike
from tests.bench.legibility.kit import HELD_OUT, TRIED

RESOLUTIONS = (Resolution.FINE, Resolution.COARSE)


def told(value: float | None, form: str = ".2f") -> str:
    """A figure, or a dash where there is none."""
    return "-" if value is None else format(value, form)


def print_page(page: Measured) -> None:
    """One page of one converter."""
    codes = f"{page.codes[0]}/{page.codes[1]}" if page.codes[1] else "-"
    print(
        f"| {page.page:18} | {page.cer:6.2f} | {codes:>5} | {told(page.hairlines):>5} "
        f"| {told(page.edges):>5} | {told(page.photos):>5} | {page.specks:8.1f} "
        f"| {page.seconds[Coding.MMR]:6.1f} | {page.seconds[Coding.MH]:6.1f} "
        f"| {page.cpu_seconds:6.3f} |",
        flush=True,
    )


def measured(
    name: str, converter: converters.Converter, pages: Sequence[Page], *, read: bool = True
) -> tuple[Figures, Figures]:
    """A converter on all pages, fine and coarse, told page by page."""
    both = []
    for resolution in RESOLUTIONS:
        print(f"\n{name}, {resolution.name.lower()}\n")
        print("| page               | CER, % | codes | hair  | edges | SSIM  |   specks |  MMR s |"
              "   MH s |  CPU s |")  # fmt: skip
        print("|---" * 10 + "|")
        rows = []
        for page in pages:
            rows.append(measure(page, converter, resolution, read=read))
            print_page(rows[-1])
        both.append(Figures(tuple(rows)))
    return both[0], both[1]


def print_known(ours: dict[str, tuple[Figures, Figures]]) -> bool:
    """The check of the corpus; whether every figure is within 25 %."""
    print("\nThe corpus: figures of other converters here (and elsewhere), fine and coarse\n")
    print("| figure | Ghostscript | Sauvola | all within 25 % |")
    print("|---|---|---|---|")
    whole = True
    for known in KNOWN:
        cells, good = [], True
        for name, elsewhere in (("gs", known.ghostscript), ("sauvola", known.sauvola)):
            parts = []
            for figures, wanted in zip(ours[name], elsewhere, strict=True):
                value = known.figure(figures)
                parts.append(f"{value:.4g} ({told(wanted, 'g')})")
                good &= wanted is None or alike(value, wanted)
            cells.append(" / ".join(parts))
        whole &= good
        print(f"| {known.name} | {cells[0]} | {cells[1]} | {'yes' if good else 'no'} |")
    return whole


def print_goals(name: str, both: tuple[Figures, Figures]) -> None:
    """The table of goals for one tone."""
    print(f"\n{name}: figures, goals and what is beyond, fine / coarse\n")
    print("| figure | faxcore | goal | | beyond | |")
    print("|---|---|---|---|---|---|")
    for goal in GOALS:
        values = " / ".join(f"{goal.figure(figures):.4g}" for figures in both)
        cells = []
        for beyond in (False, True):
            wanted = goal.beyond if beyond else goal.goal
            met = [goal.met(each, column, beyond=beyond) for column, each in enumerate(both)]
            verdict = " / ".join("met" if each else "NOT MET" for each in met)
            cells += [" / ".join(f"{each:g}" for each in wanted), verdict]
        print(f"| {goal.name} | {values} | {' | '.join(cells)} |")
    specks = " / ".join(f"{figures.specks:.2f}" for figures in both)
    print(f"| specks to 100 cm2 of bare paper | {specks} | | | | |")


def keep_pictures(converter: converters.Converter, pages: Sequence[Page], folder: Path) -> None:
    """Write the pages as received to PNGs with square pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    from faxcore.render.png import write_png

    for page in pages:
        for resolution in RESOLUTIONS:
            bitmap = PageBitmap.from_array(converter(page, resolution).black, resolution)
            name = f"{page.name.replace(' ', '-')}-{resolution.name.lower()}.png"
            write_png(folder / name, bitmap)


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--tone", action="append")
    parser.add_argument("--png", type=Path)
    return parser.parse_args()


def long_form(tones: Sequence[str]) -> None:
    """Both corpora, the other converters, the check of the corpus and the goals."""
    others: dict[str, converters.Converter] = {
        "gs": converters.ghostscript, "sauvola": converters.sauvola,
    }  # fmt: skip
    for kit in (TRIED, HELD_OUT):
        print(f"\n# The corpus that is {kit.name}")
        pages = [make(kit) for make in PAGES]
        ours = {tone: measured(tone, converters.faxcore(tone), pages) for tone in tones}
        theirs = {name: measured(name, others[name], pages) for name in others}
        whole = print_known(theirs)
        for tone, both in ours.items():
            print_goals(f"--tone {tone}", both)
        if not whole:
            print("\nNot every figure of this corpus is within 25 % of what it was elsewhere.")


def short_form(lacking: Sequence[str]) -> None:
    """One page in fine, with what is installed."""
    page, read = SHORT[0](TRIED), not lacking
    figures = measure(page, converters.faxcore("auto"), Resolution.FINE, read=read)
    cer = f"{figures.cer:.2f} % of the characters misread" if read else "nothing read"
    print(
        f"legibility of one page, fine: {cer}, SSIM {told(figures.photos)}, edges "
        f"{told(figures.edges)}, MMR {figures.seconds[Coding.MMR]:.1f} s, "
        f"{figures.cpu_seconds:.2f} s of processor time"
    )


def main() -> None:
    """Print what was measured."""
    asked = arguments()
    kits = (TRIED, HELD_OUT)
    lacking: list[str] = [*filter(None, (kit.load_faces() for kit in kits))]
    if lacking:
        print(f"legibility: {lacking[0]}")
        return
    lacking = [*reading.missing(), *converters.missing()]
    for what in lacking:
        print(f"legibility: {what}")
    if asked.png:
        pages = [make(TRIED) for make in (SHORT if asked.short else PAGES)]
        keep_pictures(converters.faxcore((asked.tone or ["auto"])[0]), pages, asked.png)
    if asked.short:
        short_form(lacking)
    elif not lacking:
        long_form(asked.tone or ["auto", "fast"])


if __name__ == "__main__":
    main()
