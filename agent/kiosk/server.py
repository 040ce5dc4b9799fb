"""The gate's page over HTTP, from the standard library: one screen, a handful of requests a minute."""

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files

from agent.kiosk.board import Board
from kadian.errors import KadianError

FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/kiosk.js": ("kiosk.js", "text/javascript; charset=utf-8"),
    "/kiosk.css": ("kiosk.css", "text/css; charset=utf-8"),
}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
MOST_SCREENS = 8
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Kiosk:
    """Serves the page and `/events` (Server-Sent Events) on `host`:`port`."""

    def __init__(self, board: Board, host: str, port: int) -> None:
        """Listens.

        Raises:
            KadianError: not a loopback address (until accounts exist), or the port is taken.
        """
        if host not in LOOPBACK:
            raise KadianError("K0460", f"[kiosk] host = {host}", host=host)
        try:
            self._server = ThreadingHTTPServer((host, port), _handler(board, threading.BoundedSemaphore(MOST_SCREENS)))
        except OSError as error:
            raise KadianError("K0461", f"{host}:{port}", port=port, reason=error.strerror) from None
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="kiosk", daemon=True)

    @property
    def port(self) -> int:
        """The port, also when 0 was asked for."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Ends; open streams end with the process."""
        self._server.shutdown()
        self._server.server_close()


def _handler(board: Board, places: threading.BoundedSemaphore) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_GET(self) -> None:
            path = self.path.split("?", 1)[0]
            if path == "/events":
                self._events()
            elif path in FILES:
                name, kind = FILES[path]
                self._answer(HTTPStatus.OK, kind, files("agent.kiosk").joinpath("page", name).read_bytes())
            else:
                self._answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", "没有这一页 · no such page\n".encode())

        def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
            self.send_response(status)
            for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _events(self) -> None:
            if not places.acquire(blocking=False):
                self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", b"too many screens\n")
                return
            try:
                _stream(self, board)
            except OSError:
                pass  # the screen went away
            finally:
                places.release()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _stream(handler: BaseHTTPRequestHandler, board: Board) -> None:
    handler.send_response(HTTPStatus.OK)
    for name, value in {**HEADERS, "Content-Type": "text/event-stream"}.items():
        handler.send_header(name, value)
    handler.end_headers()
    version = -1
    while True:
        version, shown = board.after(version, 5)
        handler.wfile.write(f"data: {shown}\n\n".encode())
