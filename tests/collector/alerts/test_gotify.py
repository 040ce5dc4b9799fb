import msgspec
import pytest

from collector.alerts.channel import open_channel
from collector.settings import Channel
from kadian.settings import Secret


def gotify(phone):
    return open_channel(Channel("s", f"gotify+{phone.url}/", Secret("A.pp")))


@pytest.mark.parametrize(("severity", "priority"), [("page", 10), ("notice", 5)])
def test_it_is_posted_with_the_applications_token(phone, page, severity, priority):
    phone.answers = [(200, b'{"id":25,"appid":5,"message":"x","title":"y","priority":10}')]
    assert gotify(phone).send(msgspec.structs.replace(page, severity=severity)).kind == "accepted"
    ((_, body, headers),) = phone.calls
    assert (phone.paths, headers["X-Gotify-Key"]) == (["/hook/message"], "A.pp")
    assert body == {"title": "正门 38.4°C 两次确认", "message": "请复核后记录", "priority": priority}


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, b'{"error":"Unauthorized","errorCode":401,"errorDescription":"provide a valid token"}', "应用令牌"),
        (403, b'{"error":"Forbidden","errorCode":403,"errorDescription":"not allowed"}', "应用令牌"),
        (404, b'{"error":"Not Found","errorCode":404,"errorDescription":"page not found"}', "地址"),
        (400, b'{"error":"Bad Request","errorCode":400,"errorDescription":"Field required"}', "400: Field required"),
        (404, b"<html>", "地址"),
    ],
)
def test_each_refusal_says_what_to_do(phone, page, status, body, said):
    phone.answers = [(status, body)]
    told = gotify(phone).send(page)
    assert (told.kind, told.retry) == ("refused", False)
    assert said in told.reason
