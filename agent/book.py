"""Where the gate writes down what it has seen and decided: the outbox, with time and author."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import structlog
from msgspec import Struct

from agent.clock import Clock
from agent.duty import Duty
from agent.outbox import Outbox
from agent.recorder import Recorder
from kadian.errors import KadianError
from kadian.identifiers import new_id
from kadian.messages import Code, Screening, Temperature, Verdict

log = structlog.get_logger(__name__)


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
    """Writes entries into the outbox.

    Args:
        outbox: on disk when `enter` returns.
        clock: wall time.
        duty: who is the author at a moment.
        recorder: an outside one, told afterwards.
        monotonic: seconds.
        on_entry: called with the seq of each.
    """

    def __init__(
        self,
        outbox: Outbox,
        clock: Clock,
        duty: Duty,
        recorder: Recorder,
        *,
        monotonic: Callable[[], float],
        on_entry: Callable[[int], None],
    ) -> None:
        self.refusing = False
        self._outbox = outbox
        self._clock = clock
        self._duty = duty
        self._recorder = recorder
        self._monotonic = monotonic
        self._on_entry = on_entry

    def enter(self, entry: Entry) -> Screening:
        """Writes it down; it is on disk when this returns.

        Raises:
            KadianError: K0450, K0451. Nothing was written, which the log has said aloud: each time, not once.
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

        try:
            screening = self._outbox.record(make, self._clock.monotonic_ns() - int(ago * 1e9))
        except KadianError as error:
            self.refusing = True
            self._say_aloud(error)
            raise
        self._on_entry(screening.seq)
        if self.refusing:
            self.refusing = False
            log.info("recording_again", seq=screening.seq)
        log.info("screening", seq=screening.seq, verdict=screening.verdict, reasons=list(screening.reasons))
        self._recorder.tell(screening, entry.at)
        return screening

    def _say_aloud(self, error: KadianError) -> None:
        log.error("refused_aloud", code=error.code, refused=self._outbox.refused, what=error.what(), do=error.do())
