"""Which of several offices follows the ledger: one leads, the others stand by.

Rules, series and couriers must work once for each ledger, whoever stored what. On SQLite the only office leads. On
PostgreSQL the leader holds a session's advisory lock; it is free as soon as the server ends that session: at once when
the leader is killed, and after `SILENT` when it hangs, since the server ends a session that has not asked anything
for so long. Two that both believe to lead for a moment do no harm: cursors move only from where they were read
(`cursors.move`).
"""

from threading import Event, Thread
from time import monotonic
from typing import Protocol

import psycopg
import structlog

from collector.ledger import postgres
from collector.ledger.ledger import Ledger

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
"""How often a standby asks for the lead, and the leader shows that it lives."""
SILENT = "6s"
PAUSE_SECONDS = 1.0


class Leadership(Protocol):
    """A part of the office that knows whether this office leads."""

    def leads(self) -> bool:
        """Whether this office is the one that follows, as far as it knows."""

    def start(self) -> None:
        """Begin to stand for it."""

    def stop(self) -> None:
        """Give the lead away."""


def open_leadership(ledger: Ledger) -> Leadership:
    """The leadership of a ledger, and its answer to `ledger.leads`: on SQLite of the only office, else of several."""
    made: Leadership = Sentry(ledger) if ledger.shared else Alone()
    ledger.leads = made.leads
    return made


class Alone:
    """The only office of a SQLite file (`holding.only_office`)."""

    def leads(self) -> bool:
        """Always."""
        return True

    def start(self) -> None:
        """Nothing to do."""

    def stop(self) -> None:
        """Nothing to do."""


class Sentry:
    """One thread with a session of its own: it asks for the lead, and hears of the commits of the other offices."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._leads = False
        self._said = False
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="sentry", daemon=True)

    def leads(self) -> bool:
        """Whether this office's session had the lock when it last asked."""
        return self._leads

    def start(self) -> None:
        """Begin to stand for it."""
        self._thread.start()

    def stop(self) -> None:
        """Give the lead away."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._ledger.session() as session:
                    self._stand(session)
            except Exception as error:  # whatever it is: an office that believes to lead for ever is worse
                known = isinstance(error, psycopg.Error | OSError)
                if not self._said:
                    why = str(error).strip().partition("\n")[0]
                    log.warning("sentry_lost_the_database" if known else "sentry_failed", why=why, exc_info=not known)
                self._said = True
            finally:
                self._set(leads=False)
            self._stopping.wait(PAUSE_SECONDS)

    def _stand(self, session: "psycopg.Connection[tuple[object, ...]]") -> None:
        """Until the office stops, or the session ends (psycopg.Error)."""
        session.execute(f"SET idle_session_timeout = '{SILENT}'")
        session.execute(f"LISTEN {postgres.BELL}")
        self._ledger.changed.notify()  # what was committed before we listened
        ask_at = monotonic()
        while not self._stopping.is_set():
            if monotonic() >= ask_at:
                self._ask(session)
                self._said = False
                ask_at = monotonic() + LOOK_SECONDS
            wait = max(0.0, ask_at - monotonic())
            told = [one.payload for one in session.notifies(timeout=wait, stop_after=1)]
            if any(by != postgres.HERE for by in told):
                self._ledger.changed.notify()

    def _ask(self, session: "psycopg.Connection[tuple[object, ...]]") -> None:
        if self._leads:
            session.execute("SELECT 1")
        else:
            asked = "SELECT pg_try_advisory_lock(%s, %s)"
            row = session.execute(asked, (postgres.LOCKS, postgres.LEADING)).fetchone()
            self._set(leads=bool(row and row[0]))

    def _set(self, *, leads: bool) -> None:
        if leads != self._leads:
            self._leads = leads
            log.info("office_leads" if leads else "office_stands_by")
            self._ledger.changed.notify()
