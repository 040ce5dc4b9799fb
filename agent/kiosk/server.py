"""The gate's page over HTTP, from the standard library: a few screens, a handful of requests a minute."""

import socket
import ssl
import threading
from collections.abc import Callable
from functools import partial
from http.server import ThreadingHTTPServer
from typing import Any

import structlog

from agent.acts import Do
from agent.kiosk.board import Board
from agent.kiosk.desk import Desk
from agent.kiosk.pairing import Pairing
from agent.kiosk.request import Handler, Parts
from agent.settings import KioskSettings
from kadian.errors import KadianError
from kadian.settings.urls import is_loopback

log = structlog.get_logger(__name__)
SCREENS = {"near": 3, "far": 5}
"""Streams at a time: this computer's own screen always finds a place, whatever the phones do."""
CALLERS = {"near": 24, "far": 24}
"""Open connections at a time, streams included; one more is closed at once."""


class Kiosk:
    """Serves the page, its events (Server-Sent Events) and its forms.

    Beyond loopback it asks for the PIN, and with a certificate it speaks HTTPS to whoever does.

    Args:
        board: what is shown.
        settings: where to listen, and who is let in.
        do: carries out what people put in; without it the screen only shows.
        office_key: the office's public key for registrations as the policy has it now (base64), or None.

    Raises:
        KadianError: K0460 a network without a PIN, K0461 the port is taken, K0464 the certificate cannot be used.
    """

    def __init__(
        self,
        board: Board,
        settings: KioskSettings,
        do: Do | None = None,
        office_key: Callable[[], str | None] = lambda: None,
    ) -> None:
        host, port = settings.host, settings.port
        alone = is_loopback(host)
        if not alone and settings.pin is None:
            raise KadianError("K0460", f"[kiosk] host = {host}", host=host)
        pairing = Pairing(settings.pin.reveal(), board.gate) if settings.pin and not alone else None
        screens = {"near": sum(SCREENS.values())} if alone else SCREENS
        own = socket.gethostname().lower()
        parts = Parts(
            board=board,
            desk=Desk(board, do, office_key),
            settings=settings,
            pairing=pairing,
            tls=_tls(settings),
            names=frozenset() if alone else frozenset({own, f"{own}.local", host.lower()}),
            screens={side: threading.BoundedSemaphore(count) for side, count in screens.items()},
        )
        try:
            self._server = _Server((host, port), partial(Handler, parts))
        except OSError as error:
            raise KadianError("K0461", f"{host}:{port}", port=port, reason=error.strerror or str(error)) from None
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


def _tls(settings: KioskSettings) -> ssl.SSLContext | None:
    if settings.certificate_file is None or settings.key_file is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.certificate_file, settings.key_file)
    except OSError as error:  # ssl.SSLError is one
        raise KadianError("K0464", settings.certificate_file, reason=error.strerror or str(error)) from None
    return context


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 32

    def __init__(self, address: tuple[str, int], handler: Any) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._callers = {side: threading.BoundedSemaphore(count) for side, count in CALLERS.items()}
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        # The phones' connections are counted apart: they cannot keep out the screen that hangs on this computer.
        places = self._callers["near" if is_loopback(client_address[0]) else "far"]
        if not places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        threading.Thread(target=self._one, args=(request, client_address, places), daemon=True).start()

    def _one(self, request: Any, client_address: Any, places: threading.BoundedSemaphore) -> None:
        try:
            self.process_request_thread(request, client_address)
        finally:
            places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        # A traceback may quote what somebody typed, so the kind of the error is all that is told.
        import sys

        kind = sys.exc_info()[0]
        if kind and not issubclass(kind, OSError):
            log.error("kiosk_request_failed", kind=kind.__name__)
