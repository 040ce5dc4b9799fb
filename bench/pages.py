"""Fifty open pages while gates send: from the gate's message to the last page that is told, and what it costs."""

import multiprocessing
import os
import re
import selectors
import socket
import time
from datetime import datetime
from typing import Any

from bench.figures import milliseconds
from bench.place import cpu_seconds, site
from bench.questions import send
from tests.system.site import Site

PAGES = int(os.environ.get("KADIAN_BENCH_PAGES", "50"))
SECONDS = 20.0
LOADS = ((9, 45), (12_600, 420))
"""Gates, and screenings a second."""
AT = re.compile(rb'^event: screening\n.*?"seq":(\d+),"at":"([^"]+)"', re.DOTALL)


def run() -> dict[str, Any]:
    """Each load against an office of its own."""
    return {f"{gates}_gates": _load(gates, a_second) for gates, a_second in LOADS}


def _load(gates: int, a_second: int) -> dict[str, Any]:
    with site() as place:
        place.start()
        stop = multiprocessing.Event()
        sender = multiprocessing.Process(target=send, args=(place.broker_port, gates, a_second, stop))
        pages = [_opened(place) for _ in range(PAGES)]
        sender.start()
        began, worked = time.monotonic(), cpu_seconds(place)
        told, delays = _listen(pages, SECONDS)
        share = (cpu_seconds(place) - worked) / (time.monotonic() - began)
        stop.set()
        sender.join()
        for page in pages:
            page.close()
    print(f"{gates} gates, {a_second} screenings/s, {PAGES} pages: {told} events told, office {share:.0%} of one core")
    return {
        "events": told,
        "office_cores": round(share, 2),
        "message_to_page": milliseconds("gate's message → on a page", delays),
    }


def _opened(place: Site) -> socket.socket:
    page = socket.create_connection(("127.0.0.1", place.http_port))
    page.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    page.setblocking(False)
    return page


def _listen(pages: list[socket.socket], seconds: float) -> tuple[int, list[float]]:
    """How many screenings came in all, and after how long each came on each page."""
    chosen = selectors.DefaultSelector()
    rests: dict[socket.socket, bytes] = {}
    for page in pages:
        chosen.register(page, selectors.EVENT_READ, page)
        rests[page] = b""
    delays = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for key, _ in chosen.select(0.1):
            heard: socket.socket = key.data
            now = time.time()
            # A chunk's length stands on a line of its own before its text.
            *events, rests[heard] = (rests[heard] + heard.recv(1 << 20)).split(b"\n\n")
            for event in events:
                found = AT.match(event[event.find(b"event:") :]) if b"event: screening" in event else None
                if found:
                    delays.append(now - datetime.fromisoformat(found[2].decode()).timestamp())
    return len(delays), delays
