"""Posts the message as JSON to an address of the office's choice: `webhook+http://…` or `webhook+https://…`."""

import msgspec

from collector.alerts.body import complaint
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.message import Message
from collector.alerts.posting import Poster


def open_url(url: str, settings: ChannelSettings) -> "Webhook":
    """The webhook at a URL; `settings.token` is sent as `Authorization: Bearer …`."""
    return Webhook(url, settings.token.reveal() if settings.token else None)


class Webhook:
    """One address."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url
        self._poster = Poster({"Authorization": f"Bearer {token}"} if token else None)

    def send(self, message: Message) -> Answer:
        """POST once. 2xx counts unless the body says that it failed."""
        headers = {"Idempotency-Key": message.id, "X-Kadian-Delivery": message.id}
        reply = self._poster.post(self._url, msgspec.json.encode(message), headers)
        if isinstance(reply, Answer):
            return reply
        wrong = complaint(reply.body)
        if wrong is None:
            return Answer("accepted", f"HTTP {reply.status}")
        # Behind such a body there is most often "too many" or "busy"; a try in vain costs nothing, a lost page does.
        return Answer("refused", wrong, retry=True)
