"""A robot in a WeCom group (企业微信群机器人): `wecom_robot+https://qyapi.weixin.qq.com/cgi-bin/webhook/send`.

`token`: the `key` of the robot's address; `to`: phone numbers of members, who are called by name (@) when it is a page.

Source: developer.work.weixin.qq.com, document 91770 (群机器人配置说明) and 90313 (全局错误码).
"""

from urllib.parse import urlencode

import msgspec

from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.chat import NEVER, Codes, judged, plain
from collector.alerts.message import Message
from collector.alerts.posting import Poster

MOST_BYTES = 2048
"""Of a text."""
CODES: Codes = {-1: 0.0, 45009: 60.0, 45033: 60.0, 93000: NEVER}


def open_url(url: str, settings: ChannelSettings) -> "WecomRobot":
    """The robot whose key is `settings.token`."""
    key = settings.token.reveal() if settings.token else ""
    return WecomRobot(f"{url}?{urlencode({'key': key})}", tuple(settings.to))


class WecomRobot:
    """One robot in one group."""

    def __init__(self, url: str, to: tuple[str, ...] = ()) -> None:
        self._url = url
        self._to = to
        self._poster = Poster(speaks=True)

    def send(self, message: Message) -> Answer:
        """Post once."""
        text: dict[str, object] = {"content": plain(message, MOST_BYTES)}
        if self._to and message.severity == "page":
            text["mentioned_mobile_list"] = self._to
        reply = self._poster.post(self._url, msgspec.json.encode({"msgtype": "text", "text": text}))
        return reply if isinstance(reply, Answer) else judged(reply, "wecom_robot", CODES)
