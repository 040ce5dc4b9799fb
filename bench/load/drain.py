"""A gate that comes back with a backlog: the agent's own window decides what goes when, the bodies lie prepared."""

import mmap
from array import array
from pathlib import Path
from time import monotonic

from agent.uplink.window import Window
from bench.load.gate import Gate
from bench.load.line import Line
from bench.load.made import People
from kadian.messages import Receipt, encode


class Draining(Gate):
    """Holds `count` screenings since before the load began, and measures on while they drain.

    They lie encoded in a file, as an outbox has them on its gate's own disk: what a gate's computer does for them is
    no load of the office's machine.

    Args:
        site: of the office.
        name: of the gate.
        line: its connection, its own.
        folder: where the backlog is prepared.
        count: how many.
        until: the wall clock (seconds since 1970) at which the network comes back; one a second before that.
    """

    def __init__(self, site: str, name: str, line: Line, folder: Path, count: int, until: float) -> None:  # noqa: PLR0917 - a gate's, and the backlog's
        super().__init__(site, name, line)
        self.window = Window()
        self.seq = self._count = count
        self._ends = array("Q", [0])
        people = People()
        with (folder / name).open("w+b") as file:
            for seq in range(1, count + 1):
                body = encode(people.next(self.epoch, seq, until - count + seq)) + b","
                file.write(body)
                self._ends.append(self._ends[-1] + len(body))
            file.flush()
            self._bodies = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)

    @property
    def drained(self) -> bool:
        """Whether nothing waits any more."""
        return self.window.cursor >= self.seq and not self.window.unreceipted and not self.out

    @property
    def missing(self) -> int:
        """Screenings that no receipt covers."""
        return self.seq - self.window.cursor + self.window.unreceipted

    def back(self) -> None:
        """The network is there again."""
        self.window.connect(self.seq, monotonic())

    def measure(self, at: float, wall: float) -> None:
        """One person while the backlog drains."""
        self.seq += 1
        self.out[self.seq] = at, encode(self.people.next(self.epoch, self.seq, wall))
        self.window.recorded(self.seq)

    def push(self, now: float) -> None:
        """Send what the window lets go: live ones first, then the backlog."""
        self.again += self.window.again(now)
        while live := self.window.live():
            bodies = [self.out[seq][1] for seq in live]
            self.send(bodies[0] if len(bodies) == 1 else b"[" + b",".join(bodies) + b"]")
            self.window.sent(live, now)
        while asked := self.window.backlog():
            first = self.window.cursor + 1
            waiting = range(first, min(self.window.cursor + asked, self._count) + 1)
            fresh = self.window.fresh(waiting, asked)
            if not fresh:
                return
            self.send(b"[" + self._bodies[self._ends[fresh[0] - 1] : self._ends[fresh[-1]] - 1] + b"]")
            self.window.sent(fresh, now)

    def receipted(self, receipt: Receipt, now: float) -> list[float]:
        """For each live screening that the receipt covers for the first time: seconds since it was measured."""
        if receipt.epoch == self.epoch:
            self.window.receipted(receipt, now)
        return super().receipted(receipt, now)

    def quiet(self, now: float) -> None:
        """The window itself knows what has to go again."""
