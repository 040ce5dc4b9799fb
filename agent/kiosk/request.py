"""One request to the gate's screen: who asks, for what, and the answer."""

import io
import json
import socket
import ssl
import threading
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

import msgspec
from msgspec import Struct

from agent.acts import Answer
from agent.kiosk import guard
from agent.kiosk.board import Board
from agent.kiosk.desk import FORMS, Desk
from agent.kiosk.pages import Page, page
from agent.kiosk.pairing import LIFE_SECONDS, Pairing, TooManyTriesError
from agent.kiosk.patience import Patient
from agent.settings import KioskSettings

REQUEST_SECONDS = 8.0
ANSWER_SECONDS = 8.0
MOST_BODY = 16 << 10
MOST_REQUEST = 16 << 10
"""Bytes of the request line and headers."""
BEAT_SECONDS = 1.0
"""A screen that hears nothing for three of these says that it is cut off."""
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "object-src 'none'; require-trusted-types-for 'script'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Connection": "close",
}


class Parts(Struct, frozen=True):
    """What a request is answered with.

    Attributes:
        board: what is shown.
        desk: takes forms.
        settings: the kiosk's.
        pairing: asks phones for the PIN; None when only this computer can connect.
        tls: for whoever begins with a TLS greeting; None without a certificate.
        names: this machine's own, besides its addresses.
        screens: places for streams, by `near` and `far`.
    """

    board: Board
    desk: Desk
    settings: KioskSettings
    pairing: Pairing | None
    tls: ssl.SSLContext | None
    names: frozenset[str]
    screens: Mapping[str, threading.BoundedSemaphore]


class RefusedError(Exception):
    """Not answered, with this status and a word of the catalogue."""

    def __init__(self, status: HTTPStatus, word: str) -> None:
        super().__init__(word)
        self.status = status
        self.word = word


class Handler(BaseHTTPRequestHandler):
    """See `Parts`. Speaks HTTP/1.0: each connection carries one request, so none is kept open for nothing."""

    def __init__(self, parts: Parts, request: socket.socket, client: Any, server: Any) -> None:
        self._parts = parts
        self._secure = False
        super().__init__(request, client, server)

    def setup(self) -> None:
        """Greets a TLS client in TLS, on the same port as the plain ones."""
        self.request.settimeout(REQUEST_SECONDS)
        if self._parts.tls is not None and self.request.recv(1, socket.MSG_PEEK) == b"\x16":
            self.request = self._parts.tls.wrap_socket(self.request, server_side=True)
            self._secure = True
        super().setup()
        patient = Patient(self.request, REQUEST_SECONDS, MOST_REQUEST + MOST_BODY)
        self.rfile = io.BufferedReader(patient, 4096)

    def finish(self) -> None:
        """Ends TLS properly; the plain socket is closed by the server."""
        super().finish()
        if isinstance(self.request, ssl.SSLSocket):
            self.request.close()

    def do_GET(self) -> None:
        """The page's files, `/session`, `/events`."""
        path = self.path.split("?", 1)[0]
        try:
            self._check(changes=False)
            if path == "/events":
                self._allowed()
                self._events()
            elif path == "/session":
                self._allowed()
                self._json(self._session())
            else:
                self._file(path)
        except RefusedError as refused:
            self._refuse(refused)

    def do_POST(self) -> None:
        """`/pair` and `/act/…`, in JSON and from our own page alone."""
        path = self.path
        try:
            self._check(changes=True)
            if path == "/pair":
                self._pair(self._body())
            else:
                self._allowed()
                self._act(path)
        except RefusedError as refused:
            self._refuse(refused)

    @property
    def _near(self) -> bool:
        return guard.is_near(self.client_address[0], self.headers)

    @property
    def _private(self) -> bool:
        return self._secure or self._near

    def _check(self, *, changes: bool) -> None:
        host = self.headers.get_all("Host") or [""]
        if len(host) != 1 or not guard.is_ours(host[0], self._parts.names):
            raise RefusedError(HTTPStatus.MISDIRECTED_REQUEST, "kiosk.wrong_address")
        if self._parts.tls is not None and not self._private:
            raise RefusedError(HTTPStatus.PERMANENT_REDIRECT, "kiosk.use_https")
        foreign = guard.is_foreign(self.headers) and self.path != "/"
        if foreign or (changes and not guard.is_same_origin(self.headers, secure=self._secure)):
            raise RefusedError(HTTPStatus.FORBIDDEN, "kiosk.from_elsewhere")

    def _allowed(self) -> None:
        pairing = self._parts.pairing
        if pairing is not None and not self._near and not pairing.holds(guard.token_of(self.headers)):
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "kiosk.pair_first")

    def _body(self) -> bytes:
        if self.headers.get_content_type() != "application/json":
            raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "kiosk.not_understood")
        length = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit() and len(length) < 10):
            raise RefusedError(HTTPStatus.LENGTH_REQUIRED, "kiosk.not_understood")
        if int(length) > MOST_BODY:
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "kiosk.too_long")
        body = self.rfile.read(int(length))
        if len(body) != int(length):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "kiosk.not_understood")
        return body

    def _act(self, path: str) -> None:
        name = path.removeprefix("/act/")
        if name == path or name not in FORMS:
            raise RefusedError(HTTPStatus.NOT_FOUND, "kiosk.no_such_page")
        try:
            answer = self._parts.desk.take(name, self._body(), private=self._private)
        except ValueError:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "kiosk.not_understood") from None
        self._json(answer)

    def _pair(self, body: bytes) -> None:
        try:
            pin = msgspec.json.decode(body, type=dict[str, str]).get("pin", "")
            token = self._parts.pairing.enter(pin) if self._parts.pairing else None
        except msgspec.MsgspecError:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "kiosk.not_understood") from None
        except TooManyTriesError:
            raise RefusedError(HTTPStatus.TOO_MANY_REQUESTS, "kiosk.too_many_tries") from None
        if token is None:
            raise RefusedError(HTTPStatus.FORBIDDEN, "kiosk.wrong_pin")
        self._json(Answer(ok=True), {"Set-Cookie": guard.cookie(token, LIFE_SECONDS, secure=self._secure)})

    def _file(self, path: str) -> None:
        found = page(path)
        if found is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "kiosk.no_such_page")
        self._answer(HTTPStatus.OK, found)

    def _session(self) -> dict[str, Any]:
        settings = self._parts.settings
        return {
            "register": self._parts.desk.registers(private=self._private),
            "sounds": settings.sounds,
            "night": {"from": settings.night_from, "to": settings.night_to, "volume": settings.night_volume},
        }

    def _events(self) -> None:
        places = self._parts.screens["near" if self._near or "far" not in self._parts.screens else "far"]
        if not places.acquire(blocking=False):
            raise RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "kiosk.too_many_screens")
        try:
            self._head(HTTPStatus.OK, {"Content-Type": "text/event-stream"})
            version = -1
            while True:
                version, shown = self._parts.board.after(version, BEAT_SECONDS)
                self.wfile.write(f"data: {shown}\n\n".encode())
        finally:
            places.release()

    def _refuse(self, refused: RefusedError) -> None:
        more = {}
        if refused.status == HTTPStatus.PERMANENT_REDIRECT:
            more["Location"] = f"https://{self.headers['Host']}/"
        self._json(Answer(ok=False, word=refused.word), more, refused.status)

    def _json(self, what: Any, more: Mapping[str, str] | None = None, status: HTTPStatus = HTTPStatus.OK) -> None:
        body = what if isinstance(what, dict) else msgspec.to_builtins(what)
        self._answer(status, Page("application/json", json.dumps(body, ensure_ascii=False).encode()), more)

    def _answer(self, status: HTTPStatus, found: Page, more: Mapping[str, str] | None = None) -> None:
        length = {"Content-Type": found.kind, "Content-Length": str(len(found.body))}
        self._head(status, {**length, **(more or {})})
        self.wfile.write(found.body)

    def _head(self, status: HTTPStatus, more: Mapping[str, str]) -> None:
        self.connection.settimeout(ANSWER_SECONDS)
        self.send_response(status)
        for name, value in {**HEADERS, **more}.items():
            self.send_header(name, value)
        self.end_headers()

    def version_string(self) -> str:
        """No versions of anything in the answers."""
        return "kadian"

    def log_message(self, *_: object) -> None:
        """No request is logged: an address line is nobody's business."""
