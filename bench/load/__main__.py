"""`python -m bench.load --port P …`: the load in a process of its own; says on standard output how far it is.

Lines of JSON: {"event": "ready"}, {"event": "begin"}, {"event": "end"}, and {"event": "result", …}.
"""

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.load.city import City
from bench.load.drain import Draining
from bench.load.gate import Gate
from bench.load.told import Meter

LIVE_PAUSE = 0.25
"""Seconds between two people at each gate whose backlog drains."""


def say(event: str, **what: Any) -> None:
    """One line for the program that started this one."""
    print(json.dumps({"event": event, **what}), flush=True)


async def live(given: argparse.Namespace) -> None:
    """All gates measure, at a pace, or as fast as they are receipted, or as fast as the broker takes it."""
    city = City(given.gates, given.connections, lambda name, line: Gate(given.site, name, line))
    await city.open(given.port)
    say("ready")
    await asyncio.sleep(given.rest)

    async def drive(seconds: float) -> None:
        if given.flood:
            await city.flood(seconds)
        elif given.rate:
            await city.pace(given.rate, seconds)
        else:
            await city.saturate(given.ahead, seconds)

    await drive(given.warm)
    meter = Meter(city)
    say("begin")
    await drive(given.seconds)
    meter.end()
    say("end")
    whole = await city.settle(given.patience)
    city.close()
    say("result", whole=whole, **meter.told(), **city.told())


async def backlog(given: argparse.Namespace) -> None:
    """All gates come back with a backlog."""
    with tempfile.TemporaryDirectory(prefix="kadian-backlog-") as folder:
        until = time.time()
        city = City(
            given.gates,
            given.gates,
            lambda name, line: Draining(given.site, name, line, Path(folder), given.backlog, until),
        )
        await city.open(given.port)
        say("ready")
        meter = Meter(city)
        say("begin")
        seconds = await city.drain(LIVE_PAUSE, given.patience)
        meter.end()
        say("end")
        await city.settle(5.0)
        city.close()
        say("result", drain_s=seconds and round(seconds, 1), **meter.told(), **city.told())


def main() -> None:
    """Reads the arguments."""
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--site", default="chuanchang")
    parser.add_argument("--gates", type=int, default=12_600)
    parser.add_argument("--connections", type=int, default=126)
    parser.add_argument("--rate", type=float, default=0.0, help="screenings a second; 0: as fast as they are receipted")
    parser.add_argument("--ahead", type=int, default=2_000, help="without a rate: how many may be under way")
    parser.add_argument("--flood", action="store_true", help="as fast as the broker takes it, no office there")
    parser.add_argument("--backlog", type=int, default=0, help="screenings that each gate has kept")
    parser.add_argument("--warm", type=float, default=5.0, help="seconds at the load's pace before the measured ones")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rest", type=float, default=1.0, help="seconds between the last gate's coming and the load")
    parser.add_argument("--patience", type=float, default=30.0, help="seconds for the last receipts, or for the drain")
    given = parser.parse_args()
    asyncio.run(backlog(given) if given.backlog else live(given))


main()
