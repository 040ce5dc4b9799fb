"""From the thermometer's bytes to the call of the webhook, through gate, broker, office, rules and dispatch.

Three beginnings: the first byte of the second high reading, the last byte that the gate had when it decided, and its
verdict. Between the first two lies the reading itself: a face needs frames until it holds still.
"""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bench.figures import milliseconds
from bench.place import site
from tests.system.site import Feeder

FEVERS = 60
FRAME_SECONDS = 0.02
"""From one frame to the next."""


class Timed(Feeder):
    """Notes when each frame's bytes were written."""

    def __init__(self, port: Path, pause: float) -> None:
        super().__init__(port, pause=pause)
        self.sent: list[float] = []
        send = self.pty.send

        def timed(data: bytes) -> int:
            self.sent.append(time.monotonic())
            return send(data)

        self.pty.send = timed  # type: ignore[method-assign]  # the same, and a note


def run() -> dict[str, Any]:
    """Each fever at a gate of its own, so that each is a cause of its own."""
    heard: dict[str, float] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            at = time.monotonic()
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard.setdefault(message["gate"], at)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    delays: dict[str, list[float]] = {"first": [], "last": [], "verdict": []}
    try:
        with site(channel=f"http://127.0.0.1:{server.server_address[1]}/hook") as place:
            place.start()
            for number in range(FEVERS):
                name = f"g{number:02}"
                gate = place.gate(name)
                feeder = Timed(place.folder / name / "port", pause=FRAME_SECONDS)
                gate.start()
                place.until(lambda name=name: _online(place, name), 20, f"{name} is online")  # type: ignore[misc]
                feeder.person(38.4)
                feeder.sent.clear()
                feeder.person(38.3)
                place.until(lambda name=name: name in heard, 10, f"the phone rings for {name}")  # type: ignore[misc]
                confirmed = place.recorded(name)[1]["at_monotonic"]
                delays["first"].append(heard[name] - feeder.sent[0])
                delays["last"].append(heard[name] - max(at for at in feeder.sent if at <= confirmed))
                delays["verdict"].append(heard[name] - confirmed)
                gate.stop()
                feeder.close()
    finally:
        server.shutdown()
    return {
        "first_byte_to_webhook": milliseconds("first byte of the second high reading → webhook", delays["first"]),
        "serial_byte_to_webhook": milliseconds("byte that decides → webhook", delays["last"]),
        "fever_to_webhook": milliseconds("confirmed fever → webhook called", delays["verdict"]),
    }


def _online(place: Any, name: str) -> bool:
    return any(gate["gate"] == name and gate["state"] == "online" for gate in place.ask("/api/v1/gates")["gates"])
