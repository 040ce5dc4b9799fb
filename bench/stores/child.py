"""A store-and-forward store in a process of its own, told what to do on standard input. The standard library alone.

Commands, one a line: `write N`, `drain`, `flow A_SECOND` (until killed), `quit`. Answers are lines of JSON.
"""

import json
import sys
import time
from typing import Any, Protocol


class Store(Protocol):
    """What is measured, by its own words."""

    def put(self, text: str) -> int:
        """Keep one; returns its number once the store says that it has it, 0 when it refuses."""

    def settle(self) -> None:
        """Wait until all that was put is in the store's file."""

    def drain(self) -> int:
        """Hand all out in packs and have them forgotten; how many there were."""


def serve(store: Store, text: str) -> None:
    """Obey until told to quit; `text` is what each record says, with `{}` for its number."""
    _say(ready=True)
    for line in sys.stdin:
        word, _, value = line.strip().partition(" ")
        if word == "write":
            _say(**_write(store, text, int(value)))
        elif word == "drain":
            begun = time.perf_counter()
            count = store.drain()
            _say(count=count, seconds=time.perf_counter() - begun)
        elif word == "flow":
            _flow(store, text, float(value))
        else:
            return


def _write(store: Store, text: str, count: int) -> dict[str, Any]:
    begun = time.perf_counter()
    taken = sum(store.put(text.replace("{}", str(number))) > 0 for number in range(1, count + 1))
    acknowledged = time.perf_counter() - begun
    store.settle()
    return {"taken": taken, "acknowledged": acknowledged, "in_file": time.perf_counter() - begun}


def _flow(store: Store, text: str, a_second: float) -> None:
    """Records at a pace; each number is told only after the store has acknowledged it."""
    begun, count = time.perf_counter(), 0
    while True:
        number = store.put(text.replace("{}", str(count)))
        if number:
            _say(number=number)
        count += 1
        time.sleep(max(0.0, begun + count / a_second - time.perf_counter()))


def _say(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()
