"""Cards on A4 sheets to print, cut and hand out: eight a page, black on white, codes drawn as lines, not as dots."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import segno
from fpdf import FPDF

from collector.operations.cards.register import Issued

MARGIN, FOOT = 12.0, 8.0
PAGE_WIDE, PAGE_HIGH = 210.0, 297.0
ACROSS, DOWN = 2, 4
WIDE, HIGH = (PAGE_WIDE - 2 * MARGIN) / ACROSS, (PAGE_HIGH - 2 * MARGIN - FOOT) / DOWN
"""Millimetres, as all lengths here; type in points."""
CODE = 48.0
QUIET = 4
"""Modules of white around a code (ISO/IEC 18004)."""
PAD = 3.0
SMALLEST_TYPE = 5.0
NAMES_A_COLUMN = 6


class Printed(NamedTuple):
    """One card and what its code says."""

    card: Issued
    text: str


def sheets(cards: Sequence[Printed], title: str, font: tuple[Path, int]) -> bytes:
    """The PDF.

    Args:
        cards: in the order of printing.
        title: over each card, such as the neighbourhood's name.
        font: a file with Chinese characters, and which font of it.
    """
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_title(title)
    pdf.add_font("card", "", str(font[0]), collection_font_number=font[1])
    a_page = ACROSS * DOWN
    pages = -(-len(cards) // a_page)
    for page in range(pages):
        pdf.add_page()
        _cutting_lines(pdf)
        for place, printed in enumerate(cards[page * a_page : (page + 1) * a_page]):
            row, column = divmod(place, ACROSS)
            _card(pdf, MARGIN + column * WIDE, MARGIN + row * HIGH, printed, title)
        _foot(pdf, page + 1, pages, len(cards))
    return bytes(pdf.output())


def _card(pdf: FPDF, left: float, top: float, printed: Printed, title: str) -> None:
    card = printed.card
    _code(pdf, left + 1, top + (HIGH - CODE) / 2, printed.text)
    x, wide = left + 1 + CODE + 1, WIDE - CODE - 2 - PAD
    line = _writer(pdf, x, top + PAD + 1, wide)
    line(title, 9)
    line("通行证" if len(card.people) == 1 else f"通行证 · 一家 {len(card.people)} 人", 12)
    line(f"{card.number:05}", 26)
    if card.place:
        line(card.place, 10)
    _names(pdf, line, x, wide, [person.name for person in card.people])
    foot = _writer(pdf, x, top + HIGH - PAD - 11, wide)
    foot(f"有效到 {card.until:%Y-%m-%d}", 11)
    foot("遗失请告诉办公室，可以作废", 7)


def _names(pdf: FPDF, line: Callable[[str, float], None], x: float, wide: float, names: list[str]) -> None:
    """One name large; a household's small, numbered as the volunteer chooses from them, in two columns if need be."""
    if len(names) == 1:
        line(names[0], 14)
        return
    top = pdf.get_y()
    columns = -(-len(names) // NAMES_A_COLUMN)
    for column in range(columns):
        write = _writer(pdf, x + column * wide / columns, top, wide / columns - 1)
        for number, name in list(enumerate(names, 1))[column * NAMES_A_COLUMN : (column + 1) * NAMES_A_COLUMN]:
            write(f"{number} {name}", 8)


def _writer(pdf: FPDF, x: float, y: float, wide: float) -> Callable[[str, float], None]:
    """Writes one line under the other; a line that is too wide gets smaller type, at last as narrow as it must be."""
    pdf.set_xy(x, y)

    def write(text: str, points: float) -> None:
        size = points
        pdf.set_stretching(100)
        pdf.set_font("card", size=size)
        while pdf.get_string_width(text) > wide and size > SMALLEST_TYPE:
            size -= 0.5
            pdf.set_font("card", size=size)
        pdf.set_stretching(min(100, 100 * wide / max(pdf.get_string_width(text), 0.1)))
        pdf.set_x(x)
        pdf.cell(w=wide, h=points * 0.42, text=text, new_x="LEFT", new_y="NEXT")
        pdf.set_stretching(100)

    return write


def _code(pdf: FPDF, left: float, top: float, text: str) -> None:
    """Runs of dark modules as filled rectangles, so that no printer has to guess between dots."""
    matrix = segno.make(text, error="m", micro=False).matrix
    side = CODE / (len(matrix) + 2 * QUIET)
    for row, modules in enumerate(matrix):
        start = None
        for column, dark in enumerate([*modules, 0]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                x, y = left + (start + QUIET) * side, top + (row + QUIET) * side
                pdf.rect(x, y, (column - start) * side, side, style="F")
                start = None


def _cutting_lines(pdf: FPDF) -> None:
    pdf.set_line_width(0.15)
    pdf.set_dash_pattern(dash=1.5, gap=1.5)
    bottom = MARGIN + DOWN * HIGH
    for column in range(ACROSS + 1):
        pdf.line(MARGIN + column * WIDE, MARGIN, MARGIN + column * WIDE, bottom)
    for row in range(DOWN + 1):
        pdf.line(MARGIN, MARGIN + row * HIGH, PAGE_WIDE - MARGIN, MARGIN + row * HIGH)
    pdf.set_dash_pattern()


def _foot(pdf: FPDF, page: int, pages: int, cards: int) -> None:
    pdf.set_font("card", size=8)
    pdf.set_xy(MARGIN, PAGE_HIGH - MARGIN - FOOT + 3)
    pdf.cell(w=PAGE_WIDE - 2 * MARGIN, h=4, align="C", text=f"沿虚线剪开 · 共 {cards} 张 · 第 {page}/{pages} 页")
