"""Whose code was where, lately: one short entry for each showing, and the newest so many of them."""

from collections import deque
from collections.abc import Iterator

import msgspec

MOST = 500_000
"""What is remembered at most, however much comes: 0.3 kB each; two minutes of a city's busiest hour."""
MOST_OF_ONE = 32
"""Of one holder, the newest: a code that is held up all day costs no more than another."""


class Passing(msgspec.Struct, eq=False, gc=False):
    """One code at one gate; `moment` and `received` in milliseconds, `before` the same holder's one before.

    Python's garbage collection does not walk over it: a city remembers hundreds of thousands.
    """

    gate: str
    holder: str
    moment: int
    received: int
    before: "Passing | None" = None


class Passings:
    """In order of arrival, and by holder.

    Args:
        most: of all together; beyond, the oldest are forgotten.
        most_of_one: of one holder.
    """

    def __init__(self, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._order: deque[Passing] = deque()
        self._newest: dict[str, Passing] = {}

    def __len__(self) -> int:
        return len(self._order)

    def note(self, gate: str, holder: str, moment: int, received: int) -> None:
        """Remember one more."""
        before = self._newest.get(holder)
        new = Passing(gate, before.holder if before else holder, moment, received, before)
        self._newest[new.holder] = new
        self._order.append(new)
        if before:
            self._shorten(new)
        if len(self._order) > self._most:
            self._drop()

    def of(self, holder: str) -> Iterator[Passing]:
        """All of one holder that are remembered, the last to arrive first."""
        one = self._newest.get(holder)
        while one is not None:
            yield one
            one = one.before

    def forget(self, before_ms: int) -> None:
        """Let go of what was received earlier."""
        while self._order and self._order[0].received < before_ms:
            self._drop()

    def _drop(self) -> None:
        gone = self._order.popleft()
        if self._newest.get(gone.holder) is gone:
            del self._newest[gone.holder]
            return
        for one in self.of(gone.holder):
            if one.before is gone:
                one.before = None

    def _shorten(self, newest: Passing) -> None:
        for count, one in enumerate(self.of(newest.holder), 1):
            if count == self._most_of_one:
                one.before = None
