import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from collector.alerts import posting
from collector.alerts.channel import open_channel
from collector.alerts.channels import aliyun_sms
from collector.alerts.signing import acs3
from collector.settings import Channel
from kadian.errors import KadianError
from kadian.settings import Secret
from kadian.text import catalogue
from tests.collector.alerts.test_webhook import MESSAGE

QUERY = "sign=社区防疫&template=SMS_1&parameter=text"
PHONES = ("13800138000", "13900139000")
NOON = 1_795_579_200.0


def settings(url, **other):
    keys = {"token": Secret("AKid1"), "secret": Secret("s3cret"), "to": PHONES} | other
    return Channel("sms", f"aliyun_sms+{url}", **keys)


def service(phone, query=QUERY):
    url = f"{phone.url}?{query}"
    return aliyun_sms.open_url(url, settings(url), lambda: NOON)


def test_one_signed_call_asks_for_every_phone(phone):
    phone.answers = [(200, b'{"Code": "OK", "Message": "OK", "BizId": "1^0"}')]
    assert service(phone).send(MESSAGE).kind == "accepted"
    asked = urlsplit(phone.paths[0]).query
    given = {name: values[0] for name, values in parse_qs(asked).items()}
    assert given == {
        "PhoneNumbers": "13800138000,13900139000",
        "SignName": "社区防疫",
        "TemplateCode": "SMS_1",
        "TemplateParam": json.dumps({"text": "正门 38.4°C 两次确认"}, ensure_ascii=False),
        "OutId": "d1",
    }
    headers = {name.lower(): value for name, value in phone.calls[0][2].items()}
    assert headers["x-acs-date"] == "2026-11-25T04:00:00Z"
    call = acs3.Call(
        headers["host"], "/hook", "SendSms", "2017-05-25", headers["x-acs-date"], headers["x-acs-signature-nonce"]
    )
    assert headers["authorization"] == acs3.headers(call, asked, "AKid1", "s3cret")["authorization"]
    assert "s3cret" not in str(headers) + asked


def test_no_nonce_is_used_twice_and_the_variable_is_cut_where_the_template_ends(phone):
    phone.answers = [(200, b'{"Code": "OK"}')]
    channel = service(phone, f"{QUERY}&length=2")
    channel.send(MESSAGE)
    channel.send(MESSAGE)
    assert len({headers["x-acs-signature-nonce"] for _, _, headers in phone.calls}) == 2
    assert json.loads(parse_qs(urlsplit(phone.paths[0]).query)["TemplateParam"][0]) == {"text": "正门"}


@pytest.mark.parametrize(
    ("status", "body", "kind", "retry", "after", "said"),
    [
        (
            200,
            {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发分钟级流控Permits:1"},
            "refused",
            True,
            60,
            "分钟级",
        ),
        (
            200,
            {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发天级流控Permits:50"},
            "refused",
            True,
            3600,
            "天级",
        ),
        (200, {"Code": "isv.BUSINESS_LIMIT_CONTROL"}, "refused", True, 60, "限流"),
        (200, {"Code": "isv.AMOUNT_NOT_ENOUGH"}, "refused", False, 0, "请充值"),
        (200, {"Code": "isv.SMS_TEMPLATE_ILLEGAL"}, "refused", False, 0, "短信模板"),
        (200, {"Code": "isv.SMS_SIGNATURE_ILLEGAL"}, "refused", False, 0, "短信签名"),
        (200, {"Code": "isv.PARAM_LENGTH_LIMIT"}, "refused", False, 0, "length"),
        (
            200,
            {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "13800138000非法手机号"},
            "refused",
            False,
            0,
            "：…非法",
        ),
        (200, {"Code": "isv.DAY_LIMIT_CONTROL"}, "refused", True, 3600, "总量上限"),
        (200, {"Code": "isv.MONTH_LIMIT_CONTROL"}, "refused", False, 0, "总量上限"),
        (200, {"Code": "isv.PRODUCT_UN_SUBSCRIPT"}, "refused", False, 0, "未开通"),
        (200, {"Code": "isp.SYSTEM_ERROR"}, "refused", True, 0, "忙"),
        (200, {"Code": "isv.NEW", "Message": "AKid1 s3cret 新"}, "refused", True, 0, "（isv.NEW）：… … 新"),
        (400, {"Code": "InvalidTimeStamp.Expired", "Message": "x"}, "refused", True, 60, "检查办公室的时钟"),
        (404, {"Code": "InvalidAccessKeyId.NotFound", "Message": "AKid1"}, "refused", False, 0, "密钥"),
        (400, {"Code": "SignatureDoesNotMatch", "Message": "x"}, "refused", False, 0, "密钥"),
        (403, {"Code": "NoPermission"}, "refused", False, 0, "RAM"),
        (400, {"Code": "Throttling.User"}, "refused", True, 10, "忙"),
        (400, {"Code": "OK"}, "refused", False, 0, "HTTP 400"),
        (404, {"hello": "Message"}, "refused", False, 0, "HTTP 404"),
        (302, {}, "refused", False, 0, "HTTP 302"),
        (200, {}, "unknown", True, 0, "不完整"),
        (200, [], "unknown", True, 0, "不完整"),
        (503, {"Code": "OK"}, "unknown", True, 0, "HTTP 503"),
        (0, {}, "unknown", True, 0, ""),
    ],
)
def test_the_services_answers_and_what_they_mean(phone, status, body, kind, retry, after, said):
    phone.answers = [(status, json.dumps(body).encode())]
    told = service(phone).send(MESSAGE)
    assert (told.kind, told.retry, told.after_seconds) == (kind, retry, after)
    assert said in told.reason
    assert not re.search("AKid1|s3cret|13800138000", told.reason)


@pytest.mark.parametrize("body", [b'{"Code": "O', b"<html>", b""])
def test_half_an_answer_is_none(phone, body):
    phone.answers = [(200, body)]
    assert service(phone).send(MESSAGE).kind == "unknown"


def test_silence_is_no_answer(phone, monkeypatch):
    monkeypatch.setattr(posting, "SECONDS", 0.1)
    phone.answers = [(200, b'{"Code": "OK"}', 0.4)]
    assert service(phone).send(MESSAGE).kind == "unknown"


def test_every_code_has_its_sentence():
    sentences = {f"channel.aliyun_sms.{meaning.word}" for meaning in aliyun_sms.CODES.values()}
    assert sentences <= catalogue("zh").keys()


@pytest.mark.parametrize(
    ("query", "other", "code", "where"),
    [
        ("sign=a&template=b", {}, "K0430", "url"),
        (QUERY, {"token": None}, "K0430", "token"),
        (QUERY, {"secret": None}, "K0430", "secret"),
        (QUERY, {"to": ()}, "K0430", "to"),
        (f"{QUERY}&length=0", {}, "K0432", "url"),
        (f"{QUERY}&length=x", {}, "K0432", "url"),
    ],
)
def test_what_is_missing_is_said_when_the_channel_is_opened(query, other, code, where):
    with pytest.raises(KadianError) as refused:
        open_channel(settings(f"https://dysmsapi.aliyuncs.com/?{query}", **other))
    assert (refused.value.code, refused.value.where) == (code, f"channels.sms.{where}")
