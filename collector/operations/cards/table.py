"""The office's own list as rows of text: CSV or XLSX, with the office's own headings."""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from kadian.errors import KadianError

MOST_BYTES = 32 << 20
MOST_ROWS = 50_000
HEADINGS = {
    "name": ("name", "姓名", "名字"),
    "people": ("people", "members", "家庭成员", "成员", "住户"),
    "building": ("building", "楼", "楼栋", "楼号", "栋", "幢"),
    "unit": ("unit", "单元", "门栋"),
    "room": ("room", "室", "房号", "房间", "门牌", "户号"),
}
"""What a column may be called; other columns are left alone."""


class Line(NamedTuple):
    """One row: its number as the office's own program shows it, and what stands under the headings that are known."""

    number: int
    cells: dict[str, str]


def read_table(path: Path) -> list[Line]:
    """The rows with anything in them.

    Raises:
        KadianError: K0263 it cannot be read, K0264 none of its columns says who gets a card.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise KadianError("K0263", str(path), reason=f"> {MOST_BYTES >> 20} MiB")
        raw = path.read_bytes()
    except OSError as error:
        raise KadianError("K0263", str(path), reason=error.strerror or str(error)) from None
    try:
        rows = list(_xlsx(raw) if raw.startswith(b"PK") else _csv(raw))
    except (ValueError, csv.Error) as error:
        raise KadianError("K0263", str(path), reason=str(error)) from None
    return _lines(rows, str(path))


def _lines(rows: list[tuple[int, list[str]]], where: str) -> list[Line]:
    filled = [(number, cells) for number, cells in rows if any(cells)]
    known = {word: name for name, words in HEADINGS.items() for word in words}
    columns = [known.get(cell.lower()) for cell in filled[0][1]] if filled else []
    if not {"name", "people"} & set(columns):
        raise KadianError("K0264", where, headings="、".join(HEADINGS["name"][:2] + HEADINGS["people"][:3]))
    lines = []
    for number, cells in filled[1:]:
        found: dict[str, str] = {}
        for column, cell in zip(columns, cells, strict=False):
            if column and cell:
                found.setdefault(column, cell)
        lines.append(Line(number, found))
    return lines


def _csv(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    """UTF-8, else GB 18030, as Chinese Excel writes it; comma, semicolon or tab."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    for cells in reader:
        if reader.line_num > MOST_ROWS:
            raise ValueError(f"> {MOST_ROWS} rows")
        yield reader.line_num, [clean(cell) for cell in cells]


def _xlsx(raw: bytes) -> Iterator[tuple[int, list[str]]]:
    """The first sheet's values; a formula stands as its text, and is refused where a name should be."""
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=False)
        rows: Iterable[tuple[object, ...]] = book.worksheets[0].iter_rows(max_row=MOST_ROWS, values_only=True)
        yield from ((number, [_cell(cell) for cell in row]) for number, row in enumerate(rows, 1))
    except (BadZipFile, InvalidFileException, KeyError, IndexError, TypeError, AttributeError, SyntaxError) as error:
        raise ValueError(f"no workbook: {error}") from None


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a room's number
    return clean(str(value))


def clean(text: str) -> str:
    """Without control characters, and with single spaces."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
