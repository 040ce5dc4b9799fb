"""The load program and mosquitto without an office: what it can do at most, and what its few connections leave out."""

import resource
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from bench.place import free_port
from bench.town import Load, load
from collector.broker.mosquitto import Mosquitto
from kadian.programs import find

SECONDS = 6.0


def ceiling(gates: int, lines: int) -> dict[str, Any]:
    """What the load program does against mosquitto alone with one mosquitto_sub: it must not be what is measured."""
    with _alone() as broker:
        found = _load(broker, "--gates", gates, "--connections", lines, "--flood", "--seconds", SECONDS)
    rate = found["sent"] / found["seconds"]
    print(
        f"the load program alone: {rate:.0f} screenings/s to mosquitto with one mosquitto_sub, {found['own_cpu']} core"
    )
    return {"screenings_a_second": round(rate), "own_cpu": found["own_cpu"]}


def connections(gates: int, few: int, rate: float) -> dict[str, Any]:
    """What a connection for each gate costs the broker beside a few that stand for all of them, at the city's pace."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < gates + 200:
        print(f"fewer open files are allowed here than {gates} connections need: that comparison is left out")
        return {}
    found = {}
    for count in (few, gates):
        with _alone() as broker:
            process = psutil.Process(broker.pid)
            clock: list[float] = []
            told = _load(
                broker,
                *("--gates", gates, "--connections", count, "--rate", rate, "--warm", 1),
                *("--seconds", SECONDS, "--patience", 0),
                on=_noting(process, clock),
            )
            memory = process.memory_info().rss / 1e6
        cost = (clock[2] - clock[1]) / told["sent"] * 1e6
        found[str(count)] = {"broker_microseconds": round(cost, 1), "broker_mb": round(memory, 1)}
        print(f"{gates} gates over {count} connections: broker {cost:.1f} µs a screening, {memory:.0f} MB (no office)")
    return found


@contextmanager
def _alone() -> Iterator[Mosquitto]:
    """The office's mosquitto without an office, and one mosquitto_sub that takes all screenings."""
    program, listener = find("mosquitto"), find("mosquitto_sub")
    if program is None or listener is None:
        raise SystemExit("mosquitto and mosquitto-clients are not installed here, so this cannot be measured")
    with tempfile.TemporaryDirectory(prefix="kadian-bench-") as folder:
        broker = Mosquitto(program, "127.0.0.1", free_port(), Path(folder))
        port = broker.url.rpartition(":")[2]
        arguments = [listener, "-p", port, "-t", "kadian/v1/+/+/screening", "-q", "1", "-V", "5"]
        with subprocess.Popen(arguments, stdout=subprocess.DEVNULL) as heard:
            try:
                yield broker
            finally:
                heard.terminate()
                broker.stop()


def _load(broker: Mosquitto, *arguments: object, on: Callable[[str], None] = lambda _event: None) -> Load:
    return load(int(broker.url.rpartition(":")[2]), *arguments, on=on)


def _noting(process: psutil.Process, clock: list[float]) -> Callable[[str], None]:
    """Notes the process's CPU seconds at each event: ready, begin, end."""

    def note(_event: str) -> None:
        times = process.cpu_times()
        clock.append(times.user + times.system)

    return note
