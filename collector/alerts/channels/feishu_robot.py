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

from collector.alerts import wanted
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.limits import Limit
from collector.alerts.message import Message
from collector.alerts.service import MINUTE, Meaning, Service, by_code
from collector.alerts.wording import cut

MOST_BYTES = 8_000
"""Of the title and of the text, so that both and the people fit into 20 KB."""
LIMITS = (Limit(5, 1), Limit(100, 60))
"""A robot a second and a minute (open.feishu.cn, 频控策略)."""
MEANINGS = by_code(
    Meaning("11232", retry=True, after_seconds=MINUTE),
    Meaning("19001"),
    Meaning("19021", retry=True, after_seconds=MINUTE),
    Meaning("19022"),
    Meaning("19024"),
)


def open_url(url: str, settings: ChannelSettings) -> "FeishuRobot":
    """The robot whose address ends with `settings.token`.

    Raises:
        KadianError: K0430, the token is missing, or the secret is blank; K0530, the token cannot be one.
    """
    return FeishuRobot(url, settings)


class FeishuRobot:
    """One robot in one group; `now`: the office's clock, seconds since 1970."""

    def __init__(self, url: str, settings: ChannelSettings, now: Callable[[], float] = time.time) -> None:
        self._service = Service("feishu_robot", settings, ("code", "StatusCode"), 0, MEANINGS)
        self._url = f"{url.rstrip('/')}/{quote(self._service.key, safe='')}"
        self._secret = wanted.signing(settings)
        self._to = tuple(settings.to)
        self._now = now

    def send(self, message: Message) -> Answer:
        """Post once, signed with the time of now."""
        lines = [[{"tag": "text", "text": cut(message.what_to_do, MOST_BYTES)}]]
        if message.link:
            lines.append([{"tag": "a", "text": message.link, "href": message.link}])
        if self._to and message.severity == "page":
            lines.append([{"tag": "at", "user_id": member} for member in self._to])
        post = {"zh_cn": {"title": cut(message.text, MOST_BYTES), "content": lines}}
        body = {**self._signature(), "msg_type": "post", "content": {"post": post}}
        return self._service.post(self._url, body)

    def test(self, message: Message) -> Answer:
        """A line in the group that calls nobody by name, as all that is no page."""
        return self.send(message)

    def _signature(self) -> dict[str, str]:
        if self._secret is None:
            return {}
        at = str(int(self._now()))
        sign = hmac.digest(f"{at}\n{self._secret}".encode(), b"", "sha256")
        return {"timestamp": at, "sign": base64.b64encode(sign).decode()}
