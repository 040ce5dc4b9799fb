"""Alibaba Cloud's services that reach phones: signs a call, sends it, judges the answer by its `Code`."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import uuid4

import msgspec

from collector.alerts.channel import Answer
from collector.alerts.cloud import Cloud
from collector.alerts.coded import meanings
from collector.alerts.service import Meaning
from collector.alerts.signing import acs3

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


class Aliyun(Cloud):
    """One service under one key: the token is the AccessKeyId, the secret the AccessKeySecret."""

    def call(self, action: str, parameters: Mapping[str, str]) -> Answer:
        """Ask once. Only `Code` OK counts."""
        date = datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        call = acs3.Call(self._host, self._path, action, VERSION, date, uuid4().hex)
        asked = acs3.query(parameters)
        headers = acs3.headers(call, asked, self._key_id, self._key)
        reply = self._post(f"{self._base}?{asked}", b"", headers)
        if isinstance(reply, Answer):
            return reply
        code, words = self._told(reply.fields())
        if reply.status < HTTPStatus.MULTIPLE_CHOICES and code == "OK":
            return Answer("accepted", "OK")
        if code and code != "OK":
            answer = self._refused(code, words, self._codes | self._limit(words))
            return msgspec.structs.replace(answer, after_seconds=max(answer.after_seconds, reply.after_seconds))
        if reply.status < HTTPStatus.MULTIPLE_CHOICES:
            return self.half()
        return self._by_status(reply)

    @staticmethod
    def _limit(words: str) -> dict[str, Meaning]:
        seconds = next((seconds for word, seconds in WINDOWS.items() if word in words), 60.0)
        return {LIMIT: Meaning("limit", retry=True, after_seconds=seconds)}
