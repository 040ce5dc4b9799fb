r"""A robot in a DingTalk group (钉钉自定义机器人): `dingtalk_robot+https://oapi.dingtalk.com/robot/send`.

`token`: the `access_token` of the robot's address; `secret`: its 加签 secret (SEC…), if it has one; `to`: phone numbers
of members, who are called by name (@) when it is a page.

Source: open.dingtalk.com, 自定义机器人接入 and 自定义机器人安全设置: the time in milliseconds, at most an hour off;
the sign is base64(HMAC-SHA256(key=secret, "<time>\n<secret>")), quoted for the address. After 20 messages in a minute
the robot is silenced for ten minutes.
"""

import base64
import hmac
import time
from collections.abc import Callable
from urllib.parse import urlencode

from collector.alerts import wanted
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.limits import Limit
from collector.alerts.message import Message
from collector.alerts.service import MINUTE, Meaning, Service, by_code
from collector.alerts.wording import plain

MOST_BYTES = 18_000
"""Of a text; the service takes 20,000 bytes in all."""
LIMITS = (Limit(20, 60),)
"""A robot a minute; then it is silenced."""
SILENCED = 600.0
MEANINGS = by_code(
    Meaning("-1", retry=True),
    Meaning("130101", retry=True, after_seconds=SILENCED),
    Meaning("410100", retry=True, after_seconds=SILENCED),
    Meaning("300001"),
    Meaning("300005"),
    # Also a wrong clock, which may be set right meanwhile: the page must not be lost for it.
    Meaning("310000", retry=True, after_seconds=MINUTE),
    Meaning("400013"),
    Meaning("400101"),
    Meaning("400102"),
    Meaning("400106"),
)


def open_url(url: str, settings: ChannelSettings) -> "DingtalkRobot":
    """The robot whose access token is `settings.token`.

    Raises:
        KadianError: K0430, the token is missing, or the secret is blank; K0530, the token cannot be one.
    """
    return DingtalkRobot(url, settings)


class DingtalkRobot:
    """One robot in one group; `now`: the office's clock, seconds since 1970."""

    def __init__(self, url: str, settings: ChannelSettings, now: Callable[[], float] = time.time) -> None:
        self._url = url
        self._service = Service("dingtalk_robot", settings, ("errcode",), 0, MEANINGS)
        self._secret = wanted.signing(settings)
        self._to = tuple(settings.to)
        self._now = now

    def send(self, message: Message) -> Answer:
        """Post once, signed with the time of now."""
        body: dict[str, object] = {"msgtype": "text", "text": {"content": plain(message, MOST_BYTES)}}
        if self._to and message.severity == "page":
            body["at"] = {"atMobiles": self._to, "isAtAll": False}
        return self._service.post(f"{self._url}?{urlencode(self._query())}", body)

    def test(self, message: Message) -> Answer:
        """A line in the group that calls nobody by name, as all that is no page."""
        return self.send(message)

    def _query(self) -> dict[str, str]:
        if self._secret is None:
            return {"access_token": self._service.key}
        at = str(round(self._now() * 1000))
        sign = hmac.digest(self._secret.encode(), f"{at}\n{self._secret}".encode(), "sha256")
        return {"access_token": self._service.key, "timestamp": at, "sign": base64.b64encode(sign).decode()}
