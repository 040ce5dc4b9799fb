import base64
import hashlib
import hmac
import time

import msgspec
import pytest

from collector.alerts.channels.feishu_robot import FeishuRobot
from collector.settings import Channel
from kadian.settings import Secret

GOOD = (200, b'{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}')


def test_a_page_calls_the_people_by_their_open_ids(opened, page, phone):
    phone.answers = [GOOD]
    assert opened("feishu_robot", ("ou_1", "all")).send(page).kind == "accepted"
    assert phone.paths == ["/hook/k%2Fy"]
    body = phone.calls[0][1]
    assert body["msg_type"] == "post"
    assert body["content"]["post"] == {
        "zh_cn": {
            "title": "正门 38.4°C 两次确认",
            "content": [
                [{"tag": "text", "text": "请复核后记录"}],
                [{"tag": "at", "user_id": "ou_1"}, {"tag": "at", "user_id": "all"}],
            ],
        }
    }


def test_the_time_in_seconds_and_the_secret_are_the_key_of_the_sign(opened, page, phone):
    phone.answers = [GOOD]
    opened("feishu_robot").send(page)
    body = phone.calls[0][1]
    assert abs(int(body["timestamp"]) - time.time()) < 5
    wanted = hmac.new((body["timestamp"] + "\nSEC1").encode("utf-8"), digestmod=hashlib.sha256).digest()
    assert base64.b64decode(body["sign"], validate=True) == wanted


def test_the_sign_goes_with_the_clock_that_is_given(page, phone):
    phone.answers = [GOOD]
    FeishuRobot(phone.url, Channel("duty", "", Secret("k"), Secret("SEC1")), now=lambda: 1_599_360_473.9).send(page)
    assert phone.calls[0][1]["timestamp"] == "1599360473"


def test_a_robot_without_a_secret_is_asked_without_a_sign(page, phone):
    phone.answers = [GOOD]
    assert FeishuRobot(phone.url, Channel("duty", "", Secret("k"))).send(page).kind == "accepted"
    assert set(phone.calls[0][1]) == {"msg_type", "content"}


@pytest.mark.parametrize("status", [200, 400, 429])
@pytest.mark.parametrize(
    ("code", "words", "retry", "after", "said"),
    [
        (11232, "frequency limited psm", True, 60, "太频繁"),
        (19001, "param invalid: incoming webhook access token invalid", False, 0, "地址不对"),
        (19021, "sign match fail or timestamp is not within one hour", True, 60, "检查办公室的时钟"),
        (19022, "Ip Not Allowed", False, 0, "白名单"),
        (19024, "Key Words Not Found", False, 0, "关键词"),
    ],
)
def test_the_code_in_the_body_decides_under_any_status(opened, page, phone, status, code, words, retry, after, said):
    phone.answers = [(status, msgspec.json.encode({"code": code, "data": {}, "msg": words}))]
    told = opened("feishu_robot").send(page)
    assert (told.kind, told.retry, told.after_seconds) == ("refused", retry, after)
    assert said in told.reason
    assert told.reason.endswith(f"({code}: {words})")


@pytest.mark.parametrize(("status", "retry"), [(200, True), (400, False), (429, True)])
def test_after_a_code_that_nobody_knows_the_status_says_whether_to_try_again(opened, page, phone, status, retry):
    phone.answers = [(status, msgspec.json.encode({"code": 9499, "data": {}, "msg": "Bad Request"}))]
    told = opened("feishu_robot").send(page)
    assert (told.kind, told.retry, told.reason) == ("refused", retry, "9499: Bad Request")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"StatusCode":0,"StatusMessage":"success"}', "accepted"),
        (b'{"code":0,"msg":"success","data":{}}', "accepted"),
        (b'{"StatusCode":0,"code":19021,"msg":"sign match fail"}', "refused"),
        (b'{"StatusCode":19021,"code":0}', "refused"),
    ],
)
def test_both_names_of_the_code_are_read_and_neither_hides_the_other(opened, page, phone, body, kind):
    phone.answers = [(200, body)]
    assert opened("feishu_robot").send(page).kind == kind


def test_the_longest_message_stays_within_20_kilobytes(opened, page, phone):
    phone.answers = [GOOD]
    opened("feishu_robot").send(msgspec.structs.replace(page, text="门" * 9000, what_to_do="请复核后记录" * 2000))
    assert int(phone.calls[0][2]["Content-Length"]) < 20_000
