"""thingsboard-gateway's storage as a store-and-forward peer of our outbox: real packages, by their own API, one run.

What `put` promises differs, so it is told: our outbox answers when the screening is fsynced, the gateway's SQLite store
when it lies in a queue in memory, its file store when it is in a file (flushed, not fsynced).
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, Self

import psutil

from agent.outbox import Outbox

ROOT = Path(__file__).parent
RUNS = int(os.environ.get("KADIAN_GATEWAY_RUNS", "5"))
RECORDS = int(os.environ.get("KADIAN_GATEWAY_RECORDS", "5000"))
KILLS = int(os.environ.get("KADIAN_GATEWAY_KILLS", "10"))
A_SECOND = 500.0
LOCK = ROOT.parent / "requirements" / "bench-gateway.txt"


class Child:
    """One store in a process of its own."""

    def __init__(self, command: Sequence[str]) -> None:
        begun = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT.parent,
            text=True,
        )
        self._answer()
        self.started = time.perf_counter() - begun

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.process.kill()
        self.process.communicate()

    def ask(self, command: str) -> dict[str, Any]:
        """One command's answer."""
        self.tell(command)
        return self._answer()

    def tell(self, command: str) -> None:
        """A command whose answers come later."""
        if self.process.stdin is not None:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()

    def numbers(self) -> Iterator[int]:
        """What it still had told as acknowledged when it was killed."""
        for line in self.process.stdout or ():
            if line.endswith("}\n"):
                yield int(json.loads(line)["number"])

    def megabytes(self) -> float:
        """Its memory now."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6

    def _answer(self) -> dict[str, Any]:
        line = self.process.stdout.readline() if self.process.stdout is not None else ""
        if not line:
            raise SystemExit(f"a store's process ended: {self.process.args!r}")
        answer: dict[str, Any] = json.loads(line)
        return answer


class Peer(NamedTuple):
    """A store: what its answer means, how its process is started on a folder, how many records lie in its files."""

    name: str
    means: str
    command: Callable[[Path], list[str]]
    kept: Callable[[Path], int]


def run() -> dict[str, Any]:
    """Medians of the runs, and what ten kill -9 cost."""
    python = gateway_python()
    script = str(ROOT / "stores" / "thingsboard.py")
    peers = (
        Peer("outbox", "fsynced", lambda folder: [sys.executable, "-m", "bench.stores.outbox", str(folder)], _outbox),
        Peer("gateway sqlite", "in memory", lambda folder: [python, script, "sqlite", str(folder)], _sqlite),
        Peer("gateway file", "in a file", lambda folder: [python, script, "file", str(folder)], _file),
    )
    rounds: dict[str, list[dict[str, float]]] = {peer.name: [] for peer in peers}
    for _ in range(RUNS):
        for peer in peers:  # side by side: what disturbs one round disturbs all three
            rounds[peer.name].append(_measure(peer))
    found = {name: _medians(each) for name, each in rounds.items()}
    for peer in peers:
        found[peer.name] |= _killed(peer)
    columns = list(next(iter(found.values())))
    print(f"medians of {RUNS} runs of {RECORDS} records; {KILLS} kill -9 at {A_SECOND:.0f} records/s")
    print(f"{'':24}" + "".join(f"{name:>18}" for name in found))
    print(f"{'acknowledged means':24}" + "".join(f"{peer.means:>18}" for peer in peers))
    for column in columns:
        print(f"{column:24}" + "".join(f"{row[column]:>18,.10g}" for row in found.values()))
    if found["outbox"]["lost"]:
        raise SystemExit(f"the outbox lost {found['outbox']['lost']} acknowledged screenings")
    return found


def gateway_python() -> str:
    """The interpreter of the peer's own environment, made from the lock file: its pins conflict with ours (`paho`)."""
    if given := os.environ.get("KADIAN_GATEWAY_PYTHON"):
        return given
    home = ROOT.parent / ".venv" / "bench-gateway"
    python = home / "bin" / "python"
    if not (home / ".installed").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(LOCK)], check=True)
        (home / ".installed").touch()
    return str(python)


def _measure(peer: Peer) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="kadian-bench-") as folder, Child(peer.command(Path(folder))) as child:
        idle = child.megabytes()
        written = child.ask(f"write {RECORDS}")
        loaded = child.megabytes()
        drained = child.ask("drain")
    if drained["count"] != RECORDS:
        raise SystemExit(f"{peer.name}: {written['taken']} taken of {RECORDS}, {drained['count']} drained")
    return {
        "start_s": child.started,
        "acknowledged_a_second": RECORDS / written["acknowledged"],
        "in_file_a_second": RECORDS / written["in_file"],
        "drained_a_second": RECORDS / drained["seconds"],
        "mb_idle": idle,
        "mb_written": loaded,
    }


def _killed(peer: Peer) -> dict[str, float]:
    """Records that the store had acknowledged and that are in no file after `KILLS` times kill -9."""
    acknowledged = 0
    with tempfile.TemporaryDirectory(prefix="kadian-bench-") as folder:
        for _ in range(KILLS):
            with Child(peer.command(Path(folder))) as child:
                child.tell(f"flow {A_SECOND}")
                time.sleep(random.uniform(1.0, 3.0))
                child.process.kill()
                acknowledged += sum(1 for _ in child.numbers())
        kept = peer.kept(Path(folder))
    # One record at each kill may be kept without having been told: it cannot make up for a lost one by more than that.
    return {"acknowledged": acknowledged, "kept": kept, "lost": max(0, acknowledged - kept)}


def _medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(median(each[name] for each in rounds), 3) for name in rounds[0]}


def _outbox(folder: Path) -> int:
    box = Outbox(folder / "outbox.db")
    count = box.waiting
    box.close()
    return count


def _sqlite(folder: Path) -> int:
    count = 0
    for file in folder.glob("data*.db"):
        with sqlite3.connect(file) as connection:
            count += connection.execute("SELECT count(*) FROM messages").fetchone()[0]
    return count


def _file(folder: Path) -> int:
    lines = [line for file in folder.glob("data_*.txt") for line in file.read_bytes().splitlines()]
    return sum(1 for line in lines if b64decode(line).endswith(b"}"))
