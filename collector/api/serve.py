"""Puts the application on a port, for as long as the office runs."""

import asyncio
import errno
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address

import structlog
import uvicorn
from fastapi import FastAPI

from kadian.errors import KadianError

log = structlog.get_logger(__name__)

TICK = 0.1
"""Seconds between two looks at `stop`."""
LAST_WORDS = 5
"""Seconds that open answers have once the office stops."""


class Server(uvicorn.Server):
    """uvicorn, which leaves the process's signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def serve(
    app: FastAPI, host: str, port: int, stop: threading.Event, ready: Callable[[int], None] | None = None
) -> None:
    """Answer on `host`:`port` until `stop` is set; open streams end then.

    Args:
        app: what `make_app` made.
        host: a loopback address, or `localhost`.
        port: 0 takes a free one.
        stop: ends the serving within about a second.
        ready: called with the port once calls are answered.

    Raises:
        KadianError: K0360 the host is not loopback; K0361 the port is taken; K0362 the address cannot be used.
    """
    with _listening(host, port) as listener:
        asyncio.run(_serve(app, listener, stop, ready))


async def _serve(
    app: FastAPI, listener: socket.socket, stop: threading.Event, ready: Callable[[int], None] | None
) -> None:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=LAST_WORDS,
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    port = listener.getsockname()[1]
    told = False
    while not serving.done() and not stop.is_set():
        if server.started and not told:
            told = True
            log.info("http_listening", port=port)
            if ready is not None:
                ready(port)
        await asyncio.sleep(TICK if told else TICK / 10)
    app.state.bell.close()
    server.should_exit = True
    await serving
    log.info("http_stopped", port=port)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine alone. Names but `localhost` are not looked up: what they mean may change."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    if not is_loopback(host):
        raise KadianError("K0360", f"[http] host = {host}", host=host, port=port)
    address = host.strip("[]")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listener = socket.create_server((address, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        code = "K0361" if getattr(error, "errno", None) == errno.EADDRINUSE else "K0362"
        raise KadianError(code, f"{host}:{port}", host=host, port=port, why=str(error)) from error
    with listener:
        # Head and body of an answer are two writes; without this the second waits for the client's delayed
        # acknowledgement, 40 ms. asyncio would set it, but only on sockets that name their protocol.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener
