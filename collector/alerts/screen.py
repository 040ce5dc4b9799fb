"""Tells the gate at which something happened that somebody comes: whoever stands there waits for that."""

import time
from collections.abc import Callable, Collection
from queue import Empty, SimpleQueue
from uuid import UUID

import structlog

from collector.ledger import Ledger, gates, onscreen
from collector.ledger.incidents import Incident
from collector.paced import Paced
from kadian.messages import Command, Reply
from kadian.text import say

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 5.0
"""Until the gate's answer, it is told again so often."""
WORTH_MS = 10 * 60_000
"""So long after it was taken a gate may still be told. One that had no network does not show it an hour later."""
STAYS_MINUTES = 5
"""On the screen so long after the promised moment, and so long where none was promised."""
LONGEST_NOTE = 86_400
"""Seconds that a gate's screen shows a note at most."""
LONGEST_SLEEP = 30.0
PAUSE = 0.2
"""Between two looks at the ledger: at a city's peak it changes many times a second."""


def told(incident: Incident, now_ms: int, secretaries: Collection[str] | None = None) -> Command:
    """What its gate is told: that somebody comes, and in how many minutes from now; or that it is over.

    Args:
        incident: somebody took it, or it is over.
        now_ms: the office's clock.
        secretaries: who is called the secretary; None: whoever it was.
    """
    name = UUID(incident.id)
    key = "screen.coming" if secretaries is None or incident.acknowledged_by in secretaries else "screen.somebody"
    if incident.state == "resolved":
        return Command("message", id=name)
    if incident.minutes is None:
        return Command("message", id=name, text=say(key), seconds=STAYS_MINUTES * 60)
    passed = max(0, now_ms - (incident.acknowledged_ms or now_ms)) // 60_000
    left = max(incident.minutes - passed, 1)
    text = say(f"{key}.minutes", minutes=left)
    return Command("message", id=name, text=text, seconds=min((left + STAYS_MINUTES) * 60, LONGEST_NOTE))


class Screen(Paced):
    """One thread: from the ledger to the gates' screens, each told until it answers that it shows it.

    Nothing is remembered here but when a gate was last told: after a kill the ledger says what is still to be shown,
    and a gate that hears the same twice shows it once. A gate that is not reached takes the note away by itself, when
    its time has passed.

    Args:
        ledger: where it stands who took what.
        now_ms: the office's clock, milliseconds since 1970.
        send: sends a command to a gate; False when it could not.
        monotonic: seconds.
        secretaries: who is called the secretary on the screen; None: whoever takes it.
    """

    def __init__(
        self,
        ledger: Ledger,
        now_ms: Callable[[], int],
        send: Callable[[str, Command], bool],
        monotonic: Callable[[], float] = time.monotonic,
        *,
        secretaries: Collection[str] | None = None,
    ) -> None:
        self._secretaries = secretaries
        super().__init__(ledger, "screen", shortest=PAUSE)
        self._now_ms = now_ms
        self._send = send
        self._monotonic = monotonic
        self._told: dict[tuple[str, str], float] = {}
        self._answers: SimpleQueue[tuple[str, UUID]] = SimpleQueue()

    def heard(self, gate: str, reply: Reply) -> None:
        """What a gate answered to a command; from any thread, and quick."""
        log.info("command_answered", gate=gate, do=reply.do, ok=reply.ok)
        if reply.do == "message" and reply.ok and reply.id is not None:
            self._answers.put((gate, reply.id))
            self._ledger.changed.notify()

    def pace(self) -> float:
        """Write down what gates answered, tell what is to be shown; returns the seconds until the next look.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: the ledger cannot be read or written just now.
        """
        self._write_down()
        if not self._ledger.leads():
            return LONGEST_SLEEP
        now_ms = self._now_ms()
        with self._ledger.read() as connection:
            since_ms = now_ms - WORTH_MS
            due = [*onscreen.to_show(connection, since_ms), *onscreen.to_take_away(connection, since_ms)]
            online = {word.gate for word in gates.words(connection) if word.state == "online"} if due else set()
        now = self._monotonic()
        due_now = {(incident.id, incident.state): incident for incident in due}
        self._told = {key: at for key, at in self._told.items() if key in due_now}
        for key, incident in due_now.items():
            fresh = now - self._told.get(key, float("-inf")) < AGAIN_SECONDS
            if (
                incident.gate in online
                and not fresh
                and self._send(incident.gate, told(incident, now_ms, self._secretaries))
            ):
                self._told[key] = now
        return AGAIN_SECONDS if due else LONGEST_SLEEP

    def _write_down(self) -> None:
        answers = []
        while not self._answers.empty():
            try:
                answers.append(self._answers.get_nowait())
            except Empty:
                break
        if answers:
            with self._ledger.begin() as connection:
                for gate, incident in answers:
                    onscreen.shown(connection, str(incident), gate, self._now_ms())
                    # Before it was told so, the answer is that to the showing, which was slower than the end.
                    if (str(incident), "resolved") in self._told:
                        onscreen.taken_away(connection, str(incident), gate)
