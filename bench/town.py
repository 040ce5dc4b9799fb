"""An office with its own mosquitto, as a small site runs it, under the load program; and what that takes."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil

from bench.place import free_port, program
from tests.system.site import SITE, Part

Load = dict[str, Any]


class Usage(NamedTuple):
    """Of one process: CPU seconds since its start, bytes of memory now and at most."""

    cpu: float
    memory: int
    peak: int


class Town:
    """The office's process, its broker's, and the way to load and to ask it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broker_port, http = free_port(), free_port()
        self.url = f"http://127.0.0.1:{http}"
        self.ledger = folder / "office" / "kadian.db"
        config = folder / "office.toml"
        config.write_text(
            f'site = "{SITE}"\n[broker]\nurl = "embedded"\nprogram = "mosquitto"\n'
            f'listen = "127.0.0.1:{self.broker_port}"\n[ledger]\nurl = "sqlite:///{self.ledger}"\n'
            f"[http]\nport = {http}\n",
            "utf-8",
        )
        self._office = Part("office", [sys.executable, "-m", "kadian", "collector", "--config", str(config)], folder)

    def start(self) -> None:
        """Until the office is healthy."""
        self._office.start()
        self.until(lambda: self.ask("/healthz"), 30, "the office is healthy")

    def stop(self) -> None:
        """End the office, and its broker with it."""
        self._office.stop()

    def usage(self) -> dict[str, Usage]:
        """Of `office` and `broker`."""
        process = self._office.process
        if process is None:
            raise SystemExit("the office was not started")
        office = psutil.Process(process.pid)
        broker = next(child for child in office.children() if "mosquitto" in child.name())
        return {"office": _usage(office), "broker": _usage(broker)}

    def load(self, *arguments: object, on: Callable[[str], None] = lambda _event: None) -> Load:
        """Run the load program against this office; `on` is told its events as they come."""
        return load(self.broker_port, *arguments, on=on)

    def ask(self, path: str, timeout: float = 30) -> Any:
        """The office's answer to a question."""
        return self.get(path, timeout).json()

    def get(self, path: str, timeout: float = 30) -> httpx.Response:
        """The office's answer as it came."""
        answer = httpx.get(self.url + path, timeout=timeout)
        return answer.raise_for_status()

    def metrics(self) -> dict[str, float]:
        """The office's metrics by name and labels; those of single gates left out."""
        lines = self.get("/metrics").text.splitlines()
        found = [line.rsplit(" ", 1) for line in lines if line.startswith("kadian_") and "gate=" not in line]
        return {name: float(value) for name, value in found}

    def lags(self) -> dict[str, int]:
        """How many screenings each follower is behind."""
        begin = 'kadian_follower_lag{follower="'
        return {
            name.removeprefix(begin).removesuffix('"}'): int(value)
            for name, value in self.metrics().items()
            if name.startswith(begin)
        }

    def caught_up(self, most: float) -> float | None:
        """Seconds until no follower is behind; None when that takes longer than `most`."""
        begun = time.monotonic()
        while time.monotonic() - begun < most:
            if not any(self.lags().values()):
                return time.monotonic() - begun
            time.sleep(0.2)
        return None

    def until(self, question: Callable[[], Any], seconds: float, what: str) -> None:
        """Wait until `question()` is true; an office that does not answer yet is no answer."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if question():
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise SystemExit(f"not within {seconds} s: {what}\n--- office:\n{self._office.said()[-3000:]}")


def load(port: int, *arguments: object, on: Callable[[str], None] = lambda _event: None) -> Load:
    """Run the load program against the broker at `port`; `on` is told its events as they come."""
    command = [sys.executable, "-m", "bench.load", "--port", str(port), *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        for line in program.stdout or ():
            said: Load = json.loads(line)
            if said["event"] == "result":
                return said
            on(said["event"])
    raise SystemExit(f"the load program ended without a result: {' '.join(command)}")


@contextmanager
def town() -> Iterator[Town]:
    """A town in a folder of its own; needs mosquitto."""
    program("mosquitto")
    with tempfile.TemporaryDirectory(prefix="kadian-bench-") as folder:
        place = Town(Path(folder))
        place.start()
        try:
            yield place
        finally:
            place.stop()


def _usage(process: psutil.Process) -> Usage:
    times = process.cpu_times()
    status = Path(f"/proc/{process.pid}/status").read_text("utf-8").splitlines()
    peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    return Usage(times.user + times.system, process.memory_info().rss, peak)
