"""A text message through Tencent Cloud: `tencent_sms+https://sms.tencentcloudapi.com/?app=…&sign=…&template=…`.

`app` is the SmsSdkAppId, `sign` the signature's words, `template` the number of an approved template with one variable,
which gets the first `length` characters of the message (20 unless told); with `link=1` it has a second one, for the
last part of the message's link (`…/a/{2}`). `settings.token` is the SecretId,
`settings.secret` the SecretKey, `settings.to` the phones, as `+8613800138000`.
Sources: cloud.tencent.com/document/product/382/55981 (SendSms of 2021-01-11) and the codes listed with its SDK.
"""

import time
from collections.abc import Callable, Sequence

from collector.alerts import wanted
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.coded import meanings
from collector.alerts.limits import DAY, Limit
from collector.alerts.message import Message
from collector.alerts.service import Meaning
from collector.alerts.tencent import COMMON, Tencent
from collector.alerts.together import together

LIMITS = (Limit(10, DAY),)
"""To one number, unless the console says otherwise (cloud.tencent.com/document/product/382/13303)."""
CODES = COMMON | meanings(
    (Meaning("money"), "FailedOperation.InsufficientBalanceInSmsPackage"),
    # So it is spelt by the service.
    (Meaning("money"), "UnauthorizedOperation.SerivceSuspendDueToArrears"),
    (Meaning("template"), "FailedOperation.TemplateIncorrectOrUnapproved FailedOperation.MissingTemplateList"),
    (Meaning("sign"), "FailedOperation.SignatureIncorrectOrUnapproved FailedOperation.MissingSignatureList"),
    (Meaning("variable"), "InvalidParameterValue.TemplateParameterLengthLimit FailedOperation.ContainSensitiveWord"),
    (Meaning("variable"), "InvalidParameterValue.TemplateParameterFormatError InvalidParameter.DirtyWordFound"),
    (Meaning("variable"), "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"),
    (Meaning("variable"), "InvalidParameterValue.ContentLengthLimit"),
    (Meaning("number"), "InvalidParameterValue.IncorrectPhoneNumber FailedOperation.PhoneNumberInBlacklist"),
    (Meaning("number"), "FailedOperation.PhoneNumberOnBlacklist LimitExceeded.PhoneNumberCountLimit"),
    (Meaning("number"), "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber"),
    (Meaning("app"), "InvalidParameterValue.SdkAppIdNotExist UnauthorizedOperation.SdkAppIdIsDisabled"),
    (Meaning("app"), "UnauthorizedOperation.SmsSdkAppIdVerifyFail InvalidParameter.AppidAndBizId"),
    (Meaning("limit", retry=True, after_seconds=30), "LimitExceeded.PhoneNumberThirtySecondLimit"),
    (Meaning("limit", retry=True, after_seconds=3600), "LimitExceeded.PhoneNumberOneHourLimit"),
    (Meaning("limit", retry=True, after_seconds=3600), "LimitExceeded.PhoneNumberDailyLimit"),
    (Meaning("limit", retry=True, after_seconds=3600), "LimitExceeded.PhoneNumberSameContentDailyLimit"),
    (Meaning("limit", retry=True, after_seconds=3600), "LimitExceeded.AppDailyLimit LimitExceeded.DailyLimit"),
)


def open_url(url: str, settings: ChannelSettings, clock: Callable[[], float] = time.time) -> "TencentSms":
    """The service at a URL.

    Raises:
        KadianError: K0430, a key, the phones or a part of the query are missing; K0432, `length` is no number.
    """
    names = wanted.queried(settings, url, ["app", "sign", "template"])
    service = Tencent("tencent_sms", "sms 2021-01-11", url, settings, codes=CODES, clock=clock)
    length, link = wanted.length(settings, url), wanted.given(url, "link", "") == "1"
    return TencentSms(service, wanted.people(settings), names, length, link=link)


class TencentSms:
    """One application, signature and template, the same phones for every message.

    Args:
        service: signs and sends.
        to: phone numbers; the service takes up to 200 at once.
        names: the application, the signature and the template.
        length: characters of the template's variable.
        link: whether the template has a second variable, for the link.
    """

    def __init__(
        self, service: Tencent, to: Sequence[str], names: Sequence[str], length: int, *, link: bool = False
    ) -> None:
        self._service = service
        self._app, self._sign, self._template = names
        self._to = to
        self._length = length
        self._link = link

    def send(self, message: Message) -> Answer:
        """Ask once for a text message to every phone; each has an answer of its own."""
        variables = [message.text[: self._length]]
        if self._link:
            # No variable may be empty; a link that is none opens a page that says so.
            variables.append(message.link.rpartition("/")[2] or "-")
        found = self._service.call(
            "SendSms",
            {
                "PhoneNumberSet": self._to,
                "SmsSdkAppId": self._app,
                "SignName": self._sign,
                "TemplateId": self._template,
                "TemplateParamSet": variables,
                "SessionContext": message.id,
            },
        )
        if isinstance(found, Answer):
            return found
        statuses = found.get("SendStatusSet")
        if not isinstance(statuses, list) or len(statuses) != len(self._to):
            return self._service.half()
        return together("tencent_sms", [self._judged(status) for status in statuses])

    def _judged(self, status: object) -> Answer:
        if isinstance(status, dict) and status.get("Code") == "Ok":
            return Answer("accepted", "Ok")
        return self._service.refused(status)
