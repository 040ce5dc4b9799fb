"""`kadian demo`."""

import os
import shutil
import signal
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

import click

from kadian.demo.neighbourhood import Neighbourhood
from kadian.demo.place import PLACES
from kadian.errors import KadianError
from kadian.text import say

PATIENCE_SECONDS = 90.0
"""How long the last count waits: a gate that was cut off tries again after a minute at the latest."""
HURRY_SECONDS = 6.0
"""The same after Ctrl-C."""


def _line(text: str) -> None:
    click.echo(f"{datetime.now().astimezone():%H:%M:%S} {text}")


def _both(key: str, **values: Any) -> None:
    for language in ("zh", "en"):
        click.echo(say(key, language, **values))


def _fault(key: str, gate: str) -> None:
    _line(f"{say(key, 'zh', gate=gate)} · {say(key, 'en', gate=gate)}")


def _ring(message: dict[str, Any]) -> None:
    _line(f"☎ {message.get('text', '')} · {message.get('text_en', '')}")


@click.command()
@click.option(
    "--gates", type=click.IntRange(1, len(PLACES)), default=9, show_default=True, help="几个卡点 · open gates"
)
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="网页端口 · the pages' port  [8080]")
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=None, help="数据留在这里 · keep all here"
)
@click.option("--seconds", type=click.FloatRange(min=1), default=None, help="多少秒后结束 · end after so many seconds")
@click.option(
    "--speed", type=click.FloatRange(0.1, 20), default=1.0, show_default=True, help="人来得多快 · how fast people come"
)
def demo(gates: int, port: int | None, data: Path | None, seconds: float | None, speed: float) -> None:
    """整个系统，装在这一台机器上看。The whole system on this machine, its gates on simulated hardware."""
    began = time.monotonic()
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    folder = (data or Path(tempfile.mkdtemp(prefix="kadian-demo-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    chosen = port or _port(os.environ.get("KADIAN__HTTP__PORT", "8080"))
    # The one other setting of the office that the environment may give: which broker it starts.
    program = os.environ.get("KADIAN__BROKER__PROGRAM", "auto")
    place = Neighbourhood(folder, gates=gates, port=chosen, speed=speed, program=program, say_fault=_fault, ring=_ring)
    try:
        place.start()
        took = f"{time.monotonic() - began:.0f}"
        screen = f"http://127.0.0.1:{place.screens[0]}"
        _both("demo.started", seconds=took, url=place.url, gates=gates, screen=screen, folder=folder)
        place.wait(seconds, stop)
        _count(place, HURRY_SECONDS if stop.is_set() else PATIENCE_SECONDS)
    finally:
        place.stop()
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)
    _both("demo.stopped")


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 1 << 16:
        return int(text)
    raise KadianError("K0131", "KADIAN__HTTP__PORT", port=text, reason="1…65535")


def _count(place: Neighbourhood, seconds: float) -> None:
    """Waits until the office has all that the gates recorded, then says both numbers side by side."""
    place.people_leave()
    stored = 0
    until = time.monotonic() + seconds
    while True:
        summary = place.ask("/api/v1/screenings/summary?since=0")
        stored = summary["total"] if summary else stored
        if stored >= place.recorded() or time.monotonic() > until:
            break
        time.sleep(0.2)
    _both("demo.counted", recorded=place.recorded(), stored=stored)
    if stored < place.recorded():
        _both("demo.on_its_way", count=place.recorded() - stored)
