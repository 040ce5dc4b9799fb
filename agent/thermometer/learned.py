r"""A thermometer whose frame was learned by `kadian thermometer --learn`: all of it stands in its profile, a TOML file.

    kind = "body_estimate"                  # what it measures, as the person who taught it said
    baud = 9600
    agree = 2                               # frames in a row that must say the same; without a sum 2 or more
    on_demand = true                        # it speaks only when somebody is measured

    [frame]
    picture = "FE FD 1A 01 vv vv 0D 0A"     # a byte a word: vv the number, ss the sum, .. anything
    encoding = "s16be"
    check = "none"

    [number]
    scale = 0.1                             # number × scale + offset = degrees of unit
    low = 20.0                              # °C, beyond is no reading
    high = 60.0

or, instead of [frame], `line = 'T=(?P<value>[-+]?\d+(?:\\.\d+)?)'`, a regular expression of a whole line. The frames
that it was learned from stand in the profile as `captured`, so this file has none of its own.
"""

import math
import re
from functools import partial
from pathlib import Path

from msgspec import Struct

from agent.thermometer.agreement import Agreeing
from agent.thermometer.framing import Frames, Layout
from agent.thermometer.learning.checks import CHECKS
from agent.thermometer.learning.numbers import ENCODINGS
from agent.thermometer.learning.profile import ANY, SUM, VALUE, Frame, Number, Profile, parse
from agent.thermometer.lines import Lines
from agent.thermometer.packets import Decoded
from agent.thermometer.sample import Driver, Parser, Sample
from kadian.messages import TemperatureKind

MOST_BYTES = 65_536


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """`profile`: the path of the file that `kadian thermometer --learn` has written."""

    profile: str


def configured(options: Options) -> Driver:
    """The driver that a profile describes.

    Raises:
        ValueError: the file cannot be read, or is no profile; the text says why.
    """
    try:
        with Path(options.profile).open("rb") as stream:
            text = stream.read(MOST_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise ValueError(f"{options.profile}: {error.strerror or error}") from None
    return driver(parse(text))


def driver(profile: Profile) -> Driver:
    """The same, of a profile that was read."""
    return Driver(
        name="learned",
        title=profile.title,
        baud=profile.baud,
        kind=profile.kind,
        conversion="device" if profile.kind == "body_estimate" else None,
        make_parser=partial(_parser, profile),
        captured=tuple(bytes.fromhex(frame) for frame in profile.captured),
        agree=profile.agree,
        pause=math.inf if profile.on_demand else 1.0,
    )


def _parser(profile: Profile) -> Parser:
    single: Parser
    if profile.frame is not None:
        single = Frames(_layout(profile.frame, profile.number, profile.kind))
    else:
        pattern = re.compile((profile.line or "").encode("latin-1", "replace"))
        decode = partial(_line, pattern=pattern, number=profile.number, kind=profile.kind)
        # Before a number that begins the line a digit may be missing; before anything else it would show.
        single = Lines(decode, begun=not pattern.pattern.startswith(b"(?P<value>"))
    return Agreeing(single, profile.agree) if profile.agree > 1 else single


def _layout(frame: Frame, number: Number, kind: TemperatureKind) -> Layout:
    words = frame.words
    fixed = {n: int(word, 16) for n, word in enumerate(words) if word not in {VALUE, SUM, ANY}}
    head = bytes(fixed[n] for n in range(next((n for n in range(len(words)) if n not in fixed), len(words))))
    how, at = ENCODINGS[frame.encoding], words.index(VALUE)
    check = CHECKS.get(frame.check)
    sum_at = words.index(SUM) if check else 0

    def proof(whole: bytes) -> bool:
        if any(whole[n] != byte for n, byte in fixed.items()):
            return False
        return not check or whole[sum_at : sum_at + check.width] == check.make(whole[frame.check_from : sum_at])

    def decode(payload: bytes) -> Sample | None:
        start = at - len(head)
        return _sample(how.read(payload[start : start + how.width]), number, kind)

    return Layout(head, min(2, len(head)), len(words), decode, proof, trailer=0)


def _line(line: bytes, *, pattern: re.Pattern[bytes], number: Number, kind: TemperatureKind) -> Decoded:
    found = pattern.fullmatch(line)
    if found is None:
        return "foreign"
    return _sample(float(found["value"]), number, kind) or "out_of_range"


def _sample(value: float | None, number: Number, kind: TemperatureKind) -> Sample | None:
    celsius = None if value is None else number.celsius(value)
    if value is None or celsius is None:
        return None
    raw = int(value) if value.is_integer() else round(value * 1000)
    return Sample(raw=raw, surface=celsius, body=celsius if kind == "body_estimate" else None)
