"""What to send now: bounded, live first, again only after a quiet time. Pure; seconds are monotonic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kadian.messages import Receipt

MOST_IN_ONE = 500
ARRAYS = 4
"""As many full arrays may be on their way; one of them is kept free for what is measured while a backlog drains."""
QUIET = 10.0
QUIETEST = 40.0
"""Seconds: the quiet time doubles up to this while the office does not answer at all."""


@dataclass(slots=True)
class _Sent:
    seqs: set[int]
    at: float
    live: bool
    overtaken: bool = False


class Window:
    """Which screenings are on their way, and which go next.

    It knows only numbers. While connected, every screening that waits in the outbox is either behind `cursor`, or
    live, or on its way; so it is enough to read the outbox from `cursor` on.

    Args:
        most_in_one: screenings in one array.
    """

    def __init__(self, most_in_one: int = MOST_IN_ONE) -> None:
        self._array = most_in_one
        self._most = ARRAYS * most_in_one
        self.connected = False
        self.cursor = 0
        self._last = 0
        self._live: dict[int, None] = {}
        self._sent: list[_Sent] = []
        self._progress_at = 0.0
        self._quiet = QUIET

    @property
    def unreceipted(self) -> int:
        """How many are on their way."""
        return sum(len(sent.seqs) for sent in self._sent)

    def connect(self, last_seq: int, now: float) -> None:
        """A new connection: nothing is on its way, all that waits up to `last_seq` is backlog."""
        self.disconnect()
        self.connected = True
        self._last = last_seq
        self._progress_at = now
        self._quiet = QUIET

    def disconnect(self) -> None:
        """What was on its way is forgotten: it still waits in the outbox."""
        self.connected = False
        self.cursor = 0
        self._live.clear()
        self._sent.clear()

    def recorded(self, seq: int) -> None:
        """A screening was recorded just now."""
        if not self.connected or seq <= self._last:
            return
        self._last = seq
        self._live[seq] = None
        if len(self._live) > self._most:
            oldest = next(iter(self._live))  # it is left to the backlog, which has not passed it
            del self._live[oldest]
            self.cursor = min(self.cursor, oldest - 1)

    def live(self) -> list[int]:
        """The live ones to send now, the newest that fit, at most one array, in their order."""
        if not self.connected or not self._live:
            return []
        room = min(self._array, self._most - self.unreceipted)
        if self.cursor < next(iter(self._live)) - 1:
            # Behind a long gap the office cannot receipt them yet: they may not take the backlog's room.
            room = min(room, self._array - self._under_way(live=True))
        if room <= 0:
            return []
        return list(self._live)[-room:]

    def backlog(self) -> int:
        """How many of the backlog may go now: read that many behind `cursor` and pass them through `fresh`."""
        if not self.connected or self.cursor >= self._last:
            return 0
        room = min(self._most - self._array - self._under_way(live=False), self._most - self.unreceipted)
        return max(0, min(self._array, room))

    def fresh(self, seqs: Sequence[int], asked: int) -> list[int]:
        """Of what the outbox gave behind `cursor`, those neither live nor on their way; moves `cursor` past them all.

        Args:
            seqs: waiting in the outbox, ascending, right behind `cursor`.
            asked: how many were asked for; fewer means that nothing more waits.
        """
        under_way = {seq for sent in self._sent for seq in sent.seqs}
        self.cursor = max(self.cursor, seqs[-1] if len(seqs) >= asked and seqs else self._last)
        return [seq for seq in seqs if seq not in under_way and seq not in self._live]

    def sent(self, seqs: Iterable[int], now: float) -> None:
        """These were handed to the connection."""
        batch = set(seqs)
        low, high = min(batch), max(batch)
        live = low in self._live
        for seq in batch:
            self._live.pop(seq, None)
        if low - 1 <= self.cursor < high and len(batch) == high - low + 1:
            self.cursor = high
        if not self._sent:
            self._progress_at = now
        self._sent.append(_Sent(batch, now, live))

    def gone(self, seqs: Iterable[int]) -> None:
        """These wait no longer in the outbox."""
        for seq in seqs:
            self._live.pop(seq, None)

    def receipted(self, receipt: Receipt, now: float) -> bool:
        """A receipt of this epoch; True when it covered something that was on its way."""
        without = frozenset(receipt.missing)
        there = receipt.covered({seq for sent in self._sent for seq in sent.seqs}.union(self._live))
        progress = False
        for number in range(len(self._sent) - 1, -1, -1):
            sent = self._sent[number]
            covered = sent.seqs & there
            if covered:
                sent.seqs -= covered
                if not progress:
                    # One connection keeps the order: what the office lists as missing has been lost on the way.
                    for earlier in self._sent[:number]:
                        earlier.overtaken = earlier.overtaken or not earlier.seqs.isdisjoint(without)
                progress = True
        self._sent = [sent for sent in self._sent if sent.seqs]
        self.gone(there)
        if progress:
            self._progress_at = now
            self._quiet = QUIET
        return progress

    def _under_way(self, *, live: bool) -> int:
        return sum(len(sent.seqs) for sent in self._sent if sent.live == live)

    def due(self) -> float | None:
        """When `again` has something to do, or None."""
        if not self.connected or not self._sent:
            return None
        overtaken = [sent.at + QUIET for sent in self._sent if sent.overtaken]
        return min([self._progress_at + self._quiet, *overtaken])

    def again(self, now: float) -> int:
        """Takes back what counts as lost, to be sent again; says how many.

        All of it after a quiet time without any receipt; a batch alone when the office has passed it over.
        """
        if self.due() is None:
            return 0
        if now >= self._progress_at + self._quiet:
            lost, self._sent = self._sent, []
            self._progress_at = now
            self._quiet = min(self._quiet * 2, QUIETEST)
        else:
            lost = [sent for sent in self._sent if sent.overtaken and now >= sent.at + QUIET]
            self._sent = [sent for sent in self._sent if sent not in lost]
        for sent in lost:
            self.cursor = min(self.cursor, min(sent.seqs) - 1)
        return sum(len(sent.seqs) for sent in lost)

    def take_back(self, first: int, last: int | None = None) -> None:
        """The office says that it has none of these: those that wait in the outbox go at once, sent before or not."""
        for sent in self._sent:
            sent.seqs = {seq for seq in sent.seqs if seq < first or (last is not None and seq > last)}
        self._sent = [sent for sent in self._sent if sent.seqs]
        self.rewind(first)

    def rewind(self, from_seq: int) -> None:
        """From here on the outbox holds waiting ones again."""
        self.cursor = min(self.cursor, from_seq - 1)
