"""One way of calling a service over HTTP, for every channel: bounded in time and bytes, judged by its answer's body."""

import ssl
import time
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from logging import WARNING, getLogger
from typing import Any

import httpx
import msgspec

from collector.alerts.body import fields_of, words_of
from collector.alerts.channel import Answer

SECONDS = 5.0
MOST_BYTES = 65_536
"""That are read of an answer."""
WORTH_ANOTHER_TRY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
LONGEST_WAIT = 3600.0
"""Seconds that a `Retry-After` may ask for."""

# They write the whole address of each call into the log, and some services have their key in it.
for _talkative in ("httpx", "httpcore"):
    getLogger(_talkative).setLevel(WARNING)


class Reply(msgspec.Struct, frozen=True):
    """What a service answered: the status, `Retry-After` in seconds (0: not said) and the first bytes of the body."""

    status: int
    after_seconds: float
    body: bytes

    def fields(self) -> dict[str, Any]:
        """The body as a JSON object; empty when it is none."""
        return fields_of(self.body)


class Poster:
    """A client for one service.

    Args:
        headers: sent with each call.
        speaks: the service says its code under a status of 4xx, too, so that the channel judges those answers.
    """

    def __init__(self, headers: Mapping[str, str] | None = None, *, speaks: bool = False) -> None:
        self._speaks = speaks
        every = {"Accept-Encoding": "identity", "User-Agent": "kadian", **(headers or {})}
        # A redirect would carry the message somewhere nobody configured; so would a proxy of the environment.
        self._client = httpx.Client(
            timeout=SECONDS, follow_redirects=False, trust_env=False, verify=_authorities(), headers=every
        )

    def post(self, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Reply | Answer:
        """POST once, as JSON unless `headers` say otherwise.

        Returns:
            What was answered with a status of 2xx; an `Answer` for everything else, which the service's body cannot
            mend: no connection, no answer in time, or a status that says no.
        """
        return self._call("POST", url, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply | Answer:
        """GET once; what comes back is as of `post`."""
        return self._call("GET", url, None, headers or {})

    def _call(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Reply | Answer:
        try:
            with self._client.stream(method, url, content=body, headers=headers) as response:
                reply = Reply(response.status_code, _after(response), _read(response))
        except httpx.HTTPError as error:
            return Answer("unknown", f"{type(error).__name__}: {error}"[:200], retry=True)
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            return Answer("refused", f"{type(error).__name__}: {error}"[:200])
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Answer("unknown", f"HTTP {reply.status}", retry=True, after_seconds=reply.after_seconds)
        if self._speaks and reply.status >= HTTPStatus.BAD_REQUEST:
            return reply
        if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            return refusal(reply)
        return reply


@cache
def _authorities() -> ssl.SSLContext:
    """Read once for all channels: it takes longer than a call."""
    return httpx.create_ssl_context(trust_env=False)


def refusal(reply: Reply) -> Answer:
    """What a status of 3xx or 4xx says."""
    retry = reply.status in WORTH_ANOTHER_TRY
    return Answer("refused", _reason(reply), retry=retry, after_seconds=reply.after_seconds)


def _reason(reply: Reply) -> str:
    words = words_of(reply.fields())
    return f"HTTP {reply.status}: {words}"[:200] if words else f"HTTP {reply.status}"


def _after(response: httpx.Response) -> float:
    said = response.headers.get("retry-after", "")
    return min(float(said), LONGEST_WAIT) if said.isascii() and said.isdigit() else 0.0


def _read(response: httpx.Response) -> bytes:
    body = b""
    end = time.monotonic() + SECONDS
    for piece in response.iter_raw():
        body += piece
        if len(body) >= MOST_BYTES:
            break
        if time.monotonic() > end:
            raise httpx.ReadTimeout("the answer does not end")
    return body[:MOST_BYTES]
