"""The gate's judgement: what was measured, shown and asked becomes entries in its book and words on its screen.

All of it belongs to the gate's own thread.
"""

import binascii
import math
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from agent.acts import Act, Answer, Member, Register, Remeasure, Stage, Typed, WaitForDuty
from agent.book import Book, Entry
from agent.duty import Duty
from agent.household import Chooser
from agent.kiosk.board import Board, Resting
from agent.lists import old_lists
from agent.screening import Joined, Joiner, Known, Reason, Rest, Rests, decide, is_enough, judge
from agent.screening.limits import with_quality
from kadian.errors import KadianError
from kadian.messages import Code, Policy, Screening, Temperature

TYPED_LOW, TYPED_HIGH = 34.0, 43.0
"""°C that may be typed in: beyond lies a slip of the finger."""
SITES = {"contact": ("armpit", "ear", "mouth"), "body_estimate": ("forehead", "wrist", "neck")}
CHOICE_SECONDS = 60.0
"""So long a rest stays chosen for the next reading."""
SEAL_BYTES = 48
"""What a libsodium sealed box adds to the text in it: fewer bytes hold nothing."""
MOST_SEALED = 8192
"""Characters that the message has room for."""


class Chosen(NamedTuple):
    """The rest that the next reading ends, where it is taken, and since when this holds (monotonic seconds)."""

    id: UUID
    site: str | None
    since: float

    def holds(self, at: float) -> bool:
        """Whether a reading of this moment is meant."""
        return self.since <= at <= self.since + CHOICE_SECONDS


class Screener:
    """Decides and writes down.

    Args:
        joiner: which code belongs to which reading.
        book: where entries go.
        duty: who is on.
        board: the screen.
        policy: of the moment.
        operator_of: whose staff card a code is.
        can_read: whether the gate has a camera or a code gun.
        members: the codes of a household's people, by its holder; none at a gate where nobody is to be chosen.
        now: wall time, for the age of the lists.
    """

    def __init__(
        self,
        joiner: Joiner,
        book: Book,
        duty: Duty,
        board: Board,
        *,
        policy: Callable[[], Policy],
        operator_of: Callable[[Code], str | None],
        can_read: bool,
        members: Callable[[str], tuple[Code, ...]],
        now: Callable[[], datetime],
    ) -> None:
        self.rests = Rests()
        self._joiner = joiner
        self._book = book
        self._duty = duty
        self._board = board
        self._policy = policy
        self._operator_of = operator_of
        self._can_read = can_read
        self._chooser = Chooser(members)
        self._now = now
        self._chosen: Chosen | None = None
        self._taken: Chosen | None = None
        self._unsure: dict[UUID, Rest | None] = {}
        self._stage: Stage = "warming_up"

    @property
    def deadline(self) -> float | None:
        """When `tick` has something to do (monotonic seconds), or None."""
        return self._joiner.deadline

    def reading(self, temperature: Callable[[str], Temperature], at: float) -> None:
        """The gate's own thermometer has read a person.

        Args:
            temperature: the reading, given the site where it was taken.
            at: when.
        """
        policy = self._rule()
        chosen = self._chosen if self._chosen is not None and self._chosen.holds(at) else None
        if chosen is not None:
            self._taken, self._chosen = chosen, None
        site = chosen.site if chosen and chosen.site else policy.site
        self._screen_all(self._joiner.reading(temperature(site), at, chosen.id if chosen else None))

    def code(self, code: Code, at: float) -> None:
        """A code is in view."""
        policy = self._rule()
        if self._duty.card(code, self._operator_of(code), at):
            self._joiner.forget(code)
        elif policy.code != "off":
            self._screen_all(self._joiner.code(self._chooser.seen(code, at), at))

    def stage(self, stage: Stage) -> None:
        """What the thermometer waits for."""
        self._stage = stage

    def tick(self, now: float) -> None:
        """What has waited long enough; and the screen."""
        policy = self._rule()
        self.settle()
        self._screen_all(self._joiner.tick(now))
        waits = policy.code == "required" and self._joiner.deadline is not None
        self._board.stage("waiting_for_code" if waits else self._stage)
        operator, unattended = self._duty.author(now)
        self._board.duty(operator, unattended=unattended)
        chosen = self._chosen.id if self._chosen is not None and self._chosen.holds(now) else None
        self._board.household(self._chooser.offered(now))
        self._board.rule(rest_seconds=policy.rest_seconds, old_lists=old_lists(policy, self._now()))
        waiting = self.rests.waiting(now, policy)
        self._board.rests([Resting(rest.id, left, rest.celsius, rest.id == chosen) for rest, left in waiting])

    def close(self) -> None:
        """The gate ends: a reading that waits for its code is written down without."""
        self._rule()
        self._screen_all(self._joiner.close())

    def settle(self) -> None:
        """What a slow disk has refused after its verdict was shown is taken back, and so is its rest."""
        for lost in self._book.tick():
            self._board.withdraw(lost)
            if lost in self._unsure:
                self.rests.undo(lost, self._unsure.pop(lost))

    def act(self, act: Act, at: float) -> Answer:
        """What somebody does at the screen."""
        try:
            return self._act(act, at)
        except KadianError as error:
            return Answer(ok=False, word=error.code)

    def take_back(self, screening: Screening, at: float) -> None:
        """Remembers a screening from before a restart, made at a moment of this clock (monotonic seconds)."""
        if screening.temperature is not None:
            holder = screening.code.person if screening.code else None
            rest = self.rests.find(Known(holder, screening.remeasure_of, by_itself=False), at, self._policy())
            self._remember(screening, at, rest)

    def _act(self, act: Act, at: float) -> Answer:
        if isinstance(act, Typed):
            return self._typed(act, at)
        if isinstance(act, Register):
            return self._register(act, at)
        if isinstance(act, Remeasure):
            return self._choose(act, at)
        if isinstance(act, Member):
            return self._member(act.number, at)
        if isinstance(act, WaitForDuty):
            return self._wait_for_card(at)
        self._duty.sign_off(at)
        return Answer(ok=True)

    def _wait_for_card(self, at: float) -> Answer:
        if not self._can_read:
            return Answer(ok=False, word="K0444")
        if not self._policy().operators:
            return Answer(ok=False, word="K0445")
        self._duty.wait_for_card(at)
        return Answer(ok=True)

    def _typed(self, act: Typed, at: float) -> Answer:
        if not math.isfinite(act.celsius) or not TYPED_LOW <= act.celsius <= TYPED_HIGH:
            return Answer(ok=False, word="K0442")
        if act.site not in SITES[act.kind]:
            return Answer(ok=False, word="K0447")
        if act.remeasure_of is not None and self.rests.get(act.remeasure_of) is None:
            return Answer(ok=False, word="K0443")
        self._rule()
        temperature = Temperature(act.celsius, act.kind, site=act.site, device="manual")
        if act.remeasure_of is not None:
            # Whose it is has been said; a code in view is the next person's.
            return self._answer(self._screen(Joined(temperature, None, at, None, act.remeasure_of)))
        *before, own = self._joiner.reading(temperature, at, wait=False)
        self._screen_all(before)
        return self._answer(self._screen(own, by_itself=False))

    def _choose(self, act: Remeasure, at: float) -> Answer:
        if act.id is None:
            self._chosen = None
        elif self.rests.get(act.id) is None:
            return Answer(ok=False, word="K0443")
        elif act.site not in {None, *SITES["body_estimate"]}:
            return Answer(ok=False, word="K0447")
        else:
            self._chosen = Chosen(act.id, act.site, at)
        return Answer(ok=True)

    def _member(self, number: int, at: float) -> Answer:
        card = self._chooser.card(at)
        member = self._chooser.choose(number, at)
        if card is None or member is None:
            return Answer(ok=False, word="K0465")
        self._joiner.forget(card)
        self._screen_all(self._joiner.code(member, at))
        return Answer(ok=True)

    def _register(self, act: Register, at: float) -> Answer:
        try:
            sealed = b64decode(act.sealed, validate=True)
        except (binascii.Error, ValueError):
            sealed = b""
        if len(sealed) <= SEAL_BYTES or len(act.sealed) > MOST_SEALED:
            return Answer(ok=False, word="K0446")
        entry = Entry(at, "none", (Reason.REGISTERED,), registration=act.sealed)
        return self._answer(self._book.enter(entry))

    def _answer(self, screening: Screening) -> Answer:
        """Nobody is told that something is recorded before it is."""
        return (
            Answer(ok=False, word="K0441", id=screening.id) if self._book.writing else Answer(ok=True, id=screening.id)
        )

    def _rule(self) -> Policy:
        policy = self._policy()
        self._joiner.rule = policy.code
        return policy

    def _screen_all(self, joined: list[Joined]) -> None:
        for one in joined:
            try:
                self._screen(one)
            except KadianError:
                continue  # said aloud already; the next one may find room

    def _screen(self, joined: Joined, *, by_itself: bool = True) -> Screening:
        policy = self._policy()
        measured = with_quality(joined.temperature, policy) if joined.temperature else None
        known = Known(joined.code.person if joined.code else None, joined.chosen, by_itself)
        rest = self.rests.find(known, joined.at, policy) if measured else None
        self._choose_again(joined.chosen, rest, measured)
        decision = decide(measured, joined.code, rest, policy, joined.at)
        screening = self._book.enter(
            Entry(
                at=joined.at,
                verdict=decision.verdict,
                reasons=tuple(str(reason) for reason in decision.reasons),
                temperature=measured,
                code=joined.code,
                remeasure_of=rest.latest if rest else None,
            )
        )
        if not self._book.writing:
            self._unsure.clear()
        elif measured is not None:
            self._unsure[screening.id] = rest
        self._remember(screening, joined.at, rest)
        self._board.show(screening)
        card = self._chooser.screened(joined.code)
        if card is not None and joined.code is not None:
            self._joiner.rename(joined.code, card)  # still in view, and used all the same
        return screening

    def _choose_again(self, chosen: UUID | None, rest: Rest | None, measured: Temperature | None) -> None:
        """Who was chosen stays so when it was somebody else after all, or when the reading came to nothing."""
        taken, self._taken = self._taken, None
        if taken is None or taken.id != chosen or self._chosen is not None:
            return
        if rest is None or chosen not in {rest.id, rest.latest} or (measured is not None and measured.quality != "ok"):
            self._chosen = taken

    def _remember(self, screening: Screening, at: float, rest: Rest | None) -> None:
        temperature, code, policy = screening.temperature, screening.code, self._policy()
        if temperature is None:
            return
        new = Rest(
            id=screening.id,
            latest=screening.id,
            since=at,
            last=at,
            celsius=temperature.celsius,
            holder=code.person if code else None,
            proven=code is not None and is_enough(code, policy),
        )
        self.rests.note(new, judge(temperature, policy), rest, screening.reasons)
