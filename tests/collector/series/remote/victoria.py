"""A real VictoriaMetrics, for tests and measurements."""

import signal
import subprocess
import time

import httpx


class Running:
    """One VictoriaMetrics on a folder and a port of its own, which can be ended and started again."""

    def __init__(self, program, folder, port, *flags):
        self.url = f"http://127.0.0.1:{port}"
        self._command = [
            *(program, f"-storageDataPath={folder}", f"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y"),
            *("-loggerLevel=ERROR", "-memory.allowedBytes=64MB", "-search.disableCache", *flags),
        ]
        self._process = None

    def start(self):
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/health").is_success:
                    return self
            except httpx.HTTPError:
                time.sleep(0.02)
        raise AssertionError("victoria-metrics does not start")

    def end(self, how=signal.SIGTERM):
        self._process.send_signal(how)
        self._process.wait(20)
