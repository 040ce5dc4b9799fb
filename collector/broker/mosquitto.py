"""Mosquitto as a child of the office: on loopback, in memory, restarted when it dies, gone when the office is gone."""

import os
import pwd
import signal
import subprocess
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any

import structlog

from collector.broker.listen import answers
from kadian.errors import KadianError
from kadian.messages.wire import MOST_BYTES
from kadian.programs import ends_with_parent

log = structlog.get_logger(__name__)

START_SECONDS = 10.0
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
LONG_LIFE = 30.0

# Limits are said explicitly: the defaults drop what goes beyond 1,000 queued messages without a word.
CONFIG = """\
listener {port} {host}
allow_anonymous true
persistence false
max_inflight_messages 16384
max_queued_messages 100000
max_queued_bytes 67108864
message_size_limit {message}
max_packet_size {packet}
persistent_client_expiration 1d
set_tcp_nodelay true
sys_interval 0
connection_messages false
log_dest stderr
log_type error
log_type warning
"""


class Mosquitto:
    """One broker process with a thread that watches it.

    Args:
        program: mosquitto's path.
        host: an address of loopback.
        port: a free port.
        folder: for `mosquitto.conf` and `mosquitto.log`.

    Raises:
        KadianError: K0322 it did not answer within 10 seconds, or ended.
    """

    protocol = 5

    def __init__(self, program: str, host: str, port: int, folder: Path) -> None:
        self._program = program
        self._host = host
        self._port = port
        self._folder = folder
        self._child: subprocess.Popen[bytes] | None = None
        self._failed: OSError | None = None
        self._stopping = Event()
        self._tried = Event()
        self._write_config()
        # The kernel ties the child to the thread that forks it, so that this thread must live as long as the child.
        self._thread = Thread(target=self._watch, name="mosquitto", daemon=True)
        self._thread.start()
        self._wait_until_it_answers()

    @property
    def url(self) -> str:
        """Where to connect."""
        return f"mqtt://[{self._host}]:{self._port}" if ":" in self._host else f"mqtt://{self._host}:{self._port}"

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def alive(self) -> bool:
        """Whether the process runs at present."""
        return self.pid is not None

    def stop(self) -> None:
        """End the process: politely, and after three seconds by force."""
        self._stopping.set()
        child = self._child
        if child is not None and child.poll() is None:
            child.terminate()
            try:
                child.wait(3)
            except subprocess.TimeoutExpired:
                child.kill()
        self._thread.join()

    def _write_config(self) -> None:
        text = CONFIG.format(
            host=self._host, port=self._port, message=MOST_BYTES + 65_536, packet=MOST_BYTES + 2 * 65_536
        )
        config = self._folder / "mosquitto.conf"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            config.write_text(text, encoding="utf-8")
            config.chmod(0o644)
        except OSError as error:
            raise KadianError("K0322", str(config), why=error.strerror or str(error)) from None

    def _watch(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                self._child = self._spawn()
            except OSError as error:
                self._failed = error
                self._tried.set()
                return
            self._tried.set()
            if self._stopping.is_set():
                self._child.terminate()
            code = self._child.wait()
            if self._stopping.is_set():
                return
            pause = FIRST_PAUSE if time.monotonic() - begun > LONG_LIFE else min(pause * 2, LONGEST_PAUSE)
            log.warning("broker_ended", code=code, again_in_seconds=pause)
            self._stopping.wait(pause)

    def _spawn(self) -> subprocess.Popen[bytes]:
        # As /dev/fd/… the file can be read although the folder is closed to the account that mosquitto runs under.
        with (
            (self._folder / "mosquitto.conf").open("rb") as config,
            (self._folder / "mosquitto.log").open("wb") as words,
        ):
            return subprocess.Popen(
                [self._program, "-c", f"/dev/fd/{config.fileno()}"],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                start_new_session=True,  # a Ctrl-C in the office's terminal is the office's alone
                pass_fds=(config.fileno(),),
                preexec_fn=ends_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it calls prctl and getppid alone
                **_account(),
            )

    def _wait_until_it_answers(self) -> None:
        self._tried.wait(START_SECONDS)
        until = time.monotonic() + START_SECONDS
        while self.alive() and time.monotonic() < until:
            if answers(self._host, self._port):
                return
            time.sleep(0.01)
        self.stop()
        raise KadianError("K0322", f"{self._host}:{self._port}", why=self._words())

    def _words(self) -> str:
        if self._failed is not None:
            return str(self._failed)
        try:
            lines = (self._folder / "mosquitto.log").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        return lines[-1] if lines else "no answer"


def _account() -> dict[str, Any]:
    """Root hands the child to an account of its own, before the exec.

    Mosquitto would do so by itself, but a change of account makes the kernel forget that the child is to die with us.
    """
    if os.geteuid() != 0:
        return {}
    for name in ("mosquitto", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    return {}
