"""Says to systemd that a service is ready and alive (sd_notify(3)); does nothing where systemd does not ask."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class Notify:
    """One service's line to systemd (sd_notify(3)), from `NOTIFY_SOCKET` and `WATCHDOG_USEC` in the environment."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        self.watchdog_seconds = int(os.environ.get("WATCHDOG_USEC", "0")) / 1e6
        """How long systemd waits for a sign of life; 0 when it does not."""

    def ready(self) -> None:
        """All is up."""
        self._say("READY=1")

    def alive(self) -> None:
        """Work is being done."""
        self._say("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._say("STATUS=" + " ".join(text.splitlines()))

    def hung(self) -> None:
        """A part does not work any more: systemd is to do at once what it does when signs of life stay away."""
        self._say("WATCHDOG=trigger")

    def stopping(self) -> None:
        """The end was asked for."""
        self._say("STOPPING=1")

    @contextmanager
    def watchdog(self, working: Callable[[], bool]) -> Iterator[None]:
        """Gives signs of life at a third of the time allowed, as long as `working()` says so."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(max(0.5, self.watchdog_seconds / 3)):
                if working():
                    self.alive()

        thread = threading.Thread(target=beat, name="watchdog", daemon=True)
        if self.watchdog_seconds:
            thread.start()
        try:
            yield
        finally:
            over.set()

    def _say(self, text: str) -> None:
        if not self._address:
            return
        # A name that starts with @ lies in the abstract name space, which begins with a zero byte.
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
            line.sendto(text.encode(), address)
