"""One gate as the office sees it: its topic, its outbox's epoch and numbers, and what it waits to hear of."""

from datetime import UTC, datetime
from time import monotonic

from agent.uplink.window import QUIET, QUIETEST
from bench.load.line import Line
from bench.load.made import People, report
from kadian.identifiers import new_epoch
from kadian.messages import Receipt, Status, encode
from kadian.topics import Kind, topic

HEARD = (Kind.RECEIPT, Kind.POLICY, Kind.COMMAND)


class Gate:
    """Keeps each screening until a receipt covers it.

    Args:
        site: of the office.
        name: of the gate.
        line: its connection.
    """

    def __init__(self, site: str, name: str, line: Line) -> None:
        self.name = name
        self.line = line
        self.epoch = new_epoch()
        self.seq = 0
        self.again = 0
        self.out: dict[int, tuple[float, bytes]] = {}
        self.subscriptions = [topic(site, name, kind) for kind in HEARD]
        self._screening = topic(site, name, Kind.SCREENING).encode()
        self._telemetry = topic(site, name, Kind.TELEMETRY).encode()
        self._status = topic(site, name, Kind.STATUS).encode()
        self.people = People()
        self._progress, self._patience = 0.0, QUIET

    @property
    def missing(self) -> int:
        """Screenings that no receipt covers."""
        return len(self.out)

    def online(self) -> None:
        """Say that it is there, as at every connect."""
        self.line.publish(self._status, encode(Status("online", datetime.now(UTC), "bench")), retain=True)

    def telemetry(self) -> None:
        """The half-minute's report."""
        self.line.publish(self._telemetry, encode(report(self.epoch, self.seq, len(self.out))))

    def measure(self, at: float, wall: float) -> None:
        """One person: `at` on the monotonic clock, `wall` in seconds since 1970."""
        self.seq += 1
        payload = encode(self.people.next(self.epoch, self.seq, wall))
        if not self.out:
            self._progress = monotonic()
        self.out[self.seq] = at, payload
        self.line.publish(self._screening, payload)

    def send(self, payload: bytes) -> None:
        """An array of a backlog."""
        self.line.publish(self._screening, payload)

    def receipted(self, receipt: Receipt, now: float) -> list[float]:
        """For each screening that the receipt covers for the first time: seconds since it was measured."""
        if receipt.epoch != self.epoch:
            return []
        covered = receipt.covered(self.out)
        if covered:
            self._progress, self._patience = now, QUIET
        return [now - self.out.pop(seq)[0] for seq in covered]

    def quiet(self, now: float) -> None:
        """Send again what has been out for a quiet time, as the agent's window does."""
        if self.out and now - self._progress > self._patience:
            self._progress, self._patience = now, min(self._patience * 2, QUIETEST)
            for _, payload in self.out.values():
                self.again += 1
                self.line.publish(self._screening, payload)
