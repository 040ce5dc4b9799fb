"""Frames of bytes: for each way to cut them, where the number stands and what proves the frame."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from agent.thermometer.learning.capture import Capture, shows_fahrenheit
from agent.thermometer.learning.checks import CHECKS
from agent.thermometer.learning.fits import FREE, Fit, fits
from agent.thermometer.learning.framings import Framing, constant, framings
from agent.thermometer.learning.numbers import ENCODINGS

ENOUGH_ROWS = 3
"""Different frames that a sum must be right for: by chance three 8-bit sums are right once in sixteen million."""

MOST_STARTS, MOST_BEHIND = 4, 3
WRONG_ROWS = 0.1
"""Of a stream's frames: as many may be damaged."""


class Proof(Struct, frozen=True):
    """A sum: which, over the frame from `start` up to `at`, where it stands."""

    check: str
    start: int
    at: int

    def holds(self, row: bytes) -> bool:
        """Whether a frame is right by it."""
        check = CHECKS[self.check]
        return row[self.at : self.at + check.width] == check.make(row[self.start : self.at])

    def places(self) -> range:
        """Where the sum stands."""
        return range(self.at, self.at + CHECKS[self.check].width)


class Found(Struct, frozen=True):
    """One whole hypothesis about frames of bytes."""

    framing: Framing
    proof: Proof | None
    encoding: str
    at: int
    fit: Fit

    @property
    def places(self) -> range:
        """Where the number stands in the frame."""
        return range(self.at, self.at + ENCODINGS[self.encoding].width)

    def absolute(self) -> frozenset[int]:
        """Where the number stands in the first measurement: the same bytes, however the frames are cut."""
        start = self.framing.shown()[0][0]
        return frozenset(start + place for place in self.places)

    def also(self, other: "Found") -> bool:
        """Whether another reads the same bytes, here or in a repetition, with or without constant ones beside them."""
        there = other.absolute()
        mine = [frozenset(start + place for place in self.places) for start in self.framing.starts[0]]
        same = any(there <= here or here <= there for here in mine)
        zero = self.fit.offset == other.fit.offset or self.fit.tier == other.fit.tier == FREE
        return same and zero and (self.fit.scale, self.fit.unit) == (other.fit.scale, other.fit.unit)

    def rank(self) -> tuple[object, ...]:
        """The smaller, the likelier."""
        shift = abs(self.fit.offset) if self.fit.tier == FREE else 0.0
        return (
            self.proof is None,
            self.fit.tier,
            bool(self.proof and self.proof.start),
            -round(self.framing.covered, 2),
            -self.framing.first,
            self.framing.length,
            shift,
            list(ENCODINGS).index(self.encoding),
            len(self.framing.head) != 2,
        )


def hypotheses(captures: Sequence[Capture]) -> list[Found]:
    """All that fit every measurement, the likeliest first."""
    measurements = [capture.data for capture in captures]
    found: list[Found] = []
    for framing in framings(measurements):
        numbers = list(_numbers(framing, captures))
        if not numbers:
            continue
        proof = proof_of(framing)
        found += [
            Found(framing, proof, encoding, at, fit)
            for encoding, at, fit in numbers
            if proof is None or not set(proof.places()) & set(range(at, at + ENCODINGS[encoding].width))
        ]
    return sorted(found, key=Found.rank)


def proof_of(framing: Framing) -> Proof | None:
    """The sum that is right for the frames, if one is."""
    rows = framing.every_row()
    if len(set(rows)) < ENOUGH_ROWS:
        return None
    usual = constant(rows, 1 - WRONG_ROWS)
    behind = 0
    while behind < MOST_BEHIND and behind < len(usual) and usual[-1 - behind] is not None:
        behind += 1
    for name, check in CHECKS.items():
        for trailing in range(behind + 1):
            at = framing.length - trailing - check.width
            if at < 2 or all(place is not None for place in usual[at : at + check.width]):
                continue
            for start in range(min(MOST_STARTS, at)):
                proof = Proof(name, start, at)
                if _holds(proof, rows):
                    return proof
    return None


def _holds(proof: Proof, rows: Sequence[bytes]) -> bool:
    wrong, allowed = 0, int(WRONG_ROWS * len(rows))
    good: set[bytes] = set()
    for row in rows:
        if proof.holds(row):
            good.add(row)
            continue
        wrong += 1
        if wrong > allowed:
            return False
    return len(good) >= ENOUGH_ROWS


def _numbers(framing: Framing, captures: Sequence[Capture]) -> Iterator[tuple[str, int, Fit]]:
    """The numbers in the frame that follow what was shown."""
    rows = [row for _, row in framing.shown()]
    fahrenheit = shows_fahrenheit(list(captures))
    order = sorted(range(len(rows)), key=lambda n: captures[n].value)
    for encoding, how in ENCODINGS.items():
        for at in range(framing.length - how.width + 1):
            read = [how.read(row[at : at + how.width]) for row in rows]
            numbers = [number for number in read if number is not None]
            if len(numbers) < len(rows) or not _follow(numbers, captures, order):
                continue
            for fit in fits(numbers, captures, how.scales, fahrenheit=fahrenheit):
                yield encoding, at, fit


def _follow(numbers: Sequence[float], captures: Sequence[Capture], order: Sequence[int]) -> bool:
    """Whether a higher display always came with a higher number: quick, and false for nearly all places."""
    for before, after in pairwise(order):
        if captures[before].value < captures[after].value and numbers[before] >= numbers[after]:
            return False
    return True
