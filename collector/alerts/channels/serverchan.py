"""ServerChan: `serverchan+https://sctapi.ftqq.com` to WeChat, `serverchan+https://UID.push.ft07.com/send` to its app.

`token` is the SendKey (`SCT…`, `sctp…` for the app); it goes into the path, `POST /KEY.send`, and nowhere else. The
body's `code` is 0 when the message was queued. A bad key and a day without messages left have the same code, 40001; the
words tell. Without payment a day has 5 messages, and WeChat shows their title alone.
"""

from urllib.parse import quote

from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.limits import DAY, Limit
from collector.alerts.message import Message
from collector.alerts.service import HOUR, MINUTE, Meaning, Service
from collector.alerts.wording import cut, title_and_rest

MOST_TITLE = 32
MOST_BYTES = 32_000
LIMITS = (Limit(5, DAY),)
"""Without payment (sct.ftqq.com); who pays writes another `limit`."""
MEANINGS = {
    404: Meaning("address"),
    429: Meaning("busy", retry=True, after_seconds=MINUTE),
    40001: Meaning("key"),
}
BY_WORDS = {"次数": Meaning("limit", retry=True, after_seconds=HOUR)}


def open_url(url: str, settings: ChannelSettings) -> "ServerChan":
    """The service at a URL.

    Raises:
        KadianError: K0430, the token is missing; K0530, it cannot be one.
    """
    return ServerChan(url, settings)


class ServerChan:
    """One SendKey."""

    def __init__(self, url: str, settings: ChannelSettings) -> None:
        self._service = Service("serverchan", settings, ("code",), 0, MEANINGS, by_words=BY_WORDS)
        self._url = f"{url.rstrip('/')}/{quote(self._service.key, safe='')}.send"

    def send(self, message: Message) -> Answer:
        """Send once; `noip`: the message does not show the office's address."""
        title, rest = title_and_rest(message, MOST_TITLE)
        return self._service.post(self._url, {"title": title, "desp": cut(rest, MOST_BYTES, message.link), "noip": "1"})
