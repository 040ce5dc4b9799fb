import base64
import hashlib
import hmac
import time
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from collector.alerts.channels.dingtalk_robot import DingtalkRobot
from collector.settings import Channel
from kadian.settings import Secret

GOOD = (200, b'{"errcode":0,"errmsg":"ok"}')


def asked(phone):
    return {name: value for name, (value,) in parse_qs(urlsplit(phone.paths[-1]).query).items()}


def test_a_page_calls_the_people_by_their_numbers(opened, page, phone):
    phone.answers = [GOOD]
    assert opened("dingtalk_robot").send(page).kind == "accepted"
    assert phone.calls[0][1] == {
        "msgtype": "text",
        "text": {"content": "正门 38.4°C 两次确认\n请复核后记录"},
        "at": {"atMobiles": ["13800000000"], "isAtAll": False},
    }


def test_the_time_in_milliseconds_is_signed_with_the_secret(opened, page, phone):
    phone.answers = [GOOD]
    opened("dingtalk_robot").send(page)
    said = asked(phone)
    assert said["access_token"] == "k/y"
    assert abs(int(said["timestamp"]) - time.time() * 1000) < 5000
    wanted = hmac.new(b"SEC1", (said["timestamp"] + "\nSEC1").encode("utf-8"), digestmod=hashlib.sha256).digest()
    assert base64.b64decode(said["sign"], validate=True) == wanted


def test_a_sign_with_plus_and_slash_arrives_as_it_was(page, phone):
    phone.answers = [GOOD]
    signed = Channel("duty", "", Secret("k"), Secret("SEC1"))
    signs = []
    for second in range(20):
        DingtalkRobot(phone.url, signed, now=lambda second=second: 1_700_000_000 + second).send(page)
        text = f"{1_700_000_000 + second}000\nSEC1".encode()
        signs.append(base64.b64encode(hmac.new(b"SEC1", text, hashlib.sha256).digest()).decode())
        assert asked(phone)["sign"] == signs[-1]
    assert {"+", "/"} <= set("".join(signs))


def test_a_robot_without_a_secret_is_asked_without_a_sign(page, phone):
    phone.answers = [GOOD]
    assert DingtalkRobot(phone.url, Channel("duty", "", Secret("k"))).send(page).kind == "accepted"
    assert asked(phone) == {"access_token": "k"}


@pytest.mark.parametrize(
    ("code", "words", "kind", "retry", "after", "said"),
    [
        (0, "ok", "accepted", False, 0, "errcode 0"),
        (-1, "系统繁忙", "refused", True, 0, "正忙"),
        (130101, "send too fast, exceed 20 times per minute", "refused", True, 600, "10 分钟"),
        (410100, "发送速度太快而限流", "refused", True, 600, "10 分钟"),
        (310000, "keywords not in content", "refused", True, 60, "关键词"),
        (310000, "sign not match", "refused", True, 60, "签名"),
        (310000, "invalid timestamp", "refused", True, 60, "检查办公室的时钟"),
        (300001, "token is not exist", "refused", False, 0, "access_token 不存在"),
        (300005, "token is not exist", "refused", False, 0, "access_token 不存在"),
        (400013, "群已被解散", "refused", False, 0, "群已解散"),
        (400101, "access_token不存在", "refused", False, 0, "access_token 不存在"),
        (400102, "机器人已停用", "refused", False, 0, "停用"),
        (400106, "机器人不存在", "refused", False, 0, "机器人不存在"),
    ],
)
def test_the_code_in_the_body_decides(opened, page, phone, code, words, kind, retry, after, said):
    phone.answers = [(200, msgspec.json.encode({"errcode": code, "errmsg": words}))]
    told = opened("dingtalk_robot").send(page)
    assert (told.kind, told.retry, told.after_seconds) == (kind, retry, after)
    assert said in told.reason
    assert code == 0 or told.reason.endswith(f"({code}: {words})")


def test_the_longest_message_stays_within_20000_bytes(opened, page, phone):
    phone.answers = [GOOD]
    opened("dingtalk_robot").send(msgspec.structs.replace(page, what_to_do="请复核后记录" * 2000))
    assert int(phone.calls[0][2]["Content-Length"]) < 20_000
