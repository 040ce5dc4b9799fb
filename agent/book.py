"""Where the gate writes down what it has seen and decided: the outbox, with time and author."""

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog
from msgspec import Struct

from agent.clock import Clock
from agent.duty import Duty
from agent.outbox import Clerk, Outbox
from agent.outbox.clerk import Ticket
from agent.recorder import Recorder
from kadian.errors import KadianError
from kadian.identifiers import new_id
from kadian.messages import Code, Screening, Temperature, Verdict

log = structlog.get_logger(__name__)
NOTICE_SECONDS = 3.0
"""So long at least it is told that somebody was not recorded, unless somebody else is in the meantime."""


class Entry(Struct, frozen=True):
    """What is to be written down, and the moment at which it was seen (monotonic seconds)."""

    at: float
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    temperature: Temperature | None = None
    code: Code | None = None
    remeasure_of: UUID | None = None
    registration: str | None = None


class Book:
    """Writes entries into the outbox, and waits for the disk no longer than a person does.

    Args:
        outbox: where they end.
        clerk: writes them.
        clock: wall time.
        duty: who is the author at a moment.
        recorder: an outside one, told of what is on disk.
        monotonic: seconds.
        on_entry: called with each screening that is on disk.
    """

    def __init__(
        self,
        outbox: Outbox,
        clerk: Clerk,
        clock: Clock,
        duty: Duty,
        recorder: Recorder,
        *,
        monotonic: Callable[[], float],
        on_entry: Callable[[Screening], None],
    ) -> None:
        self.refusing = False
        self._refused_at = 0.0
        self._outbox = outbox
        self._clerk = clerk
        self._clock = clock
        self._duty = duty
        self._recorder = recorder
        self._monotonic = monotonic
        self._on_entry = on_entry
        self._late: deque[tuple[UUID, Ticket, Entry]] = deque()

    @property
    def writing(self) -> bool:
        """Whether the disk has let somebody wait for longer than a second, and still does."""
        return bool(self._late)

    def enter(self, entry: Entry) -> Screening:
        """Writes it down. It is on disk when this returns, or `writing` says that it is not yet.

        Raises:
            KadianError: K0450, K0451, K0481. Nothing was written, which the log has said aloud: each time, not once.
        """
        identity = new_id()
        wall, state = self._clock.now()
        ago = max(0.0, self._monotonic() - entry.at)
        operator, unattended = self._duty.author(entry.at)

        def make(epoch: str, seq: int) -> Screening:
            return Screening(
                id=identity,
                epoch=epoch,
                seq=seq,
                at=wall - timedelta(milliseconds=round(ago * 1000)),
                clock=state,
                verdict=entry.verdict,
                temperature=entry.temperature,
                code=entry.code,
                reasons=entry.reasons,
                operator=operator,
                remeasure_of=entry.remeasure_of,
                unattended=unattended,
                registration=entry.registration,
            )

        ticket = self._clerk.record(make, self._clock.monotonic_ns() - int(ago * 1e9))
        if ticket.settled:
            screening = self._settle(ticket, entry)
            self._take_again()
            return screening
        log.warning("disk_is_slow", waiting=self._clerk.writing)
        self._late.append((identity, ticket, entry))
        # The person is answered; the number is the one it will most likely get, and nobody outside is told of it.
        return make(self._outbox.epoch, self._outbox.last_seq + len(self._late))

    def tick(self) -> list[UUID]:
        """Settles what a slow disk has taken by now; gives those that `enter` gave and it has refused after all."""
        lost = []
        while self._late and self._late[0][1].settled:
            identity, ticket, entry = self._late.popleft()
            try:
                self._settle(ticket, entry)
            except KadianError:
                log.warning("verdict_withdrawn", id=str(identity), verdict=entry.verdict)
                lost.append(identity)
        # Whoever reads "not recorded" writes on paper: nobody's measurement would end it.
        at_rest = not self._late and not self._clerk.writing and self._outbox.trouble is None
        if at_rest and self._monotonic() - self._refused_at >= NOTICE_SECONDS:
            self._take_again()
        return lost

    def _take_again(self) -> None:
        if self.refusing:
            self.refusing = False
            log.info("recording_again", last_seq=self._outbox.last_seq)

    def _settle(self, ticket: Ticket, entry: Entry) -> Screening:
        try:
            screening = ticket.outcome()
        except KadianError as error:
            self.refusing = True
            self._refused_at = self._monotonic()
            self._say_aloud(error)
            raise
        self._on_entry(screening)
        log.info("screening", seq=screening.seq, verdict=screening.verdict, reasons=list(screening.reasons))
        self._recorder.tell(screening, entry.at)
        return screening

    def _say_aloud(self, error: KadianError) -> None:
        log.error("refused_aloud", code=error.code, refused=self._outbox.refused, what=error.what(), do=error.do())
