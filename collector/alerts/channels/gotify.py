"""Gotify, on the office's own server: `gotify+https://host`; `token` is the application's.

`POST /message` with the token in `X-Gotify-Key` (gotify.net/api-docs). Its HTTP statuses are real; a refusal has
`error`, `errorCode` and `errorDescription` in its body, what was taken comes back with its `id`.
"""

from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.message import Message
from collector.alerts.service import MINUTE, Meaning, Service
from collector.alerts.wording import cut, title_and_rest

PRIORITIES = {"page": 10, "notice": 5}
"""0 … 10: the Android app makes a sound from 4, and vibrates as well from 8."""
MOST_BYTES = 4096
MEANINGS = {
    401: Meaning("key"),
    403: Meaning("key"),
    404: Meaning("address"),
    429: Meaning("busy", retry=True, after_seconds=MINUTE),
}


def open_url(url: str, settings: ChannelSettings) -> "Gotify":
    """The server at a URL.

    Raises:
        KadianError: K0430, the token is missing; K0530, it cannot be one.
    """
    return Gotify(url, settings)


class Gotify:
    """One application of one server."""

    def __init__(self, url: str, settings: ChannelSettings) -> None:
        self._url = f"{url.rstrip('/')}/message"
        self._service = Service("gotify", settings, ("errorCode",), None, MEANINGS)

    def send(self, message: Message) -> Answer:
        """Post once."""
        return self._post(message, PRIORITIES.get(message.severity, 5))

    def test(self, message: Message) -> Answer:
        """Post once with a priority at which the app shows nothing by itself."""
        return self._post(message, 0)

    def _post(self, message: Message, priority: int) -> Answer:
        title, rest = title_and_rest(message, 200)
        fields = {"title": title, "message": cut(rest, MOST_BYTES, message.link), "priority": priority}
        return self._service.post(self._url, fields, {"X-Gotify-Key": self._service.key})
