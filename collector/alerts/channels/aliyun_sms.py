"""A text message through Alibaba Cloud: `aliyun_sms+https://dysmsapi.aliyuncs.com/?sign=…&template=SMS_…&parameter=…`.

`sign` is the signature, `template` the code of an approved template, `parameter` the name of its one variable; the
variable gets the first `length` characters of the message (20 unless told: what a variable may hold depends on what was
approved). `link`, if given, is the name of a second variable, which gets the last part of the message's link: a
template holds a whole address but for such a part (`…/a/${link}`).
`settings.token` is the AccessKeyId, `settings.secret` the AccessKeySecret, `settings.to` the phones.
Sources: help.aliyun.com/document_detail/101346.html (codes), SendSms of 2017-05-25.
"""

import json
import time
from collections.abc import Callable, Sequence

from collector.alerts import wanted
from collector.alerts.aliyun import COMMON, Aliyun
from collector.alerts.channel import Answer, ChannelSettings
from collector.alerts.coded import meanings
from collector.alerts.limits import DAY, Limit
from collector.alerts.message import Message
from collector.alerts.service import Meaning

LIMITS = (Limit(50, DAY),)
"""Notices of one signature and template to one number; more cannot be allowed (help.aliyun.com/document_detail/108293).
"""
CODES = COMMON | meanings(
    (Meaning("money"), "isv.AMOUNT_NOT_ENOUGH isv.OUT_OF_SERVICE"),
    (Meaning("template"), "isv.SMS_TEMPLATE_ILLEGAL isv.SMS_SIGNATURE_SCENE_ILLEGAL isv.DOMESTIC_NUMBER_NOT_SUPPORTED"),
    (Meaning("sign"), "isv.SMS_SIGNATURE_ILLEGAL isv.SMS_SIGN_ILLEGAL isv.SIGN_STATE_ILLEGAL"),
    (Meaning("variable"), "isv.TEMPLATE_MISSING_PARAMETERS isv.TEMPLATE_PARAMS_ILLEGAL isv.PARAM_LENGTH_LIMIT"),
    (Meaning("variable"), "isv.PARAM_NOT_SUPPORT_URL isv.INVALID_JSON_PARAM isv.SMS_CONTENT_ILLEGAL"),
    (Meaning("number"), "isv.MOBILE_NUMBER_ILLEGAL isv.MOBILE_COUNT_OVER_LIMIT isv.BLACK_KEY_CONTROL_LIMIT"),
    (Meaning("quota", retry=True, after_seconds=3600), "isv.DAY_LIMIT_CONTROL"),
    (Meaning("quota"), "isv.MONTH_LIMIT_CONTROL"),
    (Meaning("place"), "isv.DENY_IP_RANGE"),
)


def open_url(url: str, settings: ChannelSettings, clock: Callable[[], float] = time.time) -> "AliyunSms":
    """The service at a URL.

    Raises:
        KadianError: K0430, a key, the phones or a part of the query are missing; K0432, `length` is no number.
    """
    names = wanted.queried(settings, url, ["sign", "template", "parameter"])
    service = Aliyun("aliyun_sms", url, settings, CODES, clock)
    length, link = wanted.length(settings, url), wanted.given(url, "link", "")
    return AliyunSms(service, wanted.people(settings), names, length, link)


class AliyunSms:
    """One signature and template, the same phones for every message.

    Args:
        service: signs and sends.
        to: phone numbers; the service takes up to 1,000 at once.
        names: the signature, the template's code and the name of its variable.
        length: characters of the variable.
        link: the name of the variable for the link; empty: none.
    """

    def __init__(self, service: Aliyun, to: Sequence[str], names: Sequence[str], length: int, link: str = "") -> None:
        self._service = service
        self._sign, self._template, self._parameter = names
        self._to = ",".join(to)
        self._length = length
        self._link = link

    def send(self, message: Message) -> Answer:
        """Ask once for a text message to every phone; the service answers once for all of them."""
        variable = {self._parameter: message.text[: self._length]}
        if self._link:
            # No variable may be empty; a link that is none opens a page that says so.
            variable[self._link] = message.link.rpartition("/")[2] or "-"
        return self._service.call(
            "SendSms",
            {
                "PhoneNumbers": self._to,
                "SignName": self._sign,
                "TemplateCode": self._template,
                "TemplateParam": json.dumps(variable, ensure_ascii=False),
                "OutId": message.id,
            },
        )
