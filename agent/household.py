"""One card, several people: whom of a household the volunteer sees before the gate."""

from collections.abc import Callable
from typing import NamedTuple

from agent.screening.join import SHOWN_AGAIN
from kadian.messages import Code

CHOICE_SECONDS = 60.0
"""So long after its card was last in view a household is offered, and a choice holds for the next screening."""


class _Shown(NamedTuple):
    card: Code
    at: float


class Chooser:
    """Turns a household's code into that of the chosen member, for one screening.

    A card that was screened without a choice is offered again only once it is shown anew: a tap that comes too late
    must not name the next person.

    Args:
        members_of: the codes of a household's people, by the household's holder (`Proof.members`).
    """

    def __init__(self, members_of: Callable[[str], tuple[Code, ...]]) -> None:
        self._members_of = members_of
        self._shown: _Shown | None = None
        self._chosen: int | None = None
        self._passed = False

    def seen(self, code: Code, at: float) -> Code:
        """The code to go on with: the member's where this household's card is shown and one was chosen, else itself."""
        if not code.household or code.member or code.holder is None:
            return code
        away = at - self._shown.at if self._shown and self._shown.card.holder == code.holder else float("inf")
        if away > CHOICE_SECONDS:
            self._chosen = None
        if away > SHOWN_AGAIN:
            self._passed = False
        self._shown = _Shown(code, at)
        return self._member(self._chosen) or code

    def offered(self, now: float) -> tuple[Code, ...]:
        """The people to choose from, in the card's order; none once one is chosen, or a minute after the card."""
        card = self.card(now)
        return () if card is None or self._chosen is not None else self._members_of(card.holder or "")

    def choose(self, member: int, now: float) -> Code | None:
        """The chosen member's code (1, 2, 3 … as printed on the card); None when there is no card to choose from."""
        if self.card(now) is None:
            return None
        code = self._member(member)
        self._chosen = member if code else self._chosen
        return code

    def screened(self, code: Code | None) -> Code | None:
        """That was this person; the next one of the household is chosen anew.

        Returns:
            The household's own code where this was a member of the card shown last: it stands for nobody again.
        """
        if code is None or self._shown is None or not code.household:
            return None
        card = self._shown.card
        if card.holder == code.holder:
            self._passed = True
        if self._member(code.member) != code:
            return None
        self._chosen = None
        return card

    def card(self, now: float) -> Code | None:
        """The household's own code whose people can be chosen from now."""
        shown = self._shown
        return shown.card if shown is not None and not self._passed and now - shown.at <= CHOICE_SECONDS else None

    def _member(self, number: int | None) -> Code | None:
        if number is None or self._shown is None or self._shown.card.holder is None:
            return None
        return next((one for one in self._members_of(self._shown.card.holder) if one.member == number), None)
