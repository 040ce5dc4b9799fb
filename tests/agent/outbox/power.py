"""Power cuts: an outbox on an ext4 image, whose state on disk is taken at a moment of writing and opened again.

What the image holds while it is mounted is what had reached the disk; the copy is mounted, so that ext4 replays its
journal, as after a cut. A card that lies about having written is not shown by this.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from agent.outbox import Outbox
from kadian.errors import KadianError
from kadian.messages import Screening, decode

WRITER = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from agent.outbox import Outbox
from kadian.identifiers import new_id
from kadian.messages import Receipt, Screening, Temperature
box = Outbox(Path(sys.argv[1]))
warm = Temperature(36.54, "body_estimate", "forehead", 34.91, 21.3, "device", 12, 0.12, "gy614v3")
while True:
    s = box.record(lambda epoch, seq: Screening(new_id(), epoch, seq, datetime.now(UTC), "synced", "pass", warm))
    print(s.seq, s.id, flush=True)
    if s.seq % 400 == 0:
        box._keep = 0
        box.apply(Receipt(box.epoch, s.seq - 300))
        box.clean()
"""
RECEIPT_EVERY, NOT_RECEIPTED = 400, 300
IMAGE_MEGABYTES = 24


class Cut(NamedTuple):
    """One power cut: how many were said to be recorded by then, which of them are gone, and how long opening took."""

    said: int
    lost: int
    corrupt: bool
    seconds: float


class NoLoop(Exception):  # noqa: N818 - a fact about this machine
    """This machine lets nobody mount an image."""


def cuts(folder: Path, count: int, seed: int) -> list[Cut]:
    """So many cuts while a process records as fast as it can.

    Raises:
        NoLoop: images cannot be mounted here.
    """
    chance = random.Random(seed)
    image, place, after = folder / "disk.img", folder / "disk", folder / "after"
    for one in (place, after):
        one.mkdir()
    with image.open("wb") as file:
        file.truncate(IMAGE_MEGABYTES << 20)
    _run(["mkfs.ext4", "-q", "-F", str(image)])
    _run(["mount", "-o", "loop,noatime,data=ordered", str(image), str(place)])
    writer = None
    try:
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(place / "outbox.db")], stdout=subprocess.PIPE)
        said: dict[int, str] = {}
        found = []
        for _ in range(count):
            time.sleep(chance.uniform(0.05, 0.5))
            writer.send_signal(signal.SIGSTOP)
            _hear(writer, said)
            copy = folder / "copy.img"
            _run(["cp", "--sparse=always", str(image), str(copy)])
            writer.send_signal(signal.SIGCONT)
            _run(["mount", "-o", "loop", str(copy), str(after)])
            try:
                found.append(_open(after / "outbox.db", said))
            finally:
                _run(["umount", str(after)])
        return found
    finally:
        if writer is not None:
            writer.kill()
            writer.wait()
        subprocess.run(["umount", "-l", str(place)], check=False)


def _open(path: Path, said: dict[int, str]) -> Cut:
    began = time.monotonic()
    try:
        box = Outbox(path)
        seconds = time.monotonic() - began
        there = {str(decode(Screening, row.body).id) for row in box.pending(0, 1_000_000)}
        box.close()
    except KadianError:
        return Cut(len(said), len(said), corrupt=True, seconds=time.monotonic() - began)
    corrupt = any(path.parent.glob("outbox.damaged*"))
    receipted = max(said) // RECEIPT_EVERY * RECEIPT_EVERY - NOT_RECEIPTED if said else 0
    lost = [seq for seq, identity in said.items() if seq > receipted and identity not in there]
    return Cut(len(said), len(lost), corrupt, seconds)


def _hear(writer: "subprocess.Popen[bytes]", said: dict[int, str]) -> None:
    """All that the writer said until it was stopped."""
    if writer.stdout is None:
        return
    os.set_blocking(writer.stdout.fileno(), False)
    with contextlib.suppress(BlockingIOError):
        rest = getattr(writer, "rest", b"")
        while chunk := os.read(writer.stdout.fileno(), 1 << 16):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                seq, identity = line.decode().split()
                said[int(seq)] = identity
            writer.rest = rest  # type: ignore[attr-defined]


def _run(arguments: list[str]) -> None:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoLoop(f"{arguments[0]}: {done.stderr.strip()[:200]}")
