"""A wire kept open: opened, listened to, and opened again after an unplug, a fault or a silence."""

import threading
from collections.abc import Callable
from typing import Literal

import structlog

from agent.wire.line import Gone, Line
from agent.wire.port import real_name
from kadian.errors import KadianError

State = Literal["ok", "silent", "lost"]
"""`ok` it speaks as it should, `silent` open and nothing good comes, `lost` there is no wire (or not yet)."""

BACK_OFF_SECONDS = (0.1, 1.0)
"""Short, because a person waits: a device that is back is found within a second."""

SILENCES = frozenset({"K0205", "K0206"})

log = structlog.get_logger(__name__)


class Kept:
    """One wire, for ever; each change of its state and each trouble is said once.

    Args:
        what: what hangs on it, for the log: `thermometer`, `gun`.
        port: its name in the settings.
        open_line: opens it; its name is looked up again each time.
        on_state: called at each change of state, first with `lost`.
        on_trouble: called once when a trouble begins.

    What the callbacks raise ends `run` and reaches its caller.
    """

    def __init__(
        self,
        what: str,
        port: str,
        open_line: Callable[[], Line],
        on_state: Callable[[State], None] = lambda _state: None,
        on_trouble: Callable[[KadianError], None] | None = None,
    ) -> None:
        self.state: State = "lost"
        self.trouble: KadianError | None = None
        self._what = what
        self._port = port
        self._open = open_line
        self._on_state = on_state
        self._on_trouble = on_trouble

    def run(self, listen: Callable[[Line], KadianError], heard: Callable[[], int], stop: threading.Event) -> None:
        """Keeps it open until `stop` is set.

        Args:
            listen: reads an open wire until something is wrong with it, and says what. It closes nothing.
            heard: how much good has come so far; while it grows, the next opening does not wait long.
            stop: ends it.
        """
        self._on_state(self.state)
        shortest, longest = BACK_OFF_SECONDS
        wait = shortest
        while not stop.is_set():
            before = heard()
            trouble = self._session(listen)
            if stop.is_set():
                return
            self._say(trouble, "silent" if trouble.code in SILENCES else "lost")
            if heard() > before:
                wait = shortest
            stop.wait(wait)
            wait = min(wait * 2, longest)

    def well(self) -> None:
        """To be called by `listen` when what comes is good."""
        self._say(None, "ok")

    def _session(self, listen: Callable[[Line], KadianError]) -> KadianError:
        """One life of the open wire; what ended it."""
        try:
            line = self._open()
        except KadianError as trouble:
            return trouble
        try:
            return listen(line)
        except Gone as gone:
            return KadianError("K0204", self._port, reason=str(gone))
        finally:
            line.close()

    def _say(self, trouble: KadianError | None, state: State) -> None:
        before, self.trouble = self.trouble, trouble
        event = f"{self._what}_{state}"
        if trouble is not None and (before is None or before.code != trouble.code):
            log.warning(
                event,
                port=self._port,
                device=real_name(self._port),
                code=trouble.code,
                what=trouble.what(),
                cure=trouble.do(),
            )
            if self._on_trouble is not None:
                self._on_trouble(trouble)
        if state != self.state:
            self.state = state
            if state == "ok":
                log.info(event, port=self._port, device=real_name(self._port))
            self._on_state(state)
