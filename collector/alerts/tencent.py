"""Tencent Cloud's services that reach phones: signs a call, sends it, finds what was answered."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from collector.alerts import wanted
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.cloud import Cloud
from collector.alerts.coded import meanings
from collector.alerts.service import Meaning
from collector.alerts.signing import tc3

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


class Tencent(Cloud):
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
        super().__init__(channel, url, settings, codes, clock)
        self._service, self._version = service.split()
        self._region = wanted.given(url, "region", "ap-guangzhou")

    def call(self, action: str, parameters: Mapping[str, Any]) -> Mapping[str, Any] | Answer:
        """Ask once. What stands in `Response`, or an `Answer` where that is an error or not there."""
        body = msgspec.json.encode(parameters)
        call = tc3.Call(self._host, self._path, self._service, action, self._version, int(self._clock()))
        headers = tc3.headers(call, body, self._key_id, self._key, self._region)
        reply = self._post(self._base, body, headers)
        if isinstance(reply, Answer):
            return reply
        found = reply.fields().get("Response")
        if isinstance(found, dict) and found.get("Error") is not None:
            return self.refused(found["Error"])
        if reply.status >= HTTPStatus.MULTIPLE_CHOICES:
            return self._by_status(reply)
        return found if isinstance(found, dict) else self.half()

    def refused(self, error: object) -> Answer:
        """What a `Code` and its `Message` mean."""
        code, words = self._told(error if isinstance(error, dict) else {})
        return self._refused(code, words) if code else self.half()
