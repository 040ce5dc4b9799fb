import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from collector.alerts.channel import Answer, open_channel
from collector.alerts.channels import aliyun_voice, tencent_voice
from collector.alerts.together import together
from collector.settings import Channel
from kadian.settings import Secret
from kadian.text import catalogue
from tests.collector.alerts.test_webhook import MESSAGE

PHONES = ("+8613800138000", "+8613900139000")
TAKEN = {"Code": "OK", "CallId": "1^0"}
CALLED = {"Response": {"SendStatus": {"CallId": "1", "SessionContext": "d1"}}}


def channel(phone, name, query):
    url = f"{name}+{phone.url}?template=T1&{query}"
    return open_channel(Channel("voice", url, Secret("AKid1"), Secret("s3cret"), PHONES))


def answering(phone, *answers):
    phone.answers = [(200, json.dumps(answer).encode()) for answer in answers]


def test_alibaba_is_asked_once_a_phone(phone):
    answering(phone, TAKEN)
    assert channel(phone, "aliyun_voice", "parameter=text&show=0571").send(MESSAGE).kind == "accepted"
    first, second = (parse_qs(urlsplit(path).query) for path in phone.paths)
    assert (first["CalledNumber"], second["CalledNumber"]) == ([PHONES[0]], [PHONES[1]])
    assert (first["TtsCode"], first["CalledShowNumber"]) == (["T1"], ["0571"])
    assert json.loads(first["TtsParam"][0]) == {"text": "正门 38.4°C 两次确认"}
    assert phone.calls[0][2]["x-acs-action"] == "SingleCallByTts"


def test_tencent_is_asked_once_a_phone(phone):
    answering(phone, CALLED)
    assert channel(phone, "tencent_voice", "app=14").send(MESSAGE).kind == "accepted"
    (_, first, headers), (_, second, _) = phone.calls
    assert (first["CalledNumber"], second["CalledNumber"]) == PHONES
    assert (first["VoiceSdkAppid"], first["TemplateId"]) == ("14", "T1")
    assert first["TemplateParamSet"] == ["正门 38.4°C 两次确认"]
    assert (headers["X-TC-Action"], headers["X-TC-Version"]) == ("SendTtsVoice", "2020-09-02")
    assert "/vms/tc3_request" in headers["Authorization"]


def failing(code):
    return {"Response": {"Error": {"Code": code, "Message": "+8613800138000 AKid1 s3cret"}}}


@pytest.mark.parametrize(
    ("name", "answers", "kind", "retry", "after", "said"),
    [
        (
            "aliyun",
            [{"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发小时级流控"}],
            "refused",
            True,
            3600,
            "限流",
        ),
        ("aliyun", [{"Code": "isv.AMOUNT_NOT_ENOUGH"}], "refused", False, 0, "请充值"),
        ("aliyun", [{"Code": "InvalidTimeStamp.Expired"}], "refused", True, 60, "检查办公室的时钟"),
        ("aliyun", [{"Code": "isv.NEW", "Message": "+8613800138000"}], "refused", True, 0, "（isv.NEW）：…"),
        ("aliyun", [TAKEN, {"Code": "isv.NEW"}], "refused", False, 0, "2 个号码中只有 1 个已受理"),
        ("aliyun", [{}], "unknown", True, 0, "不完整"),
        ("tencent", [failing("LimitExceeded.DeliveryFrequencyLimit")], "refused", True, 60, "限流"),
        ("tencent", [failing("FailedOperation.InsufficientBalanceInVoicePackage")], "refused", False, 0, "请充值"),
        ("tencent", [failing("InvalidParameterValue.CalledNumberVerifyFail")], "refused", False, 0, "检查 to"),
        ("tencent", [failing("AuthFailure.SignatureExpire")], "refused", True, 60, "检查办公室的时钟"),
        ("tencent", [failing("New")], "refused", True, 0, "（New）：… … …"),
        ("tencent", [CALLED, failing("New")], "refused", False, 0, "2 个号码中只有 1 个已受理"),
        ("tencent", [{"Response": {"SendStatus": {"CallId": ""}}}], "unknown", True, 0, "不完整"),
        ("tencent", [{"Response": {}}], "unknown", True, 0, "不完整"),
        ("tencent", [{}], "unknown", True, 0, "不完整"),
    ],
)
def test_the_services_answers_and_what_they_mean(phone, name, answers, kind, retry, after, said):
    answering(phone, *answers)
    told = channel(phone, f"{name}_voice", "app=14&parameter=text").send(MESSAGE)
    assert (told.kind, told.retry, told.after_seconds) == (kind, retry, after)
    assert said in told.reason
    assert not re.search("AKid1|s3cret|13800138000", told.reason)


@pytest.mark.parametrize(("name", "module"), [("aliyun_voice", aliyun_voice), ("tencent_voice", tencent_voice)])
def test_every_code_has_its_sentence(name, module):
    used = {meaning.word for meaning in module.CODES.values()} | {"half", "limit", "other", "partly"}
    assert {f"channel.{name}.{one}" for one in used} <= catalogue("zh").keys()


def test_where_nobody_was_reached_another_try_is_made_if_one_may_go_better():
    never, later = Answer("refused", "no"), Answer("unknown", "silence", retry=True)
    assert together("tencent_sms", [never, later]) == later
    assert together("tencent_sms", [never, never]) == never
