"""The bad morning: an hour from seven o'clock in which fifteen things happen. Pure.

It is made after the morning of the report that kadian comes from: fifteen calls in one hour, of which two mattered at
once. Nine gates are open; people come every fifteen seconds to each.
"""

from collections.abc import Iterator
from random import Random
from typing import Literal

import msgspec

GATES = tuple(f"e{number:02}" for number in range(1, 10))
SEALED = ("e12", "e15")
NAMES = {f"e{number:02}": f"{number}号门" for number in range(1, 24)}
SECONDS = 3600
EVERY = 15
"""Seconds from one person to the next at a gate."""
REST = 180
"""From a high reading to the second one."""
MEAN, SPREAD = 36.4, 0.25
SEED = 20261125


class Passing(msgspec.Struct, frozen=True):
    """Somebody at a gate, `at` seconds after seven. `again`: the name of the reading that this one is the second of."""

    at: float
    gate: str
    celsius: float
    holder: str
    name: str = ""
    again: str = ""
    refused: bool = False


class Trouble(msgspec.Struct, frozen=True):
    """What is wrong with a gate from `at` until `until`; `offline` with the office's way to the broker."""

    at: float
    until: float
    what: Literal["offline", "unplugged", "thermometer", "camera", "unattended", "stuck", "crowd"]
    gate: str = ""


TROUBLES = (
    Trouble(420, 1200, "camera", "e07"),
    Trouble(600, 1500, "stuck", "e05"),
    Trouble(780, 3600, "camera", "e03"),
    Trouble(900, 2100, "offline"),
    Trouble(2300, 2900, "unplugged", "e02"),
    Trouble(2400, 3300, "crowd", "e01"),
    Trouble(2500, 3200, "unattended", "e09"),
    # A plug that does not sit well: five times out, five times in again.
    *(Trouble(3000 + 90 * turn, 3045 + 90 * turn, "thermometer", "e08") for turn in range(5)),
)
"""Eight of the fifteen; the twenty minutes of `offline` silence nine gates besides."""


def causes() -> int:
    """How many things happen that somebody would have telephoned about."""
    apart = {(trouble.what, trouble.gate) for trouble in TROUBLES}
    return len(apart) + len({passing.name.partition("/")[0] for passing in _people()})


def passings() -> list[Passing]:
    """Everybody who comes, in order of time."""
    return sorted([*_people(), *_crowd()], key=lambda one: (one.at, one.gate, one.holder))


def _people() -> Iterator[Passing]:
    """Those who make a difference."""
    yield from _fever("e01", 480)
    yield from _fever("e06", 2880)
    for gate, at in (("e03", 300), ("e04", 2760)):
        yield Passing(at, gate, 36.5, f"refused-{gate}", f"refused-{gate}/1", refused=True)
        yield Passing(at + 40, gate, 36.5, f"refused-{gate}", f"refused-{gate}/2", refused=True)
    for gate, at in zip(SEALED, (120, 3120), strict=True):
        yield Passing(at, gate, 36.4, f"sealed-{gate}", f"sealed-{gate}")
    for number, (gate, at) in enumerate((("e02", 3000), ("e08", 3020))):
        yield Passing(at, gate, 36.4, "copied", f"copied/{number}")


def _fever(gate: str, at: float) -> Iterator[Passing]:
    yield Passing(at, gate, 38.4, f"fever-{gate}", f"fever-{gate}/1")
    yield Passing(at + REST, gate, 38.2, f"fever-{gate}", f"fever-{gate}/2", again=f"fever-{gate}/1")


def _crowd() -> Iterator[Passing]:
    """Everybody else; before the thermometer that is stuck all are alike, and all come again after their rest."""
    chance = Random(SEED)  # noqa: S311 - no secret
    for nth, gate in enumerate(GATES):
        at = nth * 1.5
        while at < SECONDS:
            wrong = {trouble.what for trouble in TROUBLES if trouble.gate == gate and trouble.at <= at < trouble.until}
            holder = f"{gate}-{at:.0f}"
            if "stuck" in wrong:
                yield Passing(at, gate, 39.5, holder, holder)
                yield Passing(at + REST, gate, 39.5, holder, again=holder)
            elif not wrong & {"unplugged", "thermometer"}:
                yield Passing(at, gate, round(min(chance.gauss(MEAN, SPREAD), 37.1), 2), holder)
            at += EVERY / 3 if "crowd" in wrong else EVERY
