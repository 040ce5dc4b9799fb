"""The secretary's phone of the demonstration: a small HTTP server that prints what rings."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Phone:
    """Answers 200 to every message and hands it to `ring`; a message that comes a second time rings no second time."""

    def __init__(self, ring: Callable[[dict[str, Any]], None]) -> None:
        heard: set[str] = set()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = min(int(self.headers.get("Content-Length", 0)), 65_536)
                message = json.loads(self.rfile.read(length) or b"{}")
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
                if message.get("id") not in heard:
                    heard.add(message.get("id"))
                    ring(message)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name="phone", daemon=True).start()

    @property
    def url(self) -> str:
        """Where a message is posted to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/ring"

    def close(self) -> None:
        """Hangs up."""
        self._server.shutdown()
        self._server.server_close()
