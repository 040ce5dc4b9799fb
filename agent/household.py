"""One card, several people: whom of a household the volunteer sees before the gate."""

from collections.abc import Callable
from typing import NamedTuple

from kadian.messages import Code

CHOICE_SECONDS = 60.0
"""So long after its card was last in view a household is offered, and a choice holds for the next screening."""


class _Shown(NamedTuple):
    household: str
    at: float


class Chooser:
    """Turns a household's code into that of the chosen member, for one screening.

    Args:
        members_of: the codes of a household's people, by the household's holder (`Proof.members`).
    """

    def __init__(self, members_of: Callable[[str], tuple[Code, ...]]) -> None:
        self._members_of = members_of
        self._shown: _Shown | None = None
        self._chosen: int | None = None

    def seen(self, code: Code, at: float) -> Code:
        """The code to go on with: the member's where this household's card is shown and one was chosen, else itself."""
        if not code.household or code.member or code.holder is None:
            return code
        if self._shown is None or self._shown.household != code.holder or at - self._shown.at > CHOICE_SECONDS:
            self._chosen = None
        self._shown = _Shown(code.holder, at)
        return self._member(self._chosen) or code

    def offered(self, now: float) -> tuple[Code, ...]:
        """The people to choose from, in the card's order; none once one is chosen, or a minute after the card."""
        shown = self._current(now)
        return () if shown is None or self._chosen is not None else self._members_of(shown.household)

    def choose(self, member: int, now: float) -> Code | None:
        """The chosen member's code (1, 2, 3 … as printed on the card); None when there is no card to choose from."""
        if self._current(now) is None:
            return None
        code = self._member(member)
        self._chosen = member if code else self._chosen
        return code

    def screened(self, code: Code | None) -> None:
        """That was this member; the next person of the household is chosen anew."""
        if code is not None and code.member:
            self._chosen = None

    def _current(self, now: float) -> _Shown | None:
        return self._shown if self._shown is not None and now - self._shown.at <= CHOICE_SECONDS else None

    def _member(self, number: int | None) -> Code | None:
        if number is None or self._shown is None:
            return None
        return next((one for one in self._members_of(self._shown.household) if one.member == number), None)
