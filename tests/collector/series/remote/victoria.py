"""A real VictoriaMetrics, for tests and measurements."""

import signal
import subprocess
import time
from pathlib import Path
from typing import Self

import httpx


class Running:
    """One VictoriaMetrics on a folder and a port of its own, which can be ended and started again."""

    def __init__(self, program: str, folder: Path, port: int, *flags: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._command = [
            *(program, f"-storageDataPath={folder}", f"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y"),
            *("-loggerLevel=ERROR", "-memory.allowedBytes=64MB", "-search.disableCache", *flags),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/health").is_success:
                    return self
            except httpx.HTTPError:
                time.sleep(0.02)
        raise AssertionError("victoria-metrics does not start")

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(20)
