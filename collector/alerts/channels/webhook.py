"""Posts the message as JSON to an address of the office's choice: `webhook+http://…` or `webhook+https://…`."""

import hashlib
import hmac
import time
from collections.abc import Callable

import msgspec

from collector.alerts import wanted
from collector.alerts.body import complaint
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.message import Message
from collector.alerts.posting import Poster


def open_url(url: str, settings: ChannelSettings) -> "Webhook":
    """The webhook at a URL; `settings.token` is sent as `Authorization: Bearer …`, `secret` signs.

    Raises:
        KadianError: K0430, one of them is there and blank; K0530, the token cannot stand in a header.
    """
    token = wanted.letters(settings) if settings.token else None
    return Webhook(url, token, wanted.signing(settings))


class Webhook:
    """One address.

    Args:
        url: where to.
        token: sent along, if there is one.
        secret: with it `X-Kadian-Signature: t=<seconds since 1970>,v1=<hex>` is made, HMAC-SHA256 of `<t>.<body>`: the
            receiver knows who wrote the body, and when.
        now: seconds since 1970.
    """

    def __init__(
        self, url: str, token: str | None = None, secret: str | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self._url = url
        self._secret = secret
        self._now = now
        self._poster = Poster({"Authorization": f"Bearer {token}"} if token else None)

    def send(self, message: Message) -> Answer:
        """POST once. 2xx counts unless the body says that it failed."""
        headers = {"Idempotency-Key": message.id, "X-Kadian-Delivery": message.id}
        body = msgspec.json.encode(message)
        if self._secret:
            at = int(self._now())
            signature = hmac.new(self._secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
            headers["X-Kadian-Signature"] = f"t={at},v1={signature}"
        reply = self._poster.post(self._url, body, headers)
        if isinstance(reply, Answer):
            return reply
        wrong = complaint(reply.body)
        if wrong is None:
            return Answer("accepted", f"HTTP {reply.status}")
        # Behind such a body there is most often "too many" or "busy"; a try in vain costs nothing, a lost page does.
        return Answer("refused", wrong, retry=True)

    def test(self, message: Message) -> Answer:
        """POST it: its `kind` tells the receiver that it is a test."""
        return self.send(message)
