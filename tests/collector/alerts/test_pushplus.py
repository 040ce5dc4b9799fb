import json

import pytest

from collector.alerts.channel import open_channel
from collector.settings import Channel
from kadian.settings import Secret


def pushplus(phone):
    return open_channel(Channel("s", f"pushplus+{phone.url}", Secret("be86")))


def test_it_is_sent_as_plain_text(phone, page):
    phone.answers = [(200, json.dumps({"code": 200, "msg": "请求成功", "data": "f1"}).encode())]
    assert pushplus(phone).send(page).kind == "accepted"
    ((_, body, _),) = phone.calls
    assert phone.paths == ["/hook/send"]
    content = "请复核后记录\n2026-11-24T07:02:00.000+08:00 正门"
    assert body == {"token": "be86", "title": "正门 38.4°C 两次确认", "content": content, "template": "txt"}


@pytest.mark.parametrize(
    ("code", "msg", "said", "retry", "after"),
    [
        (302, "未登录", "token", False, 0),
        (401, "请求未授权", "授权", False, 0),
        (403, "请求IP未授权", "授权", False, 0),
        (500, "系统异常", "繁忙", True, 60),
        (600, "数据异常", "600: 数据异常", True, 0),
        (888, "积分不足", "充值", False, 0),
        (900, "用户账号使用受限", "受限", True, 3600),
        (903, "无效的用户令牌", "token", False, 0),
        (905, "账户未进行实名认证", "实名", False, 0),
        (999, "服务端验证错误", "999: 服务端验证错误", True, 0),
        (999, "请勿频繁推送相同内容", "可能已经送到", True, 3600),
    ],
)
def test_each_code_in_a_body_of_http_200_says_what_to_do(phone, page, code, msg, said, retry, after):
    phone.answers = [(200, json.dumps({"code": code, "msg": msg, "data": None}).encode())]
    told = pushplus(phone).send(page)
    assert (told.kind, told.retry, told.after_seconds) == ("refused", retry, after)
    assert said in told.reason
    assert f"{code}: {msg}" in told.reason
