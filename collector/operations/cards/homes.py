"""Rows of the office's list into homes: who gets which card, and which rows say nothing that can be used."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from collector.operations.cards.table import Line
from kadian.messages.screening import MOST_MEMBERS

BETWEEN_NAMES = re.compile(r"[、,，;；/|]")
LONGEST_NAME = 40
FORMULA = "=+-@"
"""No name begins so; a spreadsheet that is opened later would take it for a formula."""


class Home(NamedTuple):
    """The people of one card, and where they live, as it is printed."""

    place: str
    people: tuple[str, ...]


class Mistake(NamedTuple):
    """One row that cannot be used: its number and the word of the reason (`cards.mistake.…`)."""

    number: int
    reason: str


def homes_of(lines: Iterable[Line], *, together: bool) -> tuple[list[Home], list[Mistake]]:
    """The cards to issue, in the list's order, and every row that yields none.

    A row with several names is a household. With `together`, rows of the same building, unit and room are one too.
    """
    homes: dict[object, Home] = {}
    mistakes = []
    for line in lines:
        place = place_of(line.cells)
        names = _names(line.cells)
        key: object = place if together and place else line.number
        people = (*homes[key].people, *names) if key in homes else names
        reason = "formula" if place.startswith(FORMULA[0]) else _wrong(names, people)
        if reason:
            mistakes.append(Mistake(line.number, reason))
        else:
            homes[key] = Home(place, people)
    return list(homes.values()), mistakes


def _names(cells: dict[str, str]) -> tuple[str, ...]:
    own, others = (
        [name.strip() for name in BETWEEN_NAMES.split(cells.get(column, ""))] for column in ("name", "people")
    )
    return tuple(name for name in [*(one for one in own if one not in others), *others] if name)


def _wrong(names: tuple[str, ...], people: tuple[str, ...]) -> str | None:
    if not names:
        return "nobody"
    if any(name.startswith(tuple(FORMULA)) for name in names):
        return "formula"
    if any(len(name) > LONGEST_NAME for name in names):
        return "long"
    if len(people) > MOST_MEMBERS:
        return "many"
    return "twice" if len(set(people)) < len(people) else None


def place_of(cells: dict[str, str]) -> str:
    """Building, unit and room in the usual words: 3栋2单元501室."""
    words = (("building", "栋"), ("unit", "单元"), ("room", "室"))
    return "".join(
        cells[name] + (word if cells[name][-1:].isascii() and cells[name][-1:].isalnum() else "")
        for name, word in words
        if name in cells
    )[:60]
