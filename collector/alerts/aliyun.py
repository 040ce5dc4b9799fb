"""Alibaba Cloud's services that reach phones: signs a call, sends it, judges the answer by its `Code`."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec

from collector.alerts import wanted
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.coded import meanings, refused
from collector.alerts.discreet import discreet
from collector.alerts.posting import Poster, refusal
from collector.alerts.service import Meaning
from collector.alerts.signing import acs3
from kadian.text import say

VERSION = "2017-05-25"
LIMIT = "isv.BUSINESS_LIMIT_CONTROL"
WINDOWS = {"分钟级": 60.0, "小时级": 3600.0, "天级": 3600.0}
"""Seconds to leave a number alone, by the word of the service; a day's limit is asked about every hour."""
COMMON = meanings(
    (Meaning("clock", retry=True, after_seconds=60), "InvalidTimeStamp.Expired InvalidTimeStamp.Format"),
    (Meaning("key"), "InvalidAccessKeyId.NotFound InvalidAccessKeyId.Inactive SignatureDoesNotMatch"),
    (Meaning("permission"), "isp.RAM_PERMISSION_DENY NoPermission Forbidden.RAM"),
    (Meaning("account"), "isv.PRODUCT_UN_SUBSCRIPT isv.PRODUCT_UNSUBSCRIBE isv.ACCOUNT_NOT_EXISTS"),
    (Meaning("account"), "isv.ACCOUNT_ABNORMAL"),
    (Meaning("busy", retry=True), "isp.SYSTEM_ERROR SignatureNonceUsed ServiceUnavailable InternalError"),
    (Meaning("busy", retry=True, after_seconds=10), "Throttling Throttling.User Throttling.Api"),
)


class Aliyun:
    """One service under one key.

    Args:
        channel: the channel's name, for its sentences.
        url: where the service is; its query is the channel's own.
        settings: whose token is the AccessKeyId and whose secret the AccessKeySecret.
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

    def call(self, action: str, parameters: Mapping[str, str]) -> Answer:
        """Ask once. Only `Code` OK counts."""
        date = datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        call = acs3.Call(self._host, self._path, action, VERSION, date, uuid4().hex)
        asked = acs3.query(parameters)
        headers = acs3.headers(call, asked, self._key_id, self._key)
        reply = self._poster.post(f"{self._base}?{asked}", b"", headers)
        if isinstance(reply, Answer):
            return msgspec.structs.replace(reply, reason=discreet(reply.reason, self._hidden))
        fields = reply.fields()
        code, words = (discreet(str(fields.get(name) or ""), self._hidden) for name in ("Code", "Message"))
        if reply.status < HTTPStatus.MULTIPLE_CHOICES and code == "OK":
            return Answer("accepted", "OK")
        if code and code != "OK":
            answer = refused(self._channel, self._codes | self._limit(words), code, words)
            return msgspec.structs.replace(answer, after_seconds=max(answer.after_seconds, reply.after_seconds))
        if reply.status < HTTPStatus.MULTIPLE_CHOICES:
            return Answer("unknown", say(f"channel.{self._channel}.half"), retry=True)
        return msgspec.structs.replace(refusal(reply), reason=f"HTTP {reply.status}")

    @staticmethod
    def _limit(words: str) -> dict[str, Meaning]:
        seconds = next((seconds for word, seconds in WINDOWS.items() if word in words), 60.0)
        return {LIMIT: Meaning("limit", retry=True, after_seconds=seconds)}
