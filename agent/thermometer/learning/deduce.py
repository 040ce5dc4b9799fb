"""From measurements to a profile, or to an honest "not yet" with what is lacking."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from agent.thermometer.learning import binary, text
from agent.thermometer.learning.capture import Capture
from agent.thermometer.learning.fits import FREE
from agent.thermometer.learning.framings import constant
from agent.thermometer.learning.profile import ANY, SUM, VALUE, Frame, Number, Profile
from kadian.messages import TemperatureKind

FEWEST = 3
"""Different values shown, below which nothing is believed."""

FEWEST_UNPROVEN = 4
"""The same for frames of bytes without a sum."""

FEWEST_FREE = 5
"""The same where the zero point is known from the data alone; a counter that counts along with a warming cup would pass
with fewer, so these may not have been shown in rising or falling order either."""

HEAD_BYTES = 4
"""With a sum, so many constant bytes name the frame: more of them may be a setting that changes (an emissivity)."""

RANGES: dict[TemperatureKind, tuple[float, float]] = {
    "body_estimate": (20.0, 60.0),
    "contact": (10.0, 60.0),
    "surface": (-40.0, 120.0),
    "ambient": (-40.0, 85.0),
}
"""°C that a device of each kind can give; a guess on the wide side, the profile may be edited."""

AGREE_UNPROVEN = 2

Why = Literal["few", "nothing", "no_sum", "free", "rivals"]
"""`few` values yet; `nothing` fits; it fits but has `no_sum`, or a `free` zero point, and needs more values; several
`rivals` fit."""


class Unsure(Struct, frozen=True):
    """Why there is no profile yet.

    Attributes:
        why: in a word.
        needed: different values that would be enough.
        rivals: what else fits, in words.
        wrong: the measurement, from 0, without which everything fits; None when there is no such one.
    """

    why: Why
    needed: int = FEWEST
    rivals: tuple[str, ...] = ()
    wrong: int | None = None


class Deduced(Struct, frozen=True):
    """The profile, and how many different frames agree with it."""

    profile: Profile
    frames: int


Found = binary.Found | text.Line


def deduce(captures: Sequence[Capture], kind: TemperatureKind, baud: int) -> Deduced | Unsure:
    """What the device says, as far as these measurements prove it.

    Args:
        captures: one a measurement; those in which nothing came left out.
        kind: what the temperature is; the person knows, the bytes do not.
        baud: the speed at which they were read.
    """
    different = len({capture.value for capture in captures})
    if different < FEWEST:
        return Unsure("few")
    found = _hypotheses(captures)
    if not found:
        return Unsure("nothing", wrong=_wrong_one(captures))
    best = found[0]
    rivals = _rivals(found)
    if rivals:
        return Unsure("rivals", different + 1, tuple(_words(one) for one in [best, *rivals]))
    if best.fit.tier == FREE and (different < FEWEST_FREE or _in_order(captures)):
        return Unsure("free", max(FEWEST_FREE, different + 1), (_words(best),))
    if isinstance(best, binary.Found) and best.proof is None and different < FEWEST_UNPROVEN:
        return Unsure("no_sum", FEWEST_UNPROVEN, (_words(best),))
    return _deduced(best, captures, kind, baud)


def _hypotheses(captures: Sequence[Capture]) -> Sequence[Found]:
    if not all(capture.data for capture in captures):
        return []
    return text.hypotheses(captures) if text.is_text(captures) else binary.hypotheses(captures)


def _rivals(found: Sequence[Found]) -> list[Found]:
    """Others that are no stranger than the best and read the number from elsewhere, or otherwise."""
    best = found[0]
    if isinstance(best, text.Line):
        return [
            one
            for one in found[1:]
            if isinstance(one, text.Line)
            and one.fit.tier <= best.fit.tier
            and (one.field, one.fit.scale, one.fit.unit) != (best.field, best.fit.scale, best.fit.unit)
        ]
    rivals: dict[object, Found] = {}
    for one in found[1:]:
        if not isinstance(one, binary.Found) or one.fit.tier > best.fit.tier:
            continue
        if one.proof is None and best.proof is not None:
            continue
        if not best.also(one):
            rivals.setdefault((one.absolute(), one.fit), one)
    return list(rivals.values())


def _wrong_one(captures: Sequence[Capture]) -> int | None:
    """The only measurement without which there is a hypothesis; at least three different values must remain."""
    wrong = []
    for left_out in range(len(captures)):
        rest = [capture for n, capture in enumerate(captures) if n != left_out]
        if len({capture.value for capture in rest}) >= FEWEST:
            found = _hypotheses(rest)
            wrong += [left_out] if found and found[0].fit.tier < FREE else []
    return wrong[0] if len(wrong) == 1 else None


def _in_order(captures: Sequence[Capture]) -> bool:
    values = [capture.value for capture in captures]
    return values in (sorted(values), sorted(values, reverse=True))


def _deduced(best: Found, captures: Sequence[Capture], kind: TemperatureKind, baud: int) -> Deduced:
    low, high = RANGES[kind]
    number = Number(best.fit.scale, low, high, best.fit.offset, "F" if best.fit.unit == "F" else "C")
    if isinstance(best, text.Line):
        lines = tuple(dict.fromkeys(capture.data.hex() for capture in captures))
        profile = Profile(kind, baud, number, line=best.pattern(), agree=AGREE_UNPROVEN, captured=lines)
        return Deduced(profile, len(lines))
    good = _good(best)
    frame = Frame(
        picture=_picture(best),
        encoding=best.encoding,
        check=best.proof.check if best.proof else "none",
        check_from=best.proof.start if best.proof else 0,
    )
    agree = 1 if best.proof else AGREE_UNPROVEN
    captured = tuple(row.hex() for row in good[:8])
    return Deduced(Profile(kind, baud, number, frame, agree=agree, captured=captured), len(good))


def _good(best: binary.Found) -> list[bytes]:
    """The different frames that are whole: by their sum, or by having come more than once."""
    if best.proof is None:
        return best.framing.solid()
    return [row for row in dict.fromkeys(best.framing.every_row()) if best.proof.holds(row)]


def _picture(best: binary.Found) -> str:
    words = []
    named = 0
    for place, byte in enumerate(constant(_good(best))):
        if place in best.places:
            words.append(VALUE)
        elif best.proof is not None and place in best.proof.places():
            words.append(SUM)
        elif byte is None or (best.proof is not None and named >= HEAD_BYTES and place < best.proof.at):
            words.append(ANY)
        else:
            named += 1
            words.append(f"{byte:02X}")
    return " ".join(words)


def _words(one: Found) -> str:
    fit = f"× {one.fit.scale:g}" + (f" {one.fit.offset:+g}" if one.fit.offset else "") + f" °{one.fit.unit}"
    if isinstance(one, text.Line):
        return f"{one.pattern()} {fit}"
    return f"{_picture(one)} {one.encoding} {fit} {one.proof.check if one.proof else '—'}"
