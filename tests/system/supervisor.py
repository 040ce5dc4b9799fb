"""What systemd does with a service of Type=notify and a watchdog, for a machine on which systemd does not run."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path


class Supervisor:
    """Starts a program, and starts it again when it ends, asks for it, or gives no sign of life (systemd.service(5)).

    Args:
        arguments: of the program.
        folder: for the socket and the log.
        watchdog: seconds, `WatchdogSec`.
        abort: seconds between SIGABRT and SIGKILL, `TimeoutAbortSec`.
        again: seconds before a restart, `RestartSec`.
    """

    def __init__(
        self, arguments: list[str], folder: Path, *, watchdog: float = 15.0, abort: float = 5.0, again: float = 2.0
    ) -> None:
        self.starts = 0
        self.ready_at: list[float] = []
        self.heard: list[str] = []
        self.process: subprocess.Popen[bytes] | None = None
        self._arguments = arguments
        self._log = folder / "supervised.log"
        self._watchdog, self._abort, self._again = watchdog, abort, again
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._address = str(folder / "notify")
        self._socket.bind(self._address)
        self._socket.settimeout(0.1)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_after, daemon=True)

    def start(self) -> None:
        """Starts the program, and looks after it from now on."""
        self._start()
        self._thread.start()

    def hang(self) -> None:
        """SIGSTOP: the whole program stands still."""
        if self.process:
            self.process.send_signal(signal.SIGSTOP)

    def until_ready(self, times: int, seconds: float) -> float:
        """Waits until the program has been ready so often; gives the moment (monotonic seconds)."""
        deadline = time.monotonic() + seconds
        while len(self.ready_at) < times:
            if time.monotonic() > deadline:
                raise AssertionError(f"not ready {times} times:\n{self.said()[-3000:]}")
            time.sleep(0.02)
        return self.ready_at[times - 1]

    def said(self) -> str:
        """The program's log."""
        return self._log.read_text("utf-8", "replace")

    def stop(self) -> None:
        """Ends the program for good."""
        self._over.set()
        self._thread.join(10)
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._socket.close()

    def _start(self) -> None:
        asked = {"NOTIFY_SOCKET": self._address, "WATCHDOG_USEC": str(round(self._watchdog * 1e6))}
        with self._log.open("ab") as out:
            self.process = subprocess.Popen(
                self._arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=os.environ | asked
            )
        self.starts += 1
        self._alive_at = time.monotonic()

    def _look_after(self) -> None:
        while not self._over.is_set():
            said = ""
            with contextlib.suppress(TimeoutError):
                said = self._socket.recv(1000).decode()
                self.heard.append(said)
            now = time.monotonic()
            if said == "READY=1":
                self.ready_at.append(now)
            if said in ("READY=1", "WATCHDOG=1"):
                self._alive_at = now
            gone = self.process is not None and self.process.poll() is not None
            if gone or said == "WATCHDOG=trigger" or now - self._alive_at > self._watchdog:
                self._end()
                if not self._over.wait(self._again):
                    self._start()

    def _end(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        # A stopped program takes a signal only when it goes on; systemd sends SIGCONT behind it as well.
        self.process.send_signal(signal.SIGABRT)
        self.process.send_signal(signal.SIGCONT)
        try:
            self.process.wait(self._abort)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
