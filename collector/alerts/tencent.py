"""Tencent Cloud's services that reach phones: signs a call, sends it, finds what was answered."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from collector.alerts import wanted
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.coded import meanings, refused
from collector.alerts.discreet import discreet
from collector.alerts.posting import Poster, refusal
from collector.alerts.service import Meaning
from collector.alerts.signing import tc3
from kadian.text import say

# Common codes of cloud.tencent.com/document/api/382/38780.
COMMON = meanings(
    (Meaning("clock", retry=True, after_seconds=60), "AuthFailure.SignatureExpire InternalError.RequestTimeException"),
    (Meaning("key"), "AuthFailure.SecretIdNotFound AuthFailure.SignatureFailure AuthFailure.InvalidSecretId"),
    (Meaning("key"), "AuthFailure.InvalidAuthorization AuthFailure.TokenFailure AuthFailure.MFAFailure"),
    (Meaning("permission"), "AuthFailure.UnauthorizedOperation UnauthorizedOperation UnauthorizedOperation.CamNoAuth"),
    (Meaning("permission"), "UnauthorizedOperation.RequestPermissionDeny"),
    (Meaning("place"), "IpNotInWhitelist IpInBlacklist UnauthorizedOperation.RequestIpNotInWhitelist"),
    (Meaning("busy", retry=True), "InternalError InternalError.Timeout InternalError.SendAndRecvFail"),
    (Meaning("busy", retry=True), "InternalError.UnknownError InternalError.OtherError"),
    (Meaning("busy", retry=True, after_seconds=10), "RequestLimitExceeded RequestLimitExceeded.IPLimitExceeded"),
    (Meaning("busy", retry=True, after_seconds=10), "RequestLimitExceeded.UinLimitExceeded"),
    (Meaning("limit", retry=True, after_seconds=60), "LimitExceeded.DeliveryFrequencyLimit"),
)


class Tencent:
    """One service under one key.

    Args:
        channel: the channel's name, for its sentences.
        service: the name of the service in its own host and in the signature, with its API's date: `sms 2021-01-11`.
        url: where the service is; `region` of its query is where it is asked, `ap-guangzhou` unless told.
        settings: whose token is the SecretId and whose secret the SecretKey.
        codes: what the service's refusals mean.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        channel: str,
        service: str,
        url: str,
        settings: ChannelSettings,
        *,
        codes: dict[str, Meaning],
        clock: Callable[[], float],
    ) -> None:
        address = urlsplit(url)
        self._channel = channel
        self._service, self._version = service.split()
        self._host = address.netloc.rpartition("@")[2]
        self._path = address.path or "/"
        self._url = f"{address.scheme}://{self._host}{self._path}"
        self._region = parse_qs(address.query).get("region", ["ap-guangzhou"])[-1]
        self._key_id = wanted.key(settings, "token")
        self._key = wanted.key(settings, "secret")
        self._hidden = (self._key_id, self._key, *settings.to)
        self._codes = codes
        self._clock = clock
        self._poster = Poster(speaks=True)

    def call(self, action: str, parameters: Mapping[str, Any]) -> Mapping[str, Any] | Answer:
        """Ask once. What stands in `Response`, or an `Answer` where that is an error or not there."""
        body = msgspec.json.encode(parameters)
        call = tc3.Call(self._host, self._path, self._service, action, self._version, int(self._clock()))
        headers = tc3.headers(call, body, self._key_id, self._key, self._region)
        reply = self._poster.post(self._url, body, headers)
        if isinstance(reply, Answer):
            return msgspec.structs.replace(reply, reason=discreet(reply.reason, self._hidden))
        found = reply.fields().get("Response")
        if isinstance(found, dict) and found.get("Error") is not None:
            return self.refused(found["Error"])
        if reply.status >= HTTPStatus.MULTIPLE_CHOICES:
            return msgspec.structs.replace(refusal(reply), reason=f"HTTP {reply.status}")
        return found if isinstance(found, dict) else self.half()

    def refused(self, error: object) -> Answer:
        """What a `Code` and its `Message` mean."""
        told = error if isinstance(error, dict) else {}
        code, words = (discreet(str(told.get(name) or ""), self._hidden) for name in ("Code", "Message"))
        return refused(self._channel, self._codes, code, words) if code else self.half()

    def half(self) -> Answer:
        """The answer to half an answer."""
        return Answer("unknown", say(f"channel.{self._channel}.half"), retry=True)
