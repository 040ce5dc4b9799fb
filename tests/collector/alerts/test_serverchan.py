import json

import pytest

from collector.alerts.channel import open_channel
from collector.settings import Channel
from kadian.settings import Secret


def serverchan(phone, key="SCT1abc", path=""):
    return open_channel(Channel("s", f"serverchan+{phone.url[: -len('/hook')]}{path}", Secret(key)))


@pytest.mark.parametrize(
    ("key", "path", "asked"),
    [
        ("SCT1abc", "", "/SCT1abc.send"),
        ("SCT1abc\n", "/", "/SCT1abc.send"),
        ("sctp12tabc", "/send", "/send/sctp12tabc.send"),
        ("a/../b", "", "/a%2F..%2Fb.send"),
    ],
)
def test_the_key_goes_into_the_path_of_either_form(phone, page, key, path, asked):
    phone.answers = [(200, b'{"code":0,"message":"","data":{"pushid":"1","readkey":"x","error":"SUCCESS","errno":0}}')]
    assert serverchan(phone, key, path).send(page).kind == "accepted"
    ((_, body, _),) = phone.calls
    assert phone.paths == [asked]
    assert body == {"title": "正门 38.4°C 两次确认", "desp": "请复核后记录", "noip": "1"}


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("code", "words", "said", "retry", "after"),
    [
        (40001, "[AUTH]bad pushkey", "SendKey", False, 0),
        (40001, "[AUTH]超过当天的发送次数限制[5]", "用完", True, 3600),
        (471, "超过当天的发送次数限制[5]", "用完", True, 3600),
    ],
)
def test_one_code_means_two_things_and_the_words_tell(phone, page, status, code, words, said, retry, after):
    phone.answers = [(status, json.dumps({"code": code, "message": words}).encode())]
    told = serverchan(phone).send(page)
    assert (told.kind, told.retry, told.after_seconds) == ("refused", retry, after)
    assert said in told.reason
    assert f"{code}: {words}" in told.reason


def test_an_address_of_the_other_form_is_told(phone, page):
    phone.answers = [(404, b"")]
    told = serverchan(phone).send(page)
    assert (told.kind, told.retry) == ("refused", False)
    assert "push.ft07.com/send" in told.reason
