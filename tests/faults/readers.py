"""`python -m tests.faults.readers PORT COUNT`: so many open live streams, until standard input ends.

Then one line of JSON: how many ended early, what a reader saw at least, what one missed that another saw, and the
times from the gate's clock to a reader (seconds).
"""

import asyncio
import json
import subprocess
import sys
import time
from datetime import datetime

import msgspec

from bench.figures import percentile
from tests.system.site import Site, module


class _Seen(msgspec.Struct):
    position: int
    at: datetime


_seen = msgspec.json.Decoder(_Seen)


async def _read(port: int, seen: dict[int, float], open_now: list[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    writer.write(b"GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n")
    answer = await reader.readuntil(b"\r\n")
    if b"200" not in answer:
        raise SystemExit(answer.decode())
    open_now.append(1)
    kind = b""
    while line := await reader.readline():
        if line.startswith(b"event: "):
            kind = line[7:].strip()
        elif line.startswith(b"data: ") and kind == b"screening":
            told = _seen.decode(line[6:])
            seen[told.position] = time.time() - told.at.timestamp()


async def _all(port: int, count: int) -> None:
    seen: list[dict[int, float]] = [{} for _ in range(count)]
    open_now: list[int] = []
    tasks = [asyncio.create_task(_read(port, one, open_now)) for one in seen]
    while len(open_now) < count and not any(task.done() for task in tasks):
        await asyncio.wait(tasks, timeout=0.02)
    print("open", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    ended = sum(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    every = [delay for one in seen for delay in one.values()] or [float("inf")]
    anybody = {position for one in seen for position in one}
    told = {
        "ended": ended,
        "fewest": min(map(len, seen)),
        "missed": sum(_missed(one, anybody) for one in seen),
        "p50": percentile(every, 0.5),
        "p95": percentile(every, 0.95),
        "worst": max(every),
    }
    print(json.dumps(told), flush=True)


def _missed(one: dict[int, float], anybody: set[int]) -> int:
    """What others saw since this reader's first and it did not."""
    first = min(one, default=0)
    return sum(position > first and position not in one for position in anybody)


class Readers:
    """The readers as a process beside the site; open when this returns."""

    def __init__(self, place: Site, count: int) -> None:
        self._process = subprocess.Popen(
            module("tests.faults.readers", place.http_port, count),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._process.stdout is None or self._process.stdout.readline() != "open\n":
            self._process.kill()
            raise RuntimeError("the streams do not open")

    def close(self) -> dict[str, float]:
        """Ends them, and gives what they saw."""
        said, _ = self._process.communicate(timeout=30)
        found: dict[str, float] = json.loads(said)
        return found

    def end(self) -> None:
        """Whatever happened."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


if __name__ == "__main__":
    asyncio.run(_all(int(sys.argv[1]), int(sys.argv[2])))
