"""An application of one's own in WeCom (企业微信自建应用): `wecom_app+https://qyapi.weixin.qq.com/cgi-bin?agentid=NUMBER`.

`token`: `<corpid>:<secret of the application>`; `to`: user ids of members, everybody who sees the application if empty.
The service asks that the office's outgoing address is fixed and entered as 企业可信IP.

Source: developer.work.weixin.qq.com, documents 91039 (gettoken), 90236 (发送应用消息), 90313 (全局错误码).
"""

import time
from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urlsplit

from collector.alerts import wanted
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.limits import Limit
from collector.alerts.message import Message
from collector.alerts.posting import Reply
from collector.alerts.service import MINUTE, Meaning, Service, by_code
from collector.alerts.wording import plain
from kadian.errors import KadianError
from kadian.text import say

MOST_BYTES = 2048
"""Of a text."""
LIMITS = (Limit(30, 60), Limit(1000, 3600))
"""An application to one member; what is beyond is dropped without a word (document 90312)."""
EXPIRED = {40014, 42001}
MARGIN = 60.0
"""Seconds before its end that an access token is used no more."""
MEND = (40001, 40013, 40056, 41002, 41004, 60020, 81013, 82001, 301002)
MEANINGS = by_code(
    Meaning("-1", retry=True),
    *(Meaning(str(code), retry=True) for code in sorted(EXPIRED)),
    Meaning("45009", retry=True, after_seconds=MINUTE),
    Meaning("45033", retry=True, after_seconds=MINUTE),
    *(Meaning(str(code)) for code in MEND),
)


def open_url(url: str, settings: ChannelSettings) -> "WecomApp":
    """The application of `agentid`.

    Raises:
        KadianError: K0430, the address names no application, or a part of the token is missing; K0530, the token
            cannot be one; K0531, the application is no number.
    """
    parts = urlsplit(url)
    (agent,) = wanted.queried(settings, url, ["agentid"])
    if not (agent.isascii() and agent.isdigit()):
        raise KadianError("K0531", f"channels.{settings.name}.url", said=agent[:20])
    return WecomApp(f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", int(agent), settings)


class WecomApp:
    """One application; `now`: a clock that only has to go evenly, seconds."""

    def __init__(
        self, base: str, agent: int, settings: ChannelSettings, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._service = Service("wecom_app", settings, ("errcode",), 0, MEANINGS)
        corp, _, secret = self._service.key.partition(":")
        if not corp or not secret:
            raise KadianError("K0430", f"channels.{settings.name}.token", missing="corpid:secret")
        self._base = base
        self._agent = agent
        self._key = urlencode({"corpid": corp, "corpsecret": secret})
        self._to = "|".join(settings.to) or "@all"
        self._now = now
        self._token = ""
        self._good_until = 0.0

    def send(self, message: Message) -> Answer:
        """Post once; once more with a new access token when the service does not take the one at hand."""
        text = {"content": plain(message, MOST_BYTES)}
        body = {"touser": self._to, "msgtype": "text", "agentid": self._agent, "text": text}
        reply = self._post(body)
        if isinstance(reply, Reply) and reply.fields().get("errcode") in EXPIRED:
            self._token = ""
            reply = self._post(body)
        if isinstance(reply, Answer):
            return reply
        answer = self._service.judged(reply)
        missed = set(str(reply.fields().get("invaliduser") or "").split("|")) - {""}
        if answer.kind != "accepted" or not missed:
            return answer
        if missed.issuperset(self._to.split("|")):
            return Answer("refused", say("channel.wecom_app.81013"))
        return Answer("accepted", say("channel.wecom_app.missed", count=len(missed)))

    def test(self, _message: Message) -> Answer:
        """Ask for the application (document 90227): corp, secret, agentid and the office's address, and no message."""
        refused = self._renew()
        if refused is not None:
            return refused
        query = urlencode({"access_token": self._token, "agentid": self._agent})
        reply = self._service.ask(f"{self._base}/agent/get?{query}", None)
        return reply if isinstance(reply, Answer) else self._service.judged(reply)

    def _post(self, body: Mapping[str, object]) -> Reply | Answer:
        if not self._token or self._now() >= self._good_until:
            refused = self._renew()
            if refused is not None:
                return refused
        return self._service.ask(f"{self._base}/message/send?{urlencode({'access_token': self._token})}", body)

    def _renew(self) -> Answer | None:
        asked = self._now()
        reply = self._service.ask(f"{self._base}/gettoken?{self._key}", None)
        if isinstance(reply, Answer):
            return reply
        answer = self._service.judged(reply)
        if answer.kind != "accepted":
            return answer
        fields = reply.fields()
        token, seconds = fields.get("access_token"), fields.get("expires_in")
        if not (isinstance(token, str) and token and isinstance(seconds, int)):
            return Answer("unknown", say("channel.unreadable"), retry=True)
        self._token, self._good_until = token, asked + seconds - MARGIN
        return None
