"""A robot in a WeCom group (企业微信群机器人): `wecom_robot+https://qyapi.weixin.qq.com/cgi-bin/webhook/send`.

`token`: the `key` of the robot's address; `to`: phone numbers of members, who are called by name (@) when it is a page.

Source: developer.work.weixin.qq.com, document 91770 (群机器人配置说明) and 90313 (全局错误码).
"""

from urllib.parse import urlencode

from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.limits import Limit
from collector.alerts.message import Message
from collector.alerts.service import MINUTE, Meaning, Service, by_code
from collector.alerts.wording import plain

MOST_BYTES = 2048
"""Of a text."""
LIMITS = (Limit(20, 60),)
"""A robot a minute (document 91770)."""
MEANINGS = by_code(
    Meaning("-1", retry=True),
    Meaning("45009", retry=True, after_seconds=MINUTE),
    Meaning("45033", retry=True, after_seconds=MINUTE),
    Meaning("93000"),
)


def open_url(url: str, settings: ChannelSettings) -> "WecomRobot":
    """The robot whose key is `settings.token`.

    Raises:
        KadianError: K0430, the token is missing; K0530, the token cannot be one.
    """
    return WecomRobot(url, settings)


class WecomRobot:
    """One robot in one group."""

    def __init__(self, url: str, settings: ChannelSettings) -> None:
        self._service = Service("wecom_robot", settings, ("errcode",), 0, MEANINGS)
        self._url = f"{url}?{urlencode({'key': self._service.key})}"
        self._to = tuple(settings.to)

    def send(self, message: Message) -> Answer:
        """Post once."""
        text: dict[str, object] = {"content": plain(message, MOST_BYTES)}
        if self._to and message.severity == "page":
            text["mentioned_mobile_list"] = self._to
        return self._service.post(self._url, {"msgtype": "text", "text": text})

    def test(self, message: Message) -> Answer:
        """A line in the group that calls nobody by name, as all that is no page."""
        return self.send(message)
