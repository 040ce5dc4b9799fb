"""Bark, for iPhones: `bark+https://api.day.app`, or the office's own server; `token` is the phone's device key.

`POST /push` (bark-server, API V2). The body's `code` is 200 when Apple took the message, `message` says what is wrong.
A page is `critical`, which breaks through silence and "do not disturb", and `call` repeats its sound for 30 s.
"""

from collections.abc import Mapping

from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.message import Message
from collector.alerts.service import MINUTE, Meaning, Service
from collector.alerts.wording import cut, title_and_rest

# Words, not numbers: the app reads what the server hands on as text.
LOUD = {"level": "critical", "call": "1", "volume": "10"}
QUIET = {"level": "active"}
SILENT = {"level": "passive"}
"""Stands in the list of notifications; the screen stays dark."""
MOST_TITLE = 100
MOST_BYTES = 2500
"""Of the body: Apple takes 4,096 bytes in all."""
MEANINGS = {
    404: Meaning("address"),
    429: Meaning("busy", retry=True, after_seconds=MINUTE),
}

BY_WORDS = {"device key": Meaning("key"), "device token": Meaning("key")}


def open_url(url: str, settings: ChannelSettings) -> "Bark":
    """The server at a URL.

    Raises:
        KadianError: K0430, the token is missing; K0530, it cannot be one.
    """
    return Bark(url, settings)


class Bark:
    """One iPhone."""

    def __init__(self, url: str, settings: ChannelSettings) -> None:
        self._url = f"{url.rstrip('/')}/push"
        self._service = Service("bark", settings, ("code",), 200, MEANINGS, by_words=BY_WORDS)

    def send(self, message: Message) -> Answer:
        """Push once; under an `id` that comes again the phone replaces the notification."""
        return self._push(message, LOUD if message.severity == "page" else QUIET)

    def test(self, message: Message) -> Answer:
        """Push once, so that the phone stays dark and silent."""
        return self._push(message, SILENT)

    def _push(self, message: Message, how: Mapping[str, str]) -> Answer:
        title, rest = title_and_rest(message, MOST_TITLE)
        body = cut(rest, MOST_BYTES, message.link)
        fields = {"device_key": self._service.key, "id": message.id, "title": title, "body": body}
        return self._service.post(self._url, {**fields, **how})
