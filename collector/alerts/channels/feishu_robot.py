r"""A robot in a Feishu or Lark group (飞书自定义机器人): `feishu_robot+https://open.feishu.cn/open-apis/bot/v2/hook`.

Lark is the same at `open.larksuite.com`. `token`: the last part of the robot's address; `secret`: for 签名校验, if it
is on; `to`: open ids (`ou_…`) of members or `all`, who are called by name (@) when it is a page. The service takes no
phone numbers here.

Source: open.feishu.cn, 自定义机器人使用指南: the time in seconds, at most an hour off; the sign is
base64(HMAC-SHA256(key="<time>\n<secret>", "")); 100 messages a minute, 5 a second, 20 KB each.
"""

import base64
import hmac
import time
from collections.abc import Callable
from urllib.parse import quote

import msgspec

from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.chat import NEVER, Codes, cut, judged
from collector.alerts.message import Message
from collector.alerts.posting import Poster

MOST_BYTES = 8_000
"""Of the title and of the text, so that both and the people fit into 20 KB."""
CODES: Codes = {11232: 60.0, 19001: NEVER, 19021: 60.0, 19022: NEVER, 19024: NEVER}


def open_url(url: str, settings: ChannelSettings) -> "FeishuRobot":
    """The robot whose address ends with `settings.token`."""
    token = settings.token.reveal() if settings.token else ""
    secret = settings.secret.reveal() if settings.secret else None
    return FeishuRobot(f"{url.rstrip('/')}/{quote(token, safe='')}", secret, tuple(settings.to))


class FeishuRobot:
    """One robot in one group; `now`: the office's clock, seconds since 1970."""

    def __init__(
        self, url: str, secret: str | None, to: tuple[str, ...] = (), now: Callable[[], float] = time.time
    ) -> None:
        self._url = url
        self._secret = secret
        self._to = to
        self._now = now
        self._poster = Poster(speaks=True)

    def send(self, message: Message) -> Answer:
        """Post once, signed with the time of now."""
        lines = [[{"tag": "text", "text": cut(message.what_to_do, MOST_BYTES)}]]
        if message.link:
            lines.append([{"tag": "a", "text": message.link, "href": message.link}])
        if self._to and message.severity == "page":
            lines.append([{"tag": "at", "user_id": member} for member in self._to])
        post = {"zh_cn": {"title": cut(message.text, MOST_BYTES), "content": lines}}
        body = {**self._signature(), "msg_type": "post", "content": {"post": post}}
        reply = self._poster.post(self._url, msgspec.json.encode(body))
        return reply if isinstance(reply, Answer) else judged(reply, "feishu_robot", CODES, ("code", "StatusCode"))

    def _signature(self) -> dict[str, str]:
        if self._secret is None:
            return {}
        at = str(int(self._now()))
        sign = hmac.digest(f"{at}\n{self._secret}".encode(), b"", "sha256")
        return {"timestamp": at, "sign": base64.b64encode(sign).decode()}
