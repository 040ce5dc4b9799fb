import msgspec
import pytest

from collector.alerts.channel import open_channel
from collector.settings import Channel
from kadian.settings import Secret


def ntfy(phone, key="tk_1", path="/hook"):
    return open_channel(Channel("s", f"ntfy+{phone.url[: -len('/hook')]}{path}", Secret(key) if key else None))


def test_it_is_published_as_json_to_the_root(phone, page):
    phone.answers = [(200, b'{"id":"sPs71M8A2T","event":"message","topic":"hook"}')]
    assert ntfy(phone).send(page).kind == "accepted"
    ((_, body, headers),) = phone.calls
    assert phone.paths == ["/"]
    assert headers["Authorization"] == "Bearer tk_1"
    assert body == {
        "topic": "hook",
        "title": "正门 38.4°C 两次确认",
        "message": "请复核后记录",
        "priority": 5,
        "sequence_id": page.id,
    }


def test_a_notice_is_quieter_and_an_open_topic_needs_no_token(phone, page):
    ntfy(phone, None, "/under/doors/").send(msgspec.structs.replace(page, severity="notice"))
    ((_, body, headers),) = phone.calls
    assert (phone.paths, body["topic"], body["priority"]) == (["/under/"], "doors", 3)
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("status", "body", "said", "retry", "after"),
    [
        (401, b'{"code":40101,"http":401,"error":"unauthorized"}', "令牌", False, 0),
        (403, b'{"code":40301,"http":403,"error":"forbidden"}', "无权", False, 0),
        (400, b'{"code":40009,"http":400,"error":"invalid request: topic invalid"}', "主题", False, 0),
        (400, b'{"code":40010,"http":400,"error":"topic name is disallowed"}', "主题", False, 0),
        (400, b'{"code":40024,"http":400,"error":"must be valid JSON"}', "40024: must be valid JSON", False, 0),
        (404, b'{"code":40401,"http":404,"error":"page not found"}', "地址", False, 0),
        (413, b'{"code":41303,"http":413,"error":"JSON body too large"}', "41303: JSON body too large", False, 0),
        (429, b'{"code":42901,"http":429,"error":"too many requests"}', "太快", True, 60),
        (429, b'{"code":42908,"http":429,"error":"too many messages"}', "用完", True, 3600),
    ],
)
def test_each_refusal_says_what_to_do(phone, page, status, body, said, retry, after):
    phone.answers = [(status, body)]
    told = ntfy(phone).send(page)
    assert (told.kind, told.retry, told.after_seconds) == ("refused", retry, after)
    assert said in told.reason
