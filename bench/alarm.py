"""From the verdict that confirms a fever to the call of the webhook, through gate, broker, office and rules."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bench.figures import milliseconds
from bench.place import site
from tests.system.site import Feeder

FEVERS = 25


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
    delays = []
    try:
        with site(channel=f"http://127.0.0.1:{server.server_address[1]}/hook") as place:
            place.start()
            for number in range(FEVERS):
                name = f"g{number:02}"
                gate = place.gate(name)
                feeder = Feeder(place.folder / name / "port", pause=0.02)
                gate.start()
                place.until(lambda name=name: _online(place, name), 20, f"{name} is online")  # type: ignore[misc]
                feeder.person(38.4)
                feeder.person(38.3)
                place.until(lambda name=name: name in heard, 10, f"the phone rings for {name}")  # type: ignore[misc]
                confirmed = place.recorded(name)[1]["at_monotonic"]
                delays.append(heard[name] - confirmed)
                gate.stop()
                feeder.close()
    finally:
        server.shutdown()
    return {"fever_to_webhook": milliseconds("confirmed fever → webhook called", delays)}


def _online(place: Any, name: str) -> bool:
    return any(gate["gate"] == name and gate["state"] == "online" for gate in place.ask("/api/v1/gates")["gates"])
