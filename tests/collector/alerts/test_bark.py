import msgspec
import pytest

from collector.alerts.channel import open_channel
from collector.settings import Channel
from kadian.settings import Secret


def bark(phone):
    return open_channel(Channel("s", f"bark+{phone.url}", Secret("dev1ce")))


def test_a_page_breaks_through_silence_and_keeps_ringing(phone, page):
    phone.answers = [(200, b'{"code":200,"message":"success","timestamp":1764054000}')]
    assert bark(phone).send(page).kind == "accepted"
    ((_, body, _),) = phone.calls
    assert phone.paths == ["/hook/push"]
    assert body == {
        "device_key": "dev1ce",
        "id": page.id,
        "title": "正门 38.4°C 两次确认",
        "body": "请复核后记录",
        "level": "critical",
        "call": "1",
        "volume": "10",
    }


def test_a_notice_does_not(phone, page):
    bark(phone).send(msgspec.structs.replace(page, severity="notice"))
    ((_, body, _),) = phone.calls
    assert body["level"] == "active"
    assert not {"call", "volume"} & body.keys()


@pytest.mark.parametrize(
    ("answer", "said", "kind", "retry"),
    [
        ((400, b'{"code":400,"message":"device key is empty"}'), "设备密钥", "refused", False),
        ((400, b'{"code":400,"message":"failed to get device token"}'), "设备密钥", "refused", False),
        ((200, b'{"code":400,"message":"failed to get device token"}'), "设备密钥", "refused", False),
        ((400, b'{"code":400,"message":"request bind failed"}'), "400: request bind failed", "refused", False),
        ((404, b'{"code":404,"message":"Cannot POST /hook/push"}'), "地址", "refused", False),
        ((500, b'{"code":500,"message":"push failed: BadDeviceToken"}'), "HTTP 500", "unknown", True),
        ((200, b'{"code":500,"message":"push failed"}'), "500: push failed", "refused", True),
    ],
)
def test_each_answer_says_what_to_do(phone, page, answer, said, kind, retry):
    phone.answers = [answer]
    told = bark(phone).send(page)
    assert (told.kind, told.retry) == (kind, retry)
    assert said in told.reason
