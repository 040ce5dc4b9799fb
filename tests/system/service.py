"""A phone's service: it keeps what rings."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Service:
    """Takes messages; while `away` it hangs up without an answer, as one does that is overrun.

    `heard` has each with the moment, by the clock that is given.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.away = False
        self.heard: list[tuple[float, dict[str, Any]]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                at = clock()
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if service.away:
                    self.connection.close()
                    return
                service.heard.append((at, body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def rang(self, rule: str = "confirmed_fever") -> list[dict[str, Any]]:
        """Every message of a rule as it came, repetitions too."""
        return [body for _, body in list(self.heard) if body["rule"] == rule]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
