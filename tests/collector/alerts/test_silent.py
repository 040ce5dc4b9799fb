"""What each channel does at its silent test."""

import json

import msgspec
import pytest

from collector.alerts.channel import Silent, known_channels, open_channel, silent_test
from collector.alerts.modem import dialogue, port
from collector.settings import Channel
from kadian.settings import Secret
from kadian.text import say
from tests.hardware.gsm import Modem

TESTED = {
    "bark",
    "dingtalk_robot",
    "feishu_robot",
    "gotify",
    "gsm_modem",
    "ntfy",
    "pushplus",
    "smtp",
    "webhook",
    "wecom_app",
    "wecom_robot",
}
OPENED = {
    "gsm_modem": "gsm_modem+serial:///dev/none",
    "smtp": "smtp+smtp://host?from=a@b",
    "aliyun_sms": "aliyun_sms+https://h/?sign=s&template=t&parameter=p",
    "aliyun_voice": "aliyun_voice+https://h/?template=t&parameter=p",
    "tencent_sms": "tencent_sms+https://h/?app=1&sign=s&template=t",
    "tencent_voice": "tencent_voice+https://h/?app=1&template=t",
    "wecom_app": "wecom_app+https://h?agentid=1",
}


@pytest.fixture
def quiet_message(page):
    return msgspec.structs.replace(page, severity="notice", kind="test")


@pytest.mark.parametrize("word", sorted(set(known_channels()) - {"apprise"}))
def test_what_would_ring_a_phone_or_use_up_a_day_is_not_tried(word, quiet_message):
    url = OPENED.get(word, f"{word}+https://host/x")
    to = {"smtp": ("a@b",)}.get(word, ("13800138000",))
    secret = None if word == "gsm_modem" else Secret("s")
    channel = open_channel(Channel("c", url, Secret("k:k"), secret, to))
    assert isinstance(channel, Silent) == (word in TESTED)
    if word not in TESTED:
        told = silent_test(channel, quiet_message)
        assert (told.kind, told.retry, told.reason) == ("untested", False, say("channel.untested"))


@pytest.mark.parametrize(
    ("word", "good", "quiet", "loud"),
    [
        ("bark", {"code": 200}, {"level": "passive"}, ["call", "volume"]),
        ("ntfy", {"id": "x"}, {"priority": 1}, []),
        ("gotify", {"id": 7}, {"priority": 0}, []),
        ("wecom_robot", {"errcode": 0}, {}, ["mentioned_mobile_list"]),
        ("dingtalk_robot", {"errcode": 0}, {}, ["at"]),
        ("feishu_robot", {"code": 0}, {}, ['"tag": "at"']),
        ("pushplus", {"code": 200}, {}, []),
        ("webhook", {}, {"kind": "test"}, []),
    ],
)
def test_it_is_sent_so_that_nobody_is_called(opened, phone, quiet_message, word, good, quiet, loud):
    phone.answers = [(200, json.dumps(good).encode())]
    assert silent_test(opened(word), quiet_message).kind == "accepted"
    ((_, body, _),) = phone.calls
    assert {name: body[name] for name in quiet} == quiet
    assert [one for one in loud if one in json.dumps(body)] == []


def test_a_refusal_of_a_silent_test_is_judged_like_any_other(opened, phone, quiet_message):
    phone.answers = [(200, b'{"errcode":93000,"errmsg":"invalid webhook url"}')]
    told = silent_test(opened("wecom_robot"), quiet_message)
    assert (told.kind, told.retry) == ("refused", False)
    assert "key" in told.reason


def test_an_application_is_asked_for_and_no_message_sent(opened, phone, quiet_message):
    token = b'{"errcode":0,"access_token":"T","expires_in":7200}'
    app = opened("wecom_app", key="ww:s", rest="?agentid=7")
    phone.answers = [(200, token), (200, b'{"errcode":0,"agentid":7}')]
    assert silent_test(app, quiet_message).kind == "accepted"
    assert [path.removeprefix("/hook/").partition("?")[0] for path in phone.paths] == ["gettoken", "agent/get"]
    assert phone.paths[1].endswith("access_token=T&agentid=7")
    phone.answers = [(200, token), (200, b'{"errcode":60020,"errmsg":"ip"}')]
    told = silent_test(app, quiet_message)
    assert (told.kind, told.retry) == ("refused", False)
    assert "可信IP" in told.reason


def test_a_modem_is_asked_for_its_card_and_its_network_and_sends_nothing(quiet_message, monkeypatch):
    monkeypatch.setattr(port, "READ_SECONDS", 0.01)
    monkeypatch.setattr(dialogue, "QUIET_SECONDS", 0.02)
    modem = Modem()
    channel = open_channel(Channel("duty", f"gsm_modem+serial://{modem.path}", to=("13912345678",)))
    assert silent_test(channel, quiet_message).kind == "accepted"
    assert {"AT+CPIN?", "AT+CREG?"} <= set(modem.heard)
    modem.says = {"AT+CREG?": b"\r\n+CREG: 0,2\r\n\r\nOK\r\n", "AT+CEREG?": b"\r\n+CEREG: 0,0\r\n\r\nOK\r\n"}
    told = silent_test(channel, quiet_message)
    assert (told.kind, told.retry) == ("refused", True)
    assert "没有移动网络" in told.reason
    modem.unplug()
    assert silent_test(channel, quiet_message).kind == "unknown"
    assert modem.sent == []
