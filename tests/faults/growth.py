"""How a process grows: memory, open files and threads, looked at each second."""

import contextlib
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

MEGABYTE = 1 << 20
KIB = 1024
LOOK_SECONDS = 1.0


class Sample(NamedTuple):
    """At a moment of the machine's clock (seconds): resident bytes, open files, threads of process `pid`."""

    at: float
    pid: int
    resident: int
    files: int
    threads: int


class Grown(NamedTuple):
    """From the first to the last third of a stretch of `seconds`: MiB resident, files and threads more, as medians."""

    seconds: float
    resident: float
    megabytes: float
    files: float
    threads: float

    @property
    def an_hour(self) -> float:
        """MiB an hour; two thirds of the stretch lie between the middles of its outer thirds."""
        return self.megabytes / (self.seconds * 2 / 3) * 3600 if self.seconds else 0.0


class Growth:
    """Looks until closed at the process that `pid` names, which may be another after a restart."""

    def __init__(self, pid: Callable[[], int]) -> None:
        self._pid = pid
        self.samples: list[Sample] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join(5)

    def grown(self, settled: float) -> Grown:
        """Of the last life of the process, without its first `settled` seconds."""
        last = [one for one in self.samples if one.pid == self.samples[-1].pid]
        last = [one for one in last if one.at >= last[0].at + settled]
        third = len(last) // 3
        if not third:
            return Grown(0.0, 0.0, 0.0, 0.0, 0.0)
        first, final = last[:third], last[-third:]
        more = [
            _median([one[number] for one in final]) - _median([one[number] for one in first]) for number in (2, 3, 4)
        ]
        resident = _median([one.resident for one in final]) / MEGABYTE
        return Grown(last[-1].at - last[0].at, resident, more[0] / MEGABYTE, more[1], more[2])

    def _look(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            with contextlib.suppress(OSError, StopIteration, ValueError):
                pid = self._pid()
                lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
                said = dict(line.split(":", 1) for line in lines if ":" in line)
                files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
                resident = int(said["VmRSS"].split()[0]) * KIB
                self.samples.append(Sample(time.monotonic(), pid, resident, files, int(said["Threads"])))


def _median(values: list[float] | list[int]) -> float:
    return sorted(values)[len(values) // 2]
