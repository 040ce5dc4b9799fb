"""High readings that wait for a second one."""

from typing import NamedTuple
from uuid import UUID

from agent.screening.limits import Judgement

MOST = 1000


class Flag(NamedTuple):
    """One high reading that is not resolved: the screening's id, and when it was (monotonic seconds)."""

    id: UUID
    at: float


class Pending:
    """Who was measured high and not yet again.

    A person is known by the holder of the code. Without one, only the gate's very last reading can be the same
    person's: with one false flag in a hundred, two strangers within a quarter of an hour would often make a false
    alarm.
    """

    def __init__(self) -> None:
        self._by_holder: dict[str, Flag] = {}
        self._last: Flag | None = None

    def find(self, holder: str | None, at: float, within: float) -> Flag | None:
        """The high reading that a reading of this holder (None: unknown) would be the second of, `within` seconds."""
        flag = self._last if holder is None else self._by_holder.get(holder)
        return flag if flag is not None and 0 <= at - flag.at <= within else None

    def note(self, flag: Flag, holder: str | None, judgement: Judgement | None) -> None:
        """Takes a screening into memory: a high one stays until a normal one of the same person resolves it.

        A reading without a result changes nothing: the person is still to be measured again.
        """
        if judgement == "high":
            self._last = flag
            if holder is not None:
                self._by_holder.pop(holder, None)
                self._by_holder[holder] = flag
                while len(self._by_holder) > MOST:
                    del self._by_holder[next(iter(self._by_holder))]
        elif judgement == "normal":
            self._last = None
            if holder is not None:
                self._by_holder.pop(holder, None)
