"""What was learned of a device, as a file that a person can read."""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from agent.thermometer.learning.checks import CHECKS
from agent.thermometer.learning.numbers import ENCODINGS
from kadian.messages import TemperatureKind

HEX = re.compile("[0-9A-F]{2}")
VALUE, SUM, ANY = "vv", "ss", ".."


class Number(Struct, frozen=True, forbid_unknown_fields=True):
    """Wire number × `scale` + `offset` = degrees of `unit`; between `low` and `high` °C, else it is no reading."""

    scale: float
    low: float
    high: float
    offset: float = 0.0
    unit: Literal["C", "F"] = "C"

    def celsius(self, number: float) -> float | None:
        """The number in °C, None beyond the range."""
        degrees = number * self.scale + self.offset
        celsius = round(degrees if self.unit == "C" else (degrees - 32) / 1.8, 3)
        return celsius if self.low <= celsius <= self.high else None


class Frame(Struct, frozen=True, forbid_unknown_fields=True):
    """A frame of bytes.

    Attributes:
        picture: one word a byte: two hexadecimal digits for a byte that always stands there, `vv` for the number's,
            `ss` for the sum's, `..` for any other.
        encoding: how the number is written (agent.thermometer.learning.numbers).
        check: which sum (agent.thermometer.learning.checks), or `none`.
        check_from: the first byte that the sum counts.
    """

    picture: str
    encoding: str
    check: str = "none"
    check_from: Annotated[int, Meta(ge=0)] = 0

    @property
    def words(self) -> list[str]:
        """The picture's words."""
        return self.picture.split()

    def wrong(self) -> str | None:
        """What is wrong with it, if anything."""
        words = self.words
        if self.encoding not in ENCODINGS or self.check not in {*CHECKS, "none"}:
            return f"encoding {self.encoding}, check {self.check}"
        if not words or not HEX.fullmatch(words[0]):
            return "the picture has to begin with a byte that always stands there"
        if any(word not in {VALUE, SUM, ANY} and not HEX.fullmatch(word) for word in words):
            return "the picture has a word that is neither a byte nor vv, ss, .."
        width = 0 if self.check == "none" else CHECKS[self.check].width
        for word, wanted in ((VALUE, ENCODINGS[self.encoding].width), (SUM, width)):
            places = [n for n, one in enumerate(words) if one == word]
            if len(places) != wanted or (places and places[-1] - places[0] != wanted - 1):
                return f"the picture needs {wanted} × {word} side by side"
        if width and self.check_from >= words.index(SUM):
            return "check_from lies behind the sum"
        return None


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """A learned device.

    Attributes:
        kind: what its temperature is, as the person said.
        baud: its speed.
        number: from the wire to °C.
        frame: its frame of bytes; or
        line: the regular expression of a whole line, the number as group `value`.
        agree: how many frames in a row must say the same; 2 or more without a sum.
        on_demand: it speaks only when somebody is measured.
        captured: the frames that it was learned from, in hexadecimal.
        title: what the person calls it.
    """

    kind: TemperatureKind
    baud: Annotated[int, Meta(ge=300, le=4_000_000)]
    number: Number
    frame: Frame | None = None
    line: str | None = None
    agree: Annotated[int, Meta(ge=1, le=20)] = 2
    on_demand: bool = True
    captured: tuple[str, ...] = ()
    title: str = "learned"

    def wrong(self) -> str | None:
        """What is wrong with it, if anything."""
        if (self.frame is None) == (self.line is None):
            return "exactly one of [frame] and line"
        proven = self.frame is not None and self.frame.check != "none"
        if not proven and self.agree < 2:
            return "without a sum, agree has to be 2 or more"
        if self.frame is not None:
            return self.frame.wrong()
        try:
            pattern = re.compile(self.line or "")
        except re.error as error:
            return f"line: {error}"
        return None if "value" in pattern.groupindex else "line has no group (?P<value>…)"


def parse(text: str) -> Profile:
    """A profile from TOML.

    Raises:
        ValueError: it is none; the text says why.
    """
    try:
        profile = msgspec.toml.decode(text, type=Profile)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
    wrong = profile.wrong()
    if wrong:
        raise ValueError(wrong)
    return profile
