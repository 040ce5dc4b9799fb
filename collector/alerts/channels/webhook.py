"""Posts the message as JSON to an address of the office's choice: `webhook+http://…` or `webhook+https://…`."""

import time
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx
import msgspec

from collector.alerts.body import complaint
from collector.alerts.channel import Answer
from collector.alerts.message import Message
from kadian.errors import KadianError

SECONDS = 5.0
MOST_BYTES = 65_536
"""That are read of an answer."""
WORTH_ANOTHER_TRY = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


def open_url(where: str, url: str, token: str | None) -> "Webhook":
    """The webhook at a URL.

    Raises:
        KadianError: K0401, not an address that HTTP can reach.
    """
    if urlsplit(url).scheme not in {"http", "https"}:
        raise KadianError("K0401", where, word="webhook")
    return Webhook(url, token)


class Webhook:
    """One address. `token` is sent as `Authorization: Bearer …`."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity", "User-Agent": "kadian"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        # A redirect would carry the message somewhere nobody configured; so would a proxy of the environment.
        self._client = httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False, headers=headers)

    def send(self, message: Message) -> Answer:
        """POST once. 2xx counts unless the body says that it failed."""
        headers = {"Idempotency-Key": message.id, "X-Kadian-Delivery": message.id}
        try:
            with self._client.stream(
                "POST", self._url, content=msgspec.json.encode(message), headers=headers
            ) as response:
                return _judge(response.status_code, _read(response))
        except httpx.HTTPError as error:
            return Answer("unknown", f"{type(error).__name__}: {error}"[:200], retry=True)


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


def _judge(status: int, body: bytes) -> Answer:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Answer("unknown", f"HTTP {status}", retry=True)
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Answer("refused", f"HTTP {status}", retry=status in WORTH_ANOTHER_TRY)
    wrong = complaint(body)
    if wrong is None:
        return Answer("accepted", f"HTTP {status}")
    # Behind such a body there is most often "too many" or "busy"; a try in vain costs nothing, a lost page does.
    return Answer("refused", wrong, retry=True)
