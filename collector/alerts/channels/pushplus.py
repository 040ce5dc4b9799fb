"""PushPlus, to a WeChat account: `pushplus+https://www.pushplus.plus`; `token` is the user's.

`POST /send` (pushplus.plus, its table of return codes). The body's `code` is 200 when the message was taken. After a
900 more calls make the ban longer: 200 in a day cost two days, or seven.
"""

from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.message import Message
from collector.alerts.service import HOUR, MINUTE, Meaning, Service, title_and_rest

MOST_TITLE = 100
MOST = 20_000
"""Characters of the content."""
MEANINGS = {
    302: Meaning("key"),
    401: Meaning("forbidden"),
    403: Meaning("forbidden"),
    404: Meaning("address"),
    429: Meaning("busy", retry=True, after_seconds=MINUTE),
    500: Meaning("busy", retry=True, after_seconds=MINUTE),
    888: Meaning("paid"),
    900: Meaning("limit", retry=True, after_seconds=HOUR),
    903: Meaning("key"),
    905: Meaning("real_name"),
}


def open_url(url: str, settings: ChannelSettings) -> "PushPlus":
    """The service at a URL."""
    return PushPlus(url, settings)


class PushPlus:
    """One user of PushPlus."""

    def __init__(self, url: str, settings: ChannelSettings) -> None:
        self._url = f"{url.rstrip('/')}/send"
        self._service = Service("pushplus", settings, "code", 200, MEANINGS)

    def send(self, message: Message) -> Answer:
        """Send once."""
        title, rest = title_and_rest(message, MOST_TITLE)
        link = f"\n{message.link}" if message.link else ""
        fields = {
            "token": self._service.key,
            "title": title,
            "content": rest[: MOST - len(link)] + link,
            "template": "txt",
        }
        return self._service.post(self._url, fields)
