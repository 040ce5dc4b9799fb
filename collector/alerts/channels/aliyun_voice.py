"""A call that reads the message, by Alibaba Cloud: `aliyun_voice+https://dyvmsapi.aliyuncs.com/?template=TTS_…&…`.

`template` is the code of an approved text-to-speech template, `parameter` the name of its one variable, which gets the
first `length` characters of the message (20 unless told), `show` the number that rings where one was bought.
`settings.token` is the AccessKeyId, `settings.secret` the AccessKeySecret, `settings.to` the phones, called in their
order. Source: help.aliyun.com/zh/vms/developer-reference, SingleCallByTts of 2017-05-25. The same phone may be called
once a minute, 5 times an hour and 20 times a day (help.aliyun.com/document_detail/114036.htm).
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
from collector.alerts.together import together

LIMITS = (Limit(1, 60), Limit(5, 3600), Limit(20, DAY))
"""To one number (help.aliyun.com/document_detail/114036.htm)."""
CODES = COMMON | meanings(
    (Meaning("money"), "isv.AMOUNT_NOT_ENOUGH isv.OUT_OF_SERVICE"),
    (Meaning("template"), "isv.TTS_TEMPLATE_ILLEGAL isv.TEMPLATE_MISSING_PARAMETERS isv.TEMPLATE_PARAMS_ILLEGAL"),
    (Meaning("number"), "isv.MOBILE_NUMBER_ILLEGAL isv.BLACK_KEY_CONTROL_LIMIT"),
    (Meaning("show"), "isv.DISPLAY_NUMBER_ILLEGAL"),
)


def open_url(url: str, settings: ChannelSettings, clock: Callable[[], float] = time.time) -> "AliyunVoice":
    """The service at a URL.

    Raises:
        KadianError: K0430, a key, the phones or a part of the query are missing; K0432, `length` is no number.
    """
    names = wanted.queried(settings, url, ["template", "parameter"])
    show = wanted.given(url, "show", "")
    service = Aliyun("aliyun_voice", url, settings, CODES, clock)
    return AliyunVoice(service, wanted.people(settings), (*names, show), wanted.length(settings, url))


class AliyunVoice:
    """One template, the same phones for every message.

    Args:
        service: signs and sends.
        to: phone numbers.
        names: the template's code, the name of its variable, the number that rings or nothing.
        length: characters of the variable.
    """

    def __init__(self, service: Aliyun, to: Sequence[str], names: Sequence[str], length: int) -> None:
        self._service = service
        self._template, self._parameter, self._show = names
        self._to = to
        self._length = length

    def send(self, message: Message) -> Answer:
        """Ask once a phone for a call. That the service takes it does not say that somebody picks up."""
        variable = json.dumps({self._parameter: message.text[: self._length]}, ensure_ascii=False)
        same = {"TtsCode": self._template, "TtsParam": variable}
        if self._show:
            same["CalledShowNumber"] = self._show
        answers = [self._service.call("SingleCallByTts", {**same, "CalledNumber": phone}) for phone in self._to]
        return together("aliyun_voice", answers)
