import json
import logging
import time

import msgspec
import pytest

from collector.alerts import posting
from collector.alerts.channel import open_channel
from collector.settings import Channel
from kadian.errors import KadianError
from kadian.settings import Secret

KEY = "SCTk3y/0f_the+phone"
GOOD = {
    "ntfy": {"id": "x1", "event": "message"},
    "gotify": {"id": 7, "appid": 1},
    "bark": {"code": 200, "message": "success"},
    "pushplus": {"code": 200, "msg": "请求成功", "data": "f1"},
    "serverchan": {"code": 0, "message": "", "data": {"errno": 0}},
}
everyone = pytest.mark.parametrize("name", list(GOOD))


def channel(name, phone, key=KEY):
    return open_channel(Channel("secretary", f"{name}+{phone.url}", Secret(key) if key else None))


@everyone
def test_the_services_good_answer_is_accepted(phone, page, name):
    phone.answers = [(200, json.dumps(GOOD[name]).encode())]
    assert channel(name, phone).send(page).kind == "accepted"


@everyone
@pytest.mark.parametrize(
    "answer",
    [
        (200, b"<html>sign in to the network</html>"),
        (200, b""),
        (204, b""),
        (200, b"{}"),
        (200, b"[]"),
        (200, b'{"code": true, "errorCode": null}'),
        (500, b'{"code": 0, "id": 1}'),
        (503, b""),
        (0, b""),
    ],
)
def test_what_is_no_answer_of_the_service_is_not_known(phone, page, name, answer):
    phone.answers = [answer]
    told = channel(name, phone).send(page)
    assert (told.kind, told.retry) == ("unknown", True)


@everyone
def test_half_an_answer_is_not_known(phone, page, name):
    phone.answers = [(200, json.dumps(GOOD[name]).encode())]
    phone.cut = -1
    told = channel(name, phone).send(page)
    assert (told.kind, told.retry) == ("unknown", True)


@everyone
def test_silence_is_not_known(phone, page, name, monkeypatch):
    monkeypatch.setattr(posting, "SECONDS", 0.1)
    phone.answers = [(200, json.dumps(GOOD[name]).encode(), 0.4)]
    before = time.monotonic()
    told = channel(name, phone).send(page)
    assert (told.kind, told.retry) == ("unknown", True)
    assert time.monotonic() - before < 0.4


@everyone
@pytest.mark.parametrize(("asked", "after"), [("7", 60.0), ("90", 90.0), ("soon", 60.0)])
def test_who_sends_too_fast_waits_as_long_as_is_asked(phone, page, name, asked, after):
    phone.answers = [(429, b"slow down")]
    phone.retry_after = asked
    told = channel(name, phone).send(page)
    assert (told.kind, told.retry, told.after_seconds) == ("refused", True, after)
    assert "自动再试" in told.reason


@everyone
def test_a_code_nobody_knows_is_told_with_the_services_words(phone, page, name):
    code = "errorCode" if name == "gotify" else "code"
    phone.answers = [(200, json.dumps({code: 12345, "message": "今天休息"}).encode())]
    told = channel(name, phone).send(page)
    assert (told.kind, told.reason, told.retry) == ("refused", "12345: 今天休息", True)


@everyone
@pytest.mark.parametrize("status", [302, 418])
def test_a_status_nobody_knows_is_no_delivery(phone, page, name, status):
    phone.answers = [(status, json.dumps(GOOD[name]).encode())]
    told = channel(name, phone).send(page)
    assert (told.kind, told.retry) == ("refused", False)
    assert len(phone.calls) == 1


@everyone
@pytest.mark.parametrize(
    "answer",
    [
        (400, 40001, f"bad {KEY}"),
        (400, 1, "x" * 190 + KEY),
        (200, 1, f"no /{KEY.replace('/', '%2F').replace('+', '%2B')}."),
    ],
)
def test_the_key_is_in_no_reason_and_no_log(phone, page, name, answer, caplog):
    status, code, words = answer
    phone.answers = [(status, json.dumps({"code": code, "errorCode": code, "message": words}).encode())]
    with caplog.at_level(logging.DEBUG):
        told = channel(name, phone).send(page)
    assert told.kind == "refused"
    for text in (told.reason, caplog.text):
        assert KEY[:6] not in text


ROBOTS = ("wecom_robot", "dingtalk_robot", "feishu_robot", "wecom_app", "webhook")


@pytest.mark.parametrize("name", [*GOOD, *ROBOTS])
@pytest.mark.parametrize(
    ("key", "code"), [("ke\ny", "K0530"), ("密钥", "K0530"), ("a b", "K0530"), ("\n", "K0430"), (" ", "K0430")]
)
def test_what_cannot_be_a_key_is_refused_at_the_start(phone, name, key, code):
    with pytest.raises(KadianError) as refused:
        open_channel(Channel("secretary", f"{name}+{phone.url}?agentid=1", Secret(key)))
    assert (refused.value.code, refused.value.where) == (code, "channels.secretary.token")
    assert key.strip() == "" or key not in refused.value.lines()


@pytest.mark.parametrize("name", [name for name in (*GOOD, *ROBOTS) if name not in {"ntfy", "webhook"}])
def test_without_a_key_no_office_starts(phone, name):
    with pytest.raises(KadianError) as refused:
        open_channel(Channel("secretary", f"{name}+{phone.url}?agentid=1"))
    assert refused.value.code == "K0430"


@pytest.mark.parametrize("name", ["dingtalk_robot", "feishu_robot", "webhook"])
def test_a_blank_secret_signs_nothing_and_is_refused_at_the_start(phone, name):
    with pytest.raises(KadianError) as refused:
        open_channel(Channel("secretary", f"{name}+{phone.url}", Secret("k"), Secret("\n")))
    assert (refused.value.code, refused.value.where) == ("K0430", "channels.secretary.secret")


@everyone
@pytest.mark.parametrize("length", [0, 1, 2])
def test_long_words_are_cut_at_a_character_and_the_beginning_stays(phone, page, name, length):
    phone.answers = [(200, json.dumps(GOOD[name]).encode())]
    long = msgspec.structs.replace(page, text=page.text + "x" * length + "很长" * 200, what_to_do="做" * 40_000)
    assert channel(name, phone).send(long).kind == "accepted"
    ((_, body, _),) = phone.calls
    assert body["title"].startswith(page.text)
    assert len(body["title"]) <= 200
    rest = next(body[field] for field in ("message", "body", "content", "desp") if field in body)
    assert rest.startswith(long.text)
    assert "�" not in rest
    assert len(rest.encode()) <= 60_000
