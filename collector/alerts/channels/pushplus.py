"""PushPlus, to a WeChat account: `pushplus+https://www.pushplus.plus`; `token` is the user's.

`POST /send` (pushplus.plus, its table of return codes). The body's `code` is 200 when the message was taken. After a
900 more calls make the ban longer: 200 in a day cost two days, or seven.
"""

from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.limits import DAY, Limit
from collector.alerts.message import Message
from collector.alerts.service import HOUR, MINUTE, Meaning, Service
from collector.alerts.wording import title_and_rest

MOST_TITLE = 100
MOST = 19_000
"""Characters of the content, which may have 20,000."""
LIMITS = (Limit(5, 60), Limit(200, DAY))
"""A user a minute (Sitoi/dailycheckin#415) and a day (pushplus.plus/doc/help/lockdown.html)."""
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

BY_WORDS = {"相同内容": Meaning("same", retry=True, after_seconds=HOUR)}
"""Of the same content it takes 3 in an hour (tty228/luci-app-wechatpush#253), under a code that has other meanings."""


def open_url(url: str, settings: ChannelSettings) -> "PushPlus":
    """The service at a URL.

    Raises:
        KadianError: K0430, the token is missing; K0530, it cannot be one.
    """
    return PushPlus(url, settings)


class PushPlus:
    """One user of PushPlus."""

    def __init__(self, url: str, settings: ChannelSettings) -> None:
        self._url = f"{url.rstrip('/')}/send"
        self._service = Service("pushplus", settings, ("code",), 200, MEANINGS, by_words=BY_WORDS)

    def send(self, message: Message) -> Answer:
        """Send once; with its time and place no message has the content of another."""
        title, rest = title_and_rest(message, MOST_TITLE)
        end = f"\n{message.at} {message.name}" + (f"\n{message.link}" if message.link else "")
        fields = {
            "token": self._service.key,
            "title": title,
            "content": rest[: MOST - len(end)] + end,
            "template": "txt",
        }
        return self._service.post(self._url, fields)

    def test(self, message: Message) -> Answer:
        """Send it: there is no call that checks the key and shows nothing."""
        return self.send(message)
