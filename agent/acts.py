"""What people do at the gate's screen, as values: the screen puts them, the gate's own thread takes them."""

from collections.abc import Callable
from typing import Literal
from uuid import UUID

from msgspec import Struct


class Typed(Struct, frozen=True):
    """A temperature typed in with the big keys.

    Attributes:
        celsius: as typed, °C.
        kind: `contact` (under the arm, in the ear), or `body_estimate` of a handheld gun.
        site: where on the body: `forehead`, `wrist`, `neck`, `armpit`, `ear`, `mouth`.
        remeasure_of: the screening whose person is measured again, or None.
    """

    celsius: float
    kind: Literal["contact", "body_estimate"]
    site: str
    remeasure_of: UUID | None = None


class Remeasure(Struct, frozen=True):
    """The next reading of the gate's own thermometer, within a minute, is the second one of this rest.

    Attributes:
        id: as the screen lists the rest; None takes the choice back.
        site: where on the body it will be taken, None: where the policy says.
    """

    id: UUID | None
    site: str | None = None


class WaitForDuty(Struct, frozen=True):
    """The next staff card before the camera signs its holder on, for half a minute."""


class SignOff(Struct, frozen=True):
    """Nobody is on duty from now."""


class Register(Struct, frozen=True):
    """An outsider, sealed to the office's key (base64 of a libsodium sealed box): the gate cannot read it back."""

    sealed: str


class Answer(Struct, frozen=True):
    """What became of an act: `ok`, or the word of the catalogue (`kiosk.…`, `K0…`) that says why not."""

    ok: bool
    word: str = ""
    id: UUID | None = None


class Member(Struct, frozen=True):
    """Who of the household whose card was shown stands here: 1, 2, 3 … as printed on the card."""

    number: int


Act = Typed | Remeasure | WaitForDuty | SignOff | Register | Member
Do = Callable[[Act], Answer]
"""Carries an act out in the gate's thread and gives its answer; waits for at most two seconds."""

Stage = Literal["warming_up", "step_closer", "hold_still", "measured", "waiting_for_code"]
"""What the gate waits for just now: nobody there, somebody who comes to rest, a reading made, a code still to come."""
