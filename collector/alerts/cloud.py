"""What the clouds' services have in common: two keys, an address that is signed, codes that are words."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import msgspec

from collector.alerts import wanted
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.coded import refused
from collector.alerts.discreet import discreet
from collector.alerts.posting import Poster, Reply, refusal
from collector.alerts.service import Meaning
from kadian.text import say


class Cloud:
    """One service under one key.

    Args:
        channel: the channel's name, for its sentences.
        url: where the service is; its query is the channel's own.
        settings: whose token is the key's id and whose secret the key.
        codes: what the service's refusals mean.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        channel: str,
        url: str,
        settings: ChannelSettings,
        codes: dict[str, Meaning],
        clock: Callable[[], float],
    ) -> None:
        address = urlsplit(url)
        self._channel = channel
        self._host = address.netloc.rpartition("@")[2]
        self._path = address.path or "/"
        self._base = f"{address.scheme}://{self._host}{self._path}"
        self._key_id = wanted.key(settings, "token")
        self._key = wanted.key(settings, "secret")
        self._hidden = (self._key_id, self._key, *settings.to)
        self._codes = codes
        self._clock = clock
        self._poster = Poster(speaks=True)

    def half(self) -> Answer:
        """The answer to half an answer."""
        return Answer("unknown", say(f"channel.{self._channel}.half"), retry=True)

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply | Answer:
        reply = self._poster.post(url, body, headers)
        if isinstance(reply, Answer):
            return msgspec.structs.replace(reply, reason=discreet(reply.reason, self._hidden))
        return reply

    def _told(self, fields: Mapping[str, object]) -> tuple[str, str]:
        """`Code` and `Message`, without keys and people; empty where there is none."""
        code, words = (discreet(str(fields.get(name) or ""), self._hidden) for name in ("Code", "Message"))
        return code, words

    def _refused(self, code: str, words: str, codes: Mapping[str, Meaning] | None = None) -> Answer:
        return refused(self._channel, self._codes if codes is None else codes, code, words)

    @staticmethod
    def _by_status(reply: Reply) -> Answer:
        return msgspec.structs.replace(refusal(reply), reason=f"HTTP {reply.status}")
