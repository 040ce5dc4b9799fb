"""Who has been asked to rest and to be measured again."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from agent.screening.limits import Judgement
from agent.screening.reason import Reason
from agent.screening.rest import Rest, left
from kadian.messages import Policy

MOST = 1000
LISTED = 12
KEPT_SECONDS = 3600.0
"""A volunteer may still choose a rest after the time in which a reading belongs to it by itself."""
BY_ITSELF_SECONDS = 120.0


class Known(NamedTuple):
    """What is known of whose reading it is.

    Attributes:
        holder: of the code that was shown with it.
        chosen: the rest that the volunteer has said it ends.
        by_itself: whether it may belong to the gate's very last reading's; not where the volunteer had the choice.
    """

    holder: str | None = None
    chosen: UUID | None = None
    by_itself: bool = True


class Rests:
    """All rests that are not resolved.

    A reading belongs to a rest when the volunteer chose it, or when the code has the same holder. Where no code was
    shown either time, it belongs to the rest of the gate's very last reading, once that is over and for two minutes:
    whoever comes while somebody rests is somebody else, and clears nobody.
    """

    def __init__(self) -> None:
        self._rests: dict[UUID, Rest] = {}
        self._by_holder: dict[str, UUID] = {}
        self._last: UUID | None = None

    def get(self, chosen: UUID) -> Rest | None:
        """The rest that this screening began, or was the latest reading of."""
        found = self._rests.get(chosen)
        return found or next((rest for rest in self._rests.values() if rest.latest == chosen), None)

    def find(self, known: Known, at: float, policy: Policy) -> Rest | None:
        """The rest that a reading at this moment (monotonic seconds) ends or interrupts."""
        rest = self.get(known.chosen) if known.chosen else None
        if rest is not None and (known.holder is None or rest.holder in {None, known.holder}):
            return rest
        if known.holder is not None:
            rest = self._of_holder(known.holder)
            return rest if rest is not None and 0 <= at - rest.last <= policy.confirm_within_seconds else None
        rest = self._rests.get(self._last) if self._last and known.by_itself else None
        if rest is None or rest.holder or left(rest, at, policy) or (rest.confirmed and policy.rest_seconds):
            return None
        over = max(rest.last, rest.since + policy.rest_seconds)
        return rest if over <= at <= min(over + BY_ITSELF_SECONDS, rest.last + policy.confirm_within_seconds) else None

    def note(self, new: Rest, judgement: Judgement, rest: Rest | None, reasons: Collection[str]) -> None:
        """Takes a reading into memory.

        A high one begins a rest, or goes on with one; one that was too cold or too warm to judge begins one too. A
        normal one resolves it, unless it came before the rest was over. What moved or was stale changes nothing: the
        person is still to be measured.

        Args:
            new: as if this reading began a rest.
            judgement: on it.
            rest: the one it belongs to, from `find`.
            reasons: why the gate decided as it did.
        """
        self._forget(new.since)
        early = Reason.REST_NOT_OVER in reasons
        if judgement == "high":
            if rest is not None:
                confirmed = rest.confirmed or Reason.FEVER_CONFIRMED in reasons
                new = new._replace(
                    id=rest.id,
                    since=rest.since if rest.high else new.since,
                    holder=new.holder or rest.holder,
                    proven=new.proven or rest.proven,
                    confirmed=confirmed,
                )
            self._put(new)
            self._last = new.id
        elif judgement in {"cold", "hot"}:
            if rest is None:
                self._put(new._replace(high=False))
                self._last = None
        elif judgement == "normal":
            if rest is not None and not early:
                self._drop(rest.id)
            self._last = rest.id if rest is not None and early else None

    def undo(self, lost: UUID, before: Rest | None) -> None:
        """A reading that `note` took is nobody's: it was never written down.

        Args:
            lost: the screening.
            before: the rest that it belonged to, as it was then; None where it began one.
        """
        rest = self.get(lost)
        if rest is not None:
            self._drop(rest.id)
        if before is not None and before.id not in self._rests:
            self._put(before)
        self.forget_last()

    def forget_last(self) -> None:
        """Whoever comes without a code is somebody else than the one before."""
        self._last = None

    def waiting(self, at: float, policy: Policy) -> list[tuple[Rest, float]]:
        """The newest rests with the seconds that are left of each, the one that ends first in front."""
        self._forget(at)
        newest = list(self._rests.values())[-LISTED:]
        return sorted(((rest, left(rest, at, policy)) for rest in newest), key=lambda one: (one[1], one[0].since))

    def _of_holder(self, holder: str) -> Rest | None:
        name = self._by_holder.get(holder)
        return self._rests.get(name) if name else None

    def _put(self, rest: Rest) -> None:
        self._drop(rest.id)
        if rest.holder is not None:
            self._drop(self._by_holder.get(rest.holder))
            self._by_holder[rest.holder] = rest.id
        self._rests[rest.id] = rest
        while len(self._rests) > MOST:
            self._drop(next(iter(self._rests)))

    def _drop(self, name: UUID | None) -> None:
        rest = self._rests.pop(name, None) if name else None
        if rest is not None and rest.holder is not None and self._by_holder.get(rest.holder) == name:
            del self._by_holder[rest.holder]

    def _forget(self, at: float) -> None:
        for rest in list(self._rests.values()):
            if at - rest.last > KEPT_SECONDS:
                self._drop(rest.id)
