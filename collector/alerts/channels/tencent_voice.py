"""A call that reads the message, by Tencent Cloud: `tencent_voice+https://vms.tencentcloudapi.com/?app=…&template=…`.

`app` is the VoiceSdkAppid, `template` the number of an approved template with one variable, which gets the first
`length` characters of the message (20 unless told). `settings.token` is the SecretId, `settings.secret` the SecretKey,
`settings.to` the phones, as `+8613800138000`, called in their order.
Source: cloud.tencent.com/document/api/1128/51558 (SendTtsVoice of 2020-09-02) and the codes listed with its SDK.
"""

import time
from collections.abc import Callable, Sequence

from collector.alerts import wanted
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.coded import meanings
from collector.alerts.message import Message
from collector.alerts.service import Meaning
from collector.alerts.tencent import COMMON, Tencent
from collector.alerts.together import together

CODES = COMMON | meanings(
    (Meaning("money"), "FailedOperation.InsufficientBalanceInVoicePackage"),
    (Meaning("money"), "UnauthorizedOperation.ServiceSuspendDueToArrears"),
    (Meaning("money"), "FailedOperation.PhonenumberUnappliedOrExpired"),
    (Meaning("template"), "FailedOperation.TemplateIncorrectOrUnapproved"),
    (Meaning("variable"), "InvalidParameterValue.ContentLengthLimit FailedOperation.ContainSensitiveWord"),
    (Meaning("number"), "InvalidParameterValue.CalledNumberVerifyFail"),
    (Meaning("app"), "InvalidParameterValue.SdkAppidNotExist UnauthorizedOperation.SdkAppidIsDisabled"),
    (Meaning("app"), "UnauthorizedOperation.VoiceSdkAppidVerifyFail"),
    (Meaning("busy", retry=True), "InternalError.AccessUpstreamTimeout InternalError.UpstreamError"),
)


def open_url(url: str, settings: ChannelSettings, clock: Callable[[], float] = time.time) -> "TencentVoice":
    """The service at a URL.

    Raises:
        KadianError: K0430, a key, the phones or a part of the query are missing; K0432, `length` is no number.
    """
    names = wanted.queried(settings, url, ["app", "template"])
    service = Tencent("tencent_voice", "vms 2020-09-02", url, settings, codes=CODES, clock=clock)
    return TencentVoice(service, wanted.people(settings), names, wanted.length(settings, url))


class TencentVoice:
    """One application and template, the same phones for every message.

    Args:
        service: signs and sends.
        to: phone numbers.
        names: the application and the template.
        length: characters of the template's variable.
    """

    def __init__(self, service: Tencent, to: Sequence[str], names: Sequence[str], length: int) -> None:
        self._service = service
        self._app, self._template = names
        self._to = to
        self._length = length

    def send(self, message: Message) -> Answer:
        """Ask once a phone for a call. That the service takes it does not say that somebody picks up."""
        same = {
            "VoiceSdkAppid": self._app,
            "TemplateId": self._template,
            "TemplateParamSet": [message.text[: self._length]],
            "SessionContext": message.id,
        }
        found = [self._service.call("SendTtsVoice", {**same, "CalledNumber": phone}) for phone in self._to]
        return together("tencent_voice", [self._judged(one) for one in found])

    def _judged(self, found: object) -> Answer:
        if isinstance(found, Answer):
            return found
        status = found.get("SendStatus") if isinstance(found, dict) else None
        taken = isinstance(status, dict) and status.get("CallId")
        return Answer("accepted", "CallId") if taken else self._service.half()
