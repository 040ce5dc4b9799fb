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

import msgspec

from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.chat import NEVER, Codes, judged, plain
from collector.alerts.message import Message
from collector.alerts.posting import Poster

MOST_BYTES = 18_000
"""Of a text; the service takes 20,000 bytes in all."""
SILENCED = 600.0
CODES: Codes = {
    -1: 0.0,
    130101: SILENCED,
    410100: SILENCED,
    300001: NEVER,
    300005: NEVER,
    310000: 60.0,  # also a wrong clock, which may be set right meanwhile: the page must not be lost for it
    400013: NEVER,
    400101: NEVER,
    400102: NEVER,
    400106: NEVER,
}


def open_url(url: str, settings: ChannelSettings) -> "DingtalkRobot":
    """The robot whose access token is `settings.token`."""
    token = settings.token.reveal() if settings.token else ""
    secret = settings.secret.reveal() if settings.secret else None
    return DingtalkRobot(url, token, secret, tuple(settings.to))


class DingtalkRobot:
    """One robot in one group; `now`: the office's clock, seconds since 1970."""

    def __init__(
        self, url: str, token: str, secret: str | None, to: tuple[str, ...] = (), now: Callable[[], float] = time.time
    ) -> None:
        self._url = url
        self._token = token
        self._secret = secret
        self._to = to
        self._now = now
        self._poster = Poster(speaks=True)

    def send(self, message: Message) -> Answer:
        """Post once, signed with the time of now."""
        body: dict[str, object] = {"msgtype": "text", "text": {"content": plain(message, MOST_BYTES)}}
        if self._to and message.severity == "page":
            body["at"] = {"atMobiles": self._to, "isAtAll": False}
        reply = self._poster.post(f"{self._url}?{urlencode(self._query())}", msgspec.json.encode(body))
        return reply if isinstance(reply, Answer) else judged(reply, "dingtalk_robot", CODES)

    def _query(self) -> dict[str, str]:
        if self._secret is None:
            return {"access_token": self._token}
        at = str(round(self._now() * 1000))
        sign = hmac.digest(self._secret.encode(), f"{at}\n{self._secret}".encode(), "sha256")
        return {"access_token": self._token, "timestamp": at, "sign": base64.b64encode(sign).decode()}
