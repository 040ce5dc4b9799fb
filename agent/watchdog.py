"""Keeps systemd's watchdog quiet as long as the whole gate works, and calls it when a part hangs."""

from collections.abc import Callable

import structlog

from agent.pulse import Pulse
from kadian.errors import KadianError
from kadian.notify import Notify

log = structlog.get_logger(__name__)


class Watchdog:
    """Fed by the gate's main loop alone: when that hangs, nobody feeds it.

    Args:
        systemd: the line to it.
        pulse: of the other parts.
        status: one line for `systemctl status`, or None.
    """

    def __init__(self, systemd: Notify, pulse: Pulse, status: Callable[[], str | None] = lambda: None) -> None:
        self._systemd = systemd
        self._pulse = pulse
        self._status = status
        self._hung: list[str] = []
        self._said: str | None = None

    def feed(self) -> None:
        """One turn of the main loop; a part that hangs is told once, and systemd is asked to restart the gate."""
        hung = self._pulse.late()
        if not hung:
            self._systemd.alive()
            self._tell(self._status())
        elif hung != self._hung:
            told = KadianError("K0482", ", ".join(hung))
            log.error("part_hangs", parts=hung, what=told.what(), do=told.do())
            self._tell(told.what("en"))
            self._systemd.hung()
        self._hung = hung

    def _tell(self, status: str | None) -> None:
        if status is not None and status != self._said:
            self._said = status
            self._systemd.status(status)
