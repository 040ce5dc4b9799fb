"""The enrolment service: two calls over TLS, on a port of its own that gates may reach from their network."""

import asyncio
import socket
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import structlog
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from collector.access.authority import Authority
from collector.access.enrolment import Enrolments
from collector.api.guard import Guard
from collector.api.problems import problem, tell_problems
from collector.api.serve import Server
from collector.ledger import Ledger
from collector.ledger.rows import moment
from collector.settings import CollectorSettings
from kadian.errors import KadianError
from kadian.invitation import CA_PATH, ENROL_PATH, Plea

log = structlog.get_logger(__name__)
STATUS = {"K0504": 403, "K0505": 409, "K0506": 410, "K0507": 422}
MOST_AT_ONCE = 32
START_SECONDS = 10.0


def make_app(enrolments: Enrolments, authority: Authority) -> FastAPI:
    """Two calls: the authority's certificate (public), and the exchange of a token for a gate's certificate."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    tell_problems(app)

    @app.get(CA_PATH)
    async def _authority() -> Response:
        return Response(authority.pem, media_type="application/x-pem-file")

    @app.post(ENROL_PATH)
    async def _enrol(request: Request) -> Response:
        try:
            plea = msgspec.json.decode(await request.body(), type=Plea)
            welcome = await run_in_threadpool(enrolments.admit, plea)
        except msgspec.MsgspecError as error:
            return problem(ENROL_PATH, 422, str(error))
        except KadianError as error:
            log.warning("enrolment_refused", code=error.code, gate=error.where)
            return problem(ENROL_PATH, STATUS.get(error.code, 503), f"{error.what('zh')} {error.what('en')}")
        log.info("gate_enrolled", gate=welcome.gate)
        return Response(msgspec.json.encode(welcome), media_type="application/json")

    app.add_middleware(Guard)
    return app


class EnrolmentService:
    """The service on a thread of its own.

    Args:
        enrolments: honours invitations.
        authority: certifies the service itself, anew at each start.
        host: where to listen; any address, since every call is encrypted and needs a token.
        port: 0 takes a free one.
        names: what gates may call this machine.

    Raises:
        KadianError: K0508 the address cannot be listened on.
    """

    def __init__(
        self, enrolments: Enrolments, authority: Authority, host: str, port: int, names: Sequence[str]
    ) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self._listener = socket.create_server((host.strip("[]"), port), family=family, backlog=32)
        except OSError as error:
            raise KadianError("K0508", f"{host}:{port}", reason=error.strerror or str(error)) from error
        self.port: int = self._listener.getsockname()[1]
        self._app = make_app(enrolments, authority)
        self._key, self._chain = authority.server(names)
        self._server: Server | None = None
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="enrolment", daemon=True)

    def start(self) -> None:
        """Answers from now on."""
        self._thread.start()
        self._up.wait(START_SECONDS)
        log.info("enrolment_listening", port=self.port)

    def stop(self) -> None:
        """Answers no more."""
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join(5)
        self._listener.close()

    async def _serve(self) -> None:
        self._server = Server(self._config())
        self._up.set()
        await self._server.serve(sockets=[self._listener])

    def _config(self) -> uvicorn.Config:
        with tempfile.TemporaryDirectory(prefix="kadian-tls-") as folder:
            # OpenSSL takes keys from files alone; these are gone as soon as they are read.
            key, chain = Path(folder, "key.pem"), Path(folder, "chain.pem")
            key.write_bytes(self._key)
            chain.write_bytes(self._chain)
            config = uvicorn.Config(
                self._app,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                limit_concurrency=MOST_AT_ONCE,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=2,
                ssl_keyfile=str(key),
                ssl_certfile=str(chain),
            )
            config.load()
        return config


def open_enrolment(settings: CollectorSettings, ledger: Ledger, now_ms: Callable[[], int]) -> EnrolmentService | None:
    """The service that the settings ask for; None without `[enrolment] listen`."""
    wanted = settings.enrolment
    if wanted.listen is None:
        return None
    authority = Authority(settings.access_folder, settings.site, moment(now_ms()))
    host, _, port = wanted.listen.rpartition(":")
    address = wanted.address or wanted.listen
    broker_url = wanted.broker_url or settings.broker.url
    enrolments = Enrolments(ledger, authority, address=address, broker_url=broker_url, now_ms=now_ms)
    names = [address.rpartition(":")[0], "localhost", "127.0.0.1"]
    return EnrolmentService(enrolments, authority, host, int(port), names)
