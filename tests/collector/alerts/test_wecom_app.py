import json

import msgspec
import pytest

from collector.alerts.channels.wecom_app import WecomApp
from collector.settings import Channel
from kadian.errors import KadianError
from kadian.settings import Secret

SENT = (200, b'{"errcode":0,"errmsg":"ok","invaliduser":"","msgid":"m1"}')


def pass_(value="T1", seconds=7200):
    said = {"errcode": 0, "errmsg": "ok", "access_token": value, "expires_in": seconds}
    return 200, json.dumps(said).encode()


def no(code, words="no"):
    return 200, json.dumps({"errcode": code, "errmsg": words}).encode()


@pytest.fixture
def app(opened):
    return opened("wecom_app", ("li", "wang"), "ww1:s/1", "?agentid=1000002")


def ways(phone):
    return [path.removeprefix("/hook/") for path in phone.paths]


def test_the_application_gets_its_pass_once_and_sends_with_it(app, page, phone):
    phone.answers = [pass_(), SENT]
    assert [app.send(page).kind for _ in range(3)] == ["accepted"] * 3
    assert ways(phone) == ["gettoken?corpid=ww1&corpsecret=s%2F1", *["message/send?access_token=T1"] * 3]
    assert phone.calls[1][1] == {
        "touser": "li|wang",
        "msgtype": "text",
        "agentid": 1000002,
        "text": {"content": "正门 38.4°C 两次确认\n请复核后记录"},
    }


def test_a_pass_is_renewed_a_minute_before_it_ends(page, phone):
    clock = [0.0]
    app = WecomApp(phone.url, 1, Channel("duty", "", Secret("ww1:s")), now=lambda: clock[0])
    phone.answers = [pass_("T1"), SENT, SENT, pass_("T2"), SENT]
    for clock[0] in (0.0, 7139.0, 7140.0):
        assert app.send(page).kind == "accepted"
    assert [way.rpartition("=")[2] for way in ways(phone)] == ["s", "T1", "T1", "s", "T2"]
    assert phone.calls[1][1]["touser"] == "@all"


@pytest.mark.parametrize("code", [40014, 42001])
def test_a_pass_that_is_no_more_taken_is_renewed_once(app, page, phone, code):
    phone.answers = [pass_("T1"), no(code), pass_("T2"), SENT]
    assert app.send(page).kind == "accepted"
    assert [way.rpartition("=")[2] for way in ways(phone)] == ["s%2F1", "T1", "s%2F1", "T2"]
    phone.answers = [no(code), pass_("T3"), no(code)]
    told = app.send(page)
    assert (told.kind, told.retry) == ("refused", True)
    assert len(phone.calls) == 7


@pytest.mark.parametrize("asking", [True, False])
@pytest.mark.parametrize(
    ("answer", "kind", "retry", "after", "said"),
    [
        (no(-1), "refused", True, 0, "正忙"),
        (no(40001), "refused", False, 0, "secret 不对"),
        (no(40013), "refused", False, 0, "企业 ID 不对"),
        (no(40056), "refused", False, 0, "agentid"),
        (no(41002), "refused", False, 0, "没有企业 ID"),
        (no(41004), "refused", False, 0, "secret"),
        (no(45009), "refused", True, 60, "60 秒"),
        (no(45033), "refused", True, 60, "60 秒"),
        (no(60020, "not allow to access from your ip, from ip: 192.0.2.7"), "refused", False, 0, "可信IP"),
        (no(81013), "refused", False, 0, "可见范围"),
        (no(82001), "refused", False, 0, "to"),
        (no(301002), "refused", False, 0, "同一个应用"),
        (no(987654, "new"), "refused", True, 0, "987654: new"),
        ((200, b'{"errcode":0,"acc'), "unknown", True, 0, "看不懂"),
        ((200, b"<html>"), "unknown", True, 0, "看不懂"),
        ((429, b""), "refused", True, 0, "HTTP 429"),
        ((503, b'{"errcode":0}'), "unknown", True, 0, "HTTP 503"),
        ((0, b""), "unknown", True, 0, ""),
    ],
)
def test_the_code_in_the_body_decides_at_both_steps(app, page, phone, asking, answer, kind, retry, after, said):
    phone.answers = [answer] if asking else [pass_(), answer]
    told = app.send(page)
    assert (told.kind, told.retry, told.after_seconds) == (kind, retry, after)
    assert said in told.reason
    assert len(phone.calls) == (1 if asking else 2)


@pytest.mark.parametrize("body", [b'{"errcode":0}', b'{"errcode":0,"access_token":"","expires_in":7200}'])
def test_an_answer_without_a_pass_is_none(app, page, phone, body):
    phone.answers = [(200, body)]
    told = app.send(page)
    assert (told.kind, told.retry, len(phone.calls)) == ("unknown", True, 1)


def test_people_who_do_not_get_it_are_counted_not_named(app, page, phone):
    phone.answers = [pass_(), (200, b'{"errcode":0,"invaliduser":"li"}')]
    told = app.send(page)
    assert told.kind == "accepted"
    assert "1 人收不到" in told.reason
    assert "li" not in told.reason


def test_what_nobody_gets_is_not_accepted(app, page, phone):
    phone.answers = [pass_(), (200, b'{"errcode":0,"invaliduser":"wang|li"}')]
    told = app.send(page)
    assert (told.kind, told.retry) == ("refused", False)
    assert "可见范围" in told.reason


def test_a_long_text_ends_at_a_character_within_2048_bytes(app, page, phone):
    phone.answers = [pass_(), SENT]
    app.send(msgspec.structs.replace(page, what_to_do="请复核后记录" * 200))
    assert 2045 <= len(phone.calls[1][1]["text"]["content"].encode()) <= 2048


@pytest.mark.parametrize(
    ("rest", "key", "code"),
    [
        ("", "ww1:s", "K0430"),
        ("?agentid=", "ww1:s", "K0430"),
        ("?agentid=x", "ww1:s", "K0531"),
        ("?agentid=1", "ww1", "K0430"),
        ("?agentid=1", ":s", "K0430"),
    ],
)
def test_what_names_no_application_or_half_a_key_is_refused_at_the_start(opened, rest, key, code):
    with pytest.raises(KadianError) as refused:
        opened("wecom_app", key=key, rest=rest)
    assert refused.value.code == code
