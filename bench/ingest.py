"""Screenings a second, durable and receipted, through mosquitto: the office beside collectors that most would write.

All in one run with the real packages: paho → influxdb-client, one synchronous write a message, into VictoriaMetrics;
paho → SQLite, insert and commit a message; and `mosquitto_sub`, which prints the same stream and keeps nothing. The
office is the whole `kadian collector` with its followers; what counts is in its ledger and receipted at the sender.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import msgspec

from bench.figures import percentile
from bench.place import free_port, program
from bench.stream import Outcome, Settings
from tests.system.site import SITE, Part, Site

ROUNDS = int(os.environ.get("KADIAN_ROUNDS", "5"))
SINGLE = int(os.environ.get("KADIAN_SINGLE", "30000"))
ARRAYS = int(os.environ.get("KADIAN_ARRAYS", "240"))
NAIVE = int(os.environ.get("KADIAN_NAIVE", "1500"))
POISON_A_SECOND = 500
POISON_SECONDS = int(os.environ.get("KADIAN_POISON_SECONDS", "20"))
# The sender is faster than any of them: a broker that drops what queues would measure itself.
BROKER = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_queued_messages 0
max_inflight_messages 0
set_tcp_nodelay true
{user}
"""


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="kadian-bench-") as folder:
        yield Path(folder)


@contextlib.contextmanager
def _process(arguments: list[str], **how: Any) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(arguments, stdin=subprocess.PIPE, text=True, **how)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _line(output: IO[str] | None, expected: str = "") -> str:
    assert output is not None  # noqa: S101 - opened by _process
    line = output.readline()
    if not line.startswith(expected) or not line:
        raise SystemExit(f"expected {expected!r}, heard {line!r}")
    return line


@contextlib.contextmanager
def _stream(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """The sender, ready to begin."""
    arguments = [sys.executable, "-m", "bench.stream", msgspec.json.encode(settings).decode()]
    with _process(arguments, stdout=subprocess.PIPE) as sender:
        _line(sender.stdout, "ready")
        yield sender


def _go(sender: subprocess.Popen[str]) -> float:
    assert sender.stdin is not None  # noqa: S101 - opened by _process
    sender.stdin.write("\n")
    sender.stdin.flush()
    return time.monotonic()


@contextlib.contextmanager
def _broker(folder: Path) -> Iterator[int]:
    port = free_port()
    config = folder / "unbounded.conf"
    config.write_text(BROKER.format(port=port, user="user root" if os.geteuid() == 0 else ""))
    part = Part("unbounded", [program("mosquitto"), "-c", str(config)], folder)
    part.start()
    try:
        time.sleep(0.5)
        yield port
    finally:
        part.stop()


@contextlib.contextmanager
def _office() -> Iterator[Site]:
    with _folder() as folder, _broker(folder) as port:
        place = Site(folder, program("mosquitto"), free_port)
        config = folder / "office.toml"
        config.write_text(config.read_text("utf-8").replace(str(place.broker_port), str(port)), "utf-8")
        place.broker_port = port
        place.office.start()
        try:
            place.until(lambda: place.ask("/healthz"), 30, "the office is healthy")
            yield place
        finally:
            place.stop()


def _ours(settings: Settings) -> Outcome:
    """One run of the office in a new ledger."""
    with _office() as place, _stream(msgspec.structs.replace(settings, port=place.broker_port)) as sender:
        _go(sender)
        outcome = msgspec.json.decode(_line(sender.stdout), type=Outcome)
        stored = place.ask("/api/v1/screenings/summary?since=0", 60)["total"]
        rejected = _metric(place, "kadian_rejected_total")
    if (stored, rejected) != (outcome.good, outcome.bad):
        raise SystemExit(f"sent {outcome.good} and {outcome.bad} bad, the office has {stored} and {rejected} bad")
    return outcome


def _metric(place: Site, name: str) -> int:
    with urllib.request.urlopen(place.url + "/metrics") as answer:  # noqa: S310 - loopback
        for line in answer.read().decode().splitlines():
            if line.startswith(name):
                return int(float(line.rsplit(" ", 1)[1]))
    raise SystemExit(f"the office has no metric {name}")


def _naive(kind: str, target: str) -> float:
    with _folder() as folder, _broker(folder) as port:
        target = target or str(folder / "naive.db")
        arguments = [sys.executable, "-m", "bench.naive", kind, str(port), SITE, str(NAIVE), target]
        settings = Settings(port, SITE, NAIVE, receipted=False)
        with _process(arguments, stdout=subprocess.PIPE) as peer, _stream(settings) as sender:
            _line(peer.stdout, "ready")
            began = _go(sender)
            _line(peer.stdout, "done")
            return NAIVE / (time.monotonic() - began)


def _printing(settings: Settings) -> float:
    topic = f"kadian/v1/{SITE}/+/screening"
    with _folder() as folder, _broker(folder) as port, (folder / "printed").open("wb") as printed:
        path = program("mosquitto_sub", "mosquitto-clients")
        asked = ["-p", str(port), "-V", "5", "-q", "1", "-t", topic, "-C", str(settings.messages)]
        sent = msgspec.structs.replace(settings, port=port, receipted=False)
        with _process([path, *asked], stdout=printed) as peer, _stream(sent) as sender:
            time.sleep(0.5)
            began = _go(sender)
            peer.wait(300)
            return settings.messages * settings.array / (time.monotonic() - began)


@contextlib.contextmanager
def _victoria() -> Iterator[str]:
    with _folder() as folder:
        port = free_port()
        path = program("victoria-metrics")
        options = [f"-httpListenAddr=127.0.0.1:{port}", f"-storageDataPath={folder}/series", "-loggerLevel=ERROR"]
        part = Part("victoria", [path, *options], folder)
        part.start()
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/health"):  # noqa: S310
                    break
                time.sleep(0.1)
            yield url
        finally:
            part.stop()


def _poison() -> dict[str, Any]:
    """The good ones' delay with every tenth message bad, beside the same stream without."""
    clean: list[float] = []
    bad: list[float] = []
    for share, into in ((0.0, clean), (0.1, bad)) * 3:
        messages = POISON_A_SECOND * POISON_SECONDS // 3
        outcome = _ours(Settings(0, SITE, messages, gates=50, rate=POISON_A_SECOND, poison=share))
        into.append(percentile(outcome.delays, 0.95) * 1e3)
    without, with_poison = statistics.median(clean), statistics.median(bad)
    print(f"every tenth message bad: p95 sent → receipted {with_poison:.1f} ms, without {without:.1f} ms; all bad kept")
    return {"p95_ms": round(with_poison, 1), "p95_without_ms": round(without, 1)}


def run() -> dict[str, Any]:
    """Medians of at least five rounds, the contestants one after another in each."""
    single = Settings(0, SITE, SINGLE)
    arrays = Settings(0, SITE, ARRAYS, gates=9, array=500, window=60)
    rates: dict[str, list[float]] = {}
    with _victoria() as url:
        contestants: dict[str, Callable[[], float]] = {
            "office": lambda: SINGLE / _ours(single).seconds,
            "influxdb_a_write_each": lambda: _naive("influxdb", url),
            "sqlite_a_commit_each": lambda: _naive("sqlite", ""),
            "mosquitto_sub": lambda: _printing(single),
            "office_backlog": lambda: ARRAYS * 500 / _ours(arrays).seconds,
            "mosquitto_sub_backlog": lambda: _printing(arrays),
        }
        for _ in range(ROUNDS):
            for name, rate in contestants.items():
                rates.setdefault(name, []).append(rate())
    found: dict[str, Any] = {f"{name}_a_second": round(statistics.median(each)) for name, each in rates.items()}
    for name, each in rates.items():
        print(f"{name}: {statistics.median(each):.0f} screenings/s (of {', '.join(f'{one:.0f}' for one in each)})")
    for peer in ("influxdb_a_write_each", "sqlite_a_commit_each", "mosquitto_sub"):
        found[f"times_{peer}"] = round(statistics.median(rates["office"]) / statistics.median(rates[peer]), 2)
        print(f"office: {found[f'times_{peer}']} times {peer}")
    return found | {"poison": _poison()}
