"""What every answer has: headers that bind the browser, and problem JSON when a route breaks."""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from collector.api.problems import both, problem

log = structlog.get_logger(__name__)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
SAFE = {"GET", "HEAD", "OPTIONS"}
LINKS = "/a/"
"""Below it the path itself is the key (`routes.links`). Who knows it needs no browser of another, and nothing that a
browser adds by itself (cookie, login) counts there: where a post comes from says nothing. It could not be asked either:
from a page without referrer browsers post `Origin: null` (Fetch, "append a request Origin header")."""
MOST_BODY = 65_536
"""Bytes of a request's body: the longest that is meant is a note of 500 characters."""
TOO_LONG = both("http.too_long", most=MOST_BODY)


class Guard:
    """The outermost layer: nothing is answered without it.

    A call that changes something and comes from another site's page is refused: until there are accounts, the
    browser's own word (`Origin`) is all that tells such a page from the office's.

    Args:
        app: what is guarded.
        names: by which the office may be called besides `localhost` and any bare address; None: by all. A site whose
            name suddenly means this machine ("DNS rebinding") is its own origin, and is known by its name alone.
    """

    def __init__(self, app: ASGIApp, names: Collection[str] | None = None) -> None:
        self._app = app
        self._names = None if names is None else {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; see the ASGI specification, version 3."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refused = self._refused(scope)
        if refused is not None:
            await problem(scope["path"], *refused)(scope, receive, guarded)
            return
        try:
            await self._app(scope, _bounded(receive), guarded)
        except ClientDisconnect:
            return  # in the middle of what was sent; there is nobody to answer
        except Exception:
            path = f"{LINKS}…" if _is_link(scope["path"]) else scope["path"]
            log.exception("request_failed", method=scope["method"], path=path)
            if started:
                raise
            failure = problem(scope["path"], 500, both("http.failed"))
            await failure(scope, receive, guarded)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        """Why a request is not passed on: the status and the sentence."""
        headers = Headers(scope=scope)
        if self._names is not None and not _is_called(headers.get("host", ""), self._names):
            return 421, both("http.other_name")
        if scope["method"] not in SAFE and not _is_link(scope["path"]) and _from_elsewhere(headers):
            return 403, both("http.elsewhere")
        return (413, TOO_LONG) if _length(headers) > MOST_BODY else None


def _is_link(path: str) -> bool:
    return path.startswith(LINKS)


def _is_called(host: str, names: Collection[str]) -> bool:
    """Whether a `Host` is an address or one of the names; an old client that sends none is no browser."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if not host or name == "localhost" or name in names:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _length(headers: Headers) -> int:
    said = headers.get("content-length", "0")
    return int(said) if said.isascii() and said.isdigit() else 0


def _bounded(receive: Receive) -> Receive:
    """What is received, up to the bound: a body in chunks does not say its length before."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BODY:
            raise HTTPException(413, TOO_LONG)
        return message

    return bounded


def _from_elsewhere(headers: Headers) -> bool:
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}
    try:
        return urlsplit(origin).netloc != headers.get("host", "")
    except ValueError:  # no address at all
        return True
