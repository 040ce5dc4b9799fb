import json
import re

import pytest

from collector.alerts import posting
from collector.alerts.channel import open_channel
from collector.alerts.channels import tencent_sms
from collector.alerts.signing import tc3
from collector.settings import Channel
from kadian.errors import KadianError
from kadian.settings import Secret
from kadian.text import catalogue
from tests.collector.alerts.test_webhook import MESSAGE

QUERY = "app=1400006666&sign=社区防疫&template=1110"
PHONES = ("+8613800138000", "+8613900139000")
NOON = 1_795_579_200.9


def settings(url, **other):
    keys = {"token": Secret("AKid1"), "secret": Secret("s3cret"), "to": PHONES} | other
    return Channel("sms", f"tencent_sms+{url}", **keys)


def service(phone):
    url = f"{phone.url}?{QUERY}"
    return tencent_sms.open_url(url, settings(url), lambda: NOON)


def statuses(*codes):
    return {"SendStatusSet": [{"Code": code, "Message": "+8613800138000 no"} for code in codes]}


def failing(code, message="x"):
    return {"Error": {"Code": code, "Message": message}}


def test_one_signed_call_asks_for_every_phone(phone):
    phone.answers = [(200, json.dumps({"Response": statuses("Ok", "Ok")}).encode())]
    assert service(phone).send(MESSAGE).kind == "accepted"
    ((_, body, headers),) = phone.calls
    assert body == {
        "PhoneNumberSet": list(PHONES),
        "SmsSdkAppId": "1400006666",
        "SignName": "社区防疫",
        "TemplateId": "1110",
        "TemplateParamSet": ["正门 38.4°C 两次确认"],
        "SessionContext": "d1",
    }
    assert (headers["X-TC-Timestamp"], headers["X-TC-Region"]) == ("1795579200", "ap-guangzhou")
    call = tc3.Call(headers["Host"], "/hook", "sms", "SendSms", "2021-01-11", 1_795_579_200)
    sent = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    assert headers["Authorization"] == tc3.headers(call, sent, "AKid1", "s3cret")["Authorization"]
    assert "s3cret" not in str(headers)


@pytest.mark.parametrize(
    ("status", "response", "kind", "retry", "after", "said"),
    [
        (200, statuses("Ok", "LimitExceeded.PhoneNumberDailyLimit"), "refused", False, 0, "2 个号码中只有 1 个已受理"),
        (200, statuses(*["LimitExceeded.PhoneNumberThirtySecondLimit"] * 2), "refused", True, 30, "限流"),
        (200, statuses(*["LimitExceeded.PhoneNumberDailyLimit"] * 2), "refused", True, 3600, "限流"),
        (200, statuses(*["FailedOperation.InsufficientBalanceInSmsPackage"] * 2), "refused", False, 0, "请充值"),
        (200, statuses(*["FailedOperation.TemplateIncorrectOrUnapproved"] * 2), "refused", False, 0, "模板"),
        (200, statuses(*["FailedOperation.SignatureIncorrectOrUnapproved"] * 2), "refused", False, 0, "签名"),
        (200, statuses(*["InvalidParameterValue.IncorrectPhoneNumber"] * 2), "refused", False, 0, "检查 to：… no"),
        (200, statuses("InvalidParameterValue.IncorrectPhoneNumber", "InternalError"), "refused", True, 0, "忙"),
        (
            200,
            statuses("FailedOperation.New", "FailedOperation.New"),
            "refused",
            True,
            0,
            "（FailedOperation.New）：… no",
        ),
        (200, failing("AuthFailure.SignatureExpire"), "refused", True, 60, "检查办公室的时钟"),
        (200, failing("InternalError.RequestTimeException"), "refused", True, 60, "检查办公室的时钟"),
        (200, failing("AuthFailure.SecretIdNotFound", "AKid1"), "refused", False, 0, "密钥"),
        (200, failing("AuthFailure.SignatureFailure"), "refused", False, 0, "密钥"),
        (200, failing("UnauthorizedOperation.RequestIpNotInWhitelist"), "refused", False, 0, "IP"),
        (200, failing("UnauthorizedOperation.SerivceSuspendDueToArrears"), "refused", False, 0, "欠费"),
        (200, failing("RequestLimitExceeded"), "refused", True, 10, "忙"),
        (200, failing("New", "AKid1 s3cret 新"), "refused", True, 0, "（New）：… … 新"),
        (403, {}, "refused", False, 0, "HTTP 403"),
        (403, failing("AuthFailure.SignatureExpire"), "refused", True, 60, "检查办公室的时钟"),
        (200, statuses("Ok"), "unknown", True, 0, "不完整"),
        (200, {"SendStatusSet": ["Ok", "Ok"]}, "unknown", True, 0, "不完整"),
        (200, {"Error": "no"}, "unknown", True, 0, "不完整"),
        (200, {}, "unknown", True, 0, "不完整"),
        (200, [], "unknown", True, 0, "不完整"),
        (502, statuses("Ok", "Ok"), "unknown", True, 0, "HTTP 502"),
        (0, {}, "unknown", True, 0, ""),
    ],
)
def test_the_services_answers_and_what_they_mean(phone, status, response, kind, retry, after, said):
    phone.answers = [(status, json.dumps({"Response": response}).encode())]
    told = service(phone).send(MESSAGE)
    assert (told.kind, told.retry, told.after_seconds) == (kind, retry, after)
    assert said in told.reason
    assert not re.search("AKid1|s3cret|13800138000", told.reason)


@pytest.mark.parametrize("body", [b'{"Response": {"SendStatusSet": [{"Code": "Ok"', b"<html>", b""])
def test_half_an_answer_is_none(phone, body):
    phone.answers = [(200, body)]
    assert service(phone).send(MESSAGE).kind == "unknown"


def test_silence_is_no_answer(phone, monkeypatch):
    monkeypatch.setattr(posting, "SECONDS", 0.1)
    phone.answers = [(200, b"{}", 0.4)]
    assert service(phone).send(MESSAGE).kind == "unknown"


def test_every_code_has_its_sentence():
    sentences = {f"channel.tencent_sms.{meaning.word}" for meaning in tencent_sms.CODES.values()}
    assert sentences <= catalogue("zh").keys()


@pytest.mark.parametrize(
    ("query", "other", "where"),
    [("app=1&sign=b", {}, "url"), (QUERY, {"token": None}, "token"), (QUERY, {"secret": None}, "secret")],
)
def test_what_is_missing_is_said_when_the_channel_is_opened(query, other, where):
    with pytest.raises(KadianError) as refused:
        open_channel(settings(f"https://sms.tencentcloudapi.com/?{query}", **other))
    assert (refused.value.code, refused.value.where) == ("K0430", f"channels.sms.{where}")
