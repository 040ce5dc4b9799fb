"""Thermometers that send text, a reading a line: Arduino sketches, small boards, loggers.

Without options these lines are understood, with any of CR, LF, CRLF at the end and °C unless a letter says otherwise:

    36.52                               surface alone
    T:36.52,A:24.10                     surface and ambient
    T=36.5C                             a unit behind the number: C, F, °C, *F, deg C
    Ambient = 24.2*C   Object = 36.5*C  any order, separated by blanks, tabs, commas or semicolons
    {"surface": 36.5, "ambient": 24.1}  JSON
    T:34.9,A:21.3,B:36.5                body estimated by the device

A line counts only when all of it is understood. Other text needs `pattern`: one regular expression that matches whole
lines, with the groups `surface`, `ambient`, `body` or `contact` (a number each). Which device sends how often is not
known; a line is a sample, its number is taken as it stands.

Text has no sum: a digit that the wire changed is a wrong value. So values beyond -70…380 °C (ambient -40…125) are
refused, and three lines must agree within half a degree (`agree = 1` for a device that speaks once a person).

The pattern runs in RE2, whose time grows with the line and never faster: no pattern can hold the gate. What RE2 does
not have (look-ahead, back references) is refused when the settings are read.

Source: serial output of the Adafruit and SparkFun example sketches for the MLX90614, and of common home-made ones.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from agent.thermometer.agreement import UNSUMMED, Agreeing
from agent.thermometer.lines import Lines
from agent.thermometer.packets import Decoded
from agent.thermometer.sample import Driver, Parser, Sample
from kadian.messages import TemperatureKind

OBJECT_CELSIUS = (-70.0, 380.0)
AMBIENT_CELSIUS = (-40.0, 125.0)

NAMES = {
    **dict.fromkeys(("t", "to", "tobj", "temp", "temperature", "obj", "object", "surface", "forehead"), "surface"),
    **dict.fromkeys(("a", "ta", "tamb", "amb", "ambient", "room"), "ambient"),
    **dict.fromkeys(("b", "bo", "body"), "body"),
}
OTHER = frozenset({"h", "hum", "humidity", "rh", "n", "seq", "ms", "time", "millis", "emissivity"})
"""Names of other things that such lines hold; any other name makes the line foreign."""

UNREADABLE = "\N{REPLACEMENT CHARACTER}"
"""A degree sign in another encoding."""

NUMBER = r"[+-]?[0-9]{1,6}(?:\.[0-9]{1,6})?"
NAME = r"""["']?([A-Za-z]{1,16})["']?[ \t]*[:=][ \t]*"""
ENTRY = rf"(?:{NAME})?({NUMBER})[ \t]*(?:°|{UNREADABLE}|\*|deg)?[ \t]*([CF%℃℉])?"
SEPARATOR = r"(?:[ \t]*[,;][ \t]*|[ \t]+)"
LINE = rf"\{{?[ \t]*{ENTRY}(?:{SEPARATOR}{ENTRY})*[ \t]*\}}?[ \t]*"
GROUPS = frozenset({"surface", "ambient", "body", "contact"})

VALUE: dict[TemperatureKind, str] = {
    "surface": "surface",
    "body_estimate": "body",
    "contact": "contact",
    "ambient": "ambient",
}
"""The name under which each kind's own value stands in a line."""

ORDER: tuple[TemperatureKind, ...] = ("body_estimate", "contact", "surface", "ambient")

Read = Callable[[str, str], Mapping[str, float] | None]
"""(line, unit) → values in °C by name."""


class Options(Struct, frozen=True, forbid_unknown_fields=True):
    """What such a device has to be described by.

    Attributes:
        pattern: regular expression (RE2) with named groups; the forms above without it.
        unit: `C` or `F`, where the line does not say it.
        kind: what the temperature is; where it is not given, the pattern's groups tell (`body` before `surface`).
        end: the characters of which each ends a line.
        agree: how many lines in a row must say the same.
    """

    pattern: str | None = None
    unit: Literal["C", "F"] = "C"
    kind: TemperatureKind | None = None
    end: str = "\r\n"
    agree: Annotated[int, Meta(ge=1, le=5)] = UNSUMMED


def celsius(number: float, unit: str) -> float:
    """A number in °C, to the hundredth when it was °F."""
    return round((number - 32) / 1.8, 2) if unit in {"F", "℉"} else number


def understand(text: str, unit: str) -> dict[str, float] | None:
    """The values in °C of a line in one of the forms above, by name; None when not all of it is understood."""
    if not _compiled(LINE).fullmatch(text):
        return None
    found: dict[str, float] = {}
    for name, number, own in re.findall(ENTRY, text):
        if own == "%" or name.lower() in OTHER:
            continue
        place = NAMES.get(name.lower()) if name else "surface"
        if place is None or place in found:
            return None
        found[place] = celsius(float(number), own or unit)
    return found


def by_pattern(text: str, unit: str, *, pattern: str) -> dict[str, float] | None:
    """The values in °C that a pattern's groups hold; None when it does not match or a group is no number."""
    match = _compiled(pattern).fullmatch(text)
    if match is None:
        return None
    found = {name: value for name, value in match.groupdict().items() if value is not None and name in GROUPS}
    if not all(re.fullmatch(NUMBER, value) for value in found.values()):
        return None
    return {name: celsius(float(value), unit) for name, value in found.items()}


def decode(line: bytes, *, read: Read, unit: str, kind: TemperatureKind) -> Decoded:
    """One line as a sample in °C; `raw` is its value in 0.01 °C.

    Where a line tells the body alone, the surface is that same number: the device has no other to show.
    """
    found = read(line.decode("utf-8", errors="replace").strip(" \t\0"), unit)
    if found is None:
        return "foreign"
    value = found.get(VALUE[kind], found.get("surface") if kind in {"contact", "ambient"} else None)
    if value is None:
        return "foreign"
    surface = value if kind in {"contact", "ambient"} else found.get("surface", value)
    ambient = value if kind == "ambient" else found.get("ambient")
    body = found.get("body")
    if not (within(surface, OBJECT_CELSIUS) and within(body, OBJECT_CELSIUS) and within(ambient, AMBIENT_CELSIUS)):
        return "out_of_range"
    return Sample(raw=round(surface * 100), surface=surface, ambient=ambient, body=body)


def within(number: float | None, limits: tuple[float, float]) -> bool:
    """Whether a value, if there is one, lies between limits (both allowed)."""
    return number is None or limits[0] <= number <= limits[1]


def configured(options: Options) -> Driver:
    """The driver for these options.

    Raises:
        ValueError: the pattern is none that RE2 takes, it does not have the group that `kind` asks for, or `end` is
            empty or not ASCII.
    """
    kind: TemperatureKind = options.kind or "surface"
    read: Read = understand
    if options.pattern is not None:
        groups = GROUPS & set(_compiled(options.pattern).groupindex)
        kind = options.kind or ([kind for kind in ORDER if VALUE[kind] in groups] or [kind])[0]
        if VALUE[kind] not in groups and not ("surface" in groups and kind in {"contact", "ambient"}):
            raise ValueError(f"pattern: no group (?P<{VALUE[kind]}>…)")
        read = partial(by_pattern, pattern=options.pattern)
    if not options.end or not options.end.isascii():
        raise ValueError("end: one ASCII character or more")
    return replace(
        DRIVER,
        kind=kind,
        conversion="device" if kind == "body_estimate" else None,
        make_parser=partial(_parser, partial(decode, read=read, unit=options.unit, kind=kind), options),
        agree=options.agree,
    )


@cache
def _compiled(pattern: str) -> Any:
    # Only gates that read text load it.
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options=options)
    except re2.error as wrong:
        reason = wrong.args[0]
        raise ValueError(reason.decode() if isinstance(reason, bytes) else str(reason)) from None


def _parser(judge: Callable[[bytes], Decoded], options: Options) -> Parser:
    lines = Lines(judge, ends=options.end.encode("ascii"))
    return Agreeing(lines, options.agree) if options.agree > 1 else lines


DRIVER = Driver(
    name="ascii_line",
    title="Arduino, serial text 串口文本",
    baud=9600,
    kind="surface",
    make_parser=partial(_parser, partial(decode, read=understand, unit="C", kind="surface"), Options()),
    captured=(
        b"\r\n36.52\r\n",
        b"\r\nT:36.52,A:24.10\r\n",
        b"\r\nAmbient = 24.15*C\tObject = 36.51*C\r\n",
    ),
    agree=UNSUMMED,
)
