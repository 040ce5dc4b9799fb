"""Several collectors on one PostgreSQL: screenings a second with 1 to 3 of them, what taking turns costs, takeover."""

import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.place import free_port, program
from collector.ledger import Ledger, postgres, screenings
from kadian.identifiers import new_id
from kadian.messages import Screening, Temperature, encode
from tests.postgres import Server, programs
from tests.system.several import Collectors, ask, leaders
from tests.system.site import SITE

GATES = 60
ROUNDS = 3
SENDER = """
import sys, time
from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion
port, file = int(sys.argv[1]), sys.argv[2]
lines = [line.split(b" ", 1) for line in open(file, "rb").read().splitlines()]
client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5)
client.max_inflight_messages_set(500)
client.connect("127.0.0.1", port)
client.loop_start()
infos = [client.publish(topic.decode(), payload, qos=1) for topic, payload in lines]
for info in infos:
    info.wait_for_publish()
client.disconnect()
"""


@contextmanager
def server() -> Iterator[Server]:
    """A PostgreSQL as Debian ships it, in a folder of its own."""
    found = programs()
    if found is None:
        raise SystemExit("PostgreSQL is not installed here (apt-get install postgresql), so this cannot be measured")
    made = Server(found, free_port())
    try:
        yield made
    finally:
        made.remove()


def run() -> dict[str, Any]:
    with server() as database:
        found: dict[str, Any] = {"turns": _turns(database)}
        for size, name in ((1, "single"), (100, "backlog")):
            for count in (1, 2, 3):
                found[f"{name}_{count}"] = _rate(database, count, size)
        found["takeover_seconds"] = _takeover(database)
    return found


def _screening(epoch: str, seq: int) -> Screening:
    return Screening(
        new_id(), epoch, seq, datetime.now(UTC), "synced", "pass", Temperature(36.5, "body_estimate", "forehead")
    )


def _rate(database: Server, count: int, size: int) -> float:
    """Screenings a second, from the first publish to the last commit, through mosquitto in messages of `size`."""
    mosquitto = program("mosquitto")
    many = 4_000 if size == 1 else 40_000
    url = database.url(database.database())
    with tempfile.TemporaryDirectory(prefix="kadian-bench-") as folder:
        place = Collectors(Path(folder), mosquitto, free_port, url, count)
        try:
            place.start()
            lines = []
            for begin in range(0, many, size):
                gate, number = divmod(begin // size, many // size // GATES + 1)
                batch = [_screening("bench", number * size + one) for one in range(1, size + 1)]
                payload = encode(batch) if size > 1 else encode(batch[0])
                lines.append(f"kadian/v1/{SITE}/g{gate}/screening ".encode() + payload)
            file = Path(folder) / "load"
            file.write_bytes(b"\n".join(lines))
            begun = time.monotonic()
            sender = subprocess.Popen([sys.executable, "-c", SENDER, str(place.broker_port), str(file)])
            stored = 0
            while stored < many and time.monotonic() < begun + 60:
                time.sleep(0.05)
                stored = ask(url, "SELECT count(*) FROM screenings")[0][0]
            seconds = time.monotonic() - begun
            sender.wait()
        finally:
            place.stop()
    kept = "" if stored == many else f" ({many - stored} of {many} are missing: shed, for the gate to send again)"
    print(f"{count} collectors, messages of {size}: {stored / seconds:,.0f} screenings/s{kept}")
    return round(stored / seconds)


def _turns(database: Server) -> dict[str, int]:
    """Commits of 20 screenings a second by three writers, with and without the lock, in turn."""
    rates: dict[str, list[float]] = {"with": [], "without": []}
    locked = postgres.TAKE_TURNS
    for _ in range(ROUNDS):
        for how, measured in rates.items():
            postgres.TAKE_TURNS = locked if how == "with" else f"SELECT pg_notify('{postgres.BELL}', 'x')"
            measured.append(_commits(database.url(database.database())))
    postgres.TAKE_TURNS = locked
    found = {how: round(statistics.median(values)) for how, values in rates.items()}
    print(f"commits/s of 20 screenings, three writers: {found['with']} in turns, {found['without']} without the lock")
    return found


def _commits(url: str) -> float:
    ledgers = [Ledger.open(url) for _ in range(3)]
    until, done = time.monotonic() + 3, [0, 0, 0]

    def write(number: int) -> None:
        seq = 0
        while time.monotonic() < until:
            with ledgers[number].begin() as connection:
                screenings.store(connection, f"g{number}", [_screening("e", seq + one) for one in range(20)], 1)
            seq += 20
            done[number] += 1

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ledger in ledgers:
        ledger.close()
    return sum(done) / 3


def _takeover(database: Server) -> dict[str, float]:
    """From the leader's end until another one says that it leads."""
    url, found = database.url(database.database()), {}
    with tempfile.TemporaryDirectory(prefix="kadian-bench-") as folder:
        place = Collectors(Path(folder), program("mosquitto"), free_port, url, 3)
        try:
            place.start()
            while not leaders(place):
                time.sleep(0.05)
            (first,) = leaders(place)
            for name, number in (("killed", signal.SIGKILL), ("hanging", signal.SIGSTOP)):
                process = place.parts[first].process
                if process is None:
                    raise SystemExit("the leader has not been started")
                process.send_signal(number)
                begun = time.monotonic()
                while not (others := leaders(place) - {first}):
                    time.sleep(0.02)
                found[name] = round(time.monotonic() - begun, 1)
                print(f"leader {name}: another led after {found[name]} s")
                stopped, first = first, others.pop()
            hanging = place.parts[stopped].process
            if hanging is not None:
                hanging.send_signal(signal.SIGCONT)
        finally:
            place.stop()
    return found
