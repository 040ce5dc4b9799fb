import msgspec
import pytest


def test_a_page_calls_the_people_by_their_numbers(opened, page, phone):
    phone.answers = [(200, b'{"errcode":0,"errmsg":"ok"}')]
    assert opened("wecom_robot", ("13800000000", "@all")).send(page).kind == "accepted"
    assert phone.paths == ["/hook?key=k%2Fy"]
    assert phone.calls[0][1] == {
        "msgtype": "text",
        "text": {"content": "正门 38.4°C 两次确认\n请复核后记录", "mentioned_mobile_list": ["13800000000", "@all"]},
    }


@pytest.mark.parametrize(
    ("code", "words", "kind", "retry", "after", "said"),
    [
        (0, "ok", "accepted", False, 0, "errcode 0"),
        (-1, "system busy", "refused", True, 0, "正忙"),
        (45009, "api freq out of limit", "refused", True, 60, "太频繁"),
        (45033, "api concurrent out of limit", "refused", True, 60, "同时"),
        (93000, "invalid webhook url, hint: [17], from ip: 192.0.2.7", "refused", False, 0, "key 不对"),
    ],
)
def test_the_code_in_the_body_decides(opened, page, phone, code, words, kind, retry, after, said):
    phone.answers = [(200, msgspec.json.encode({"errcode": code, "errmsg": words}))]
    told = opened("wecom_robot").send(page)
    assert (told.kind, told.retry, told.after_seconds) == (kind, retry, after)
    assert said in told.reason
    assert code == 0 or told.reason.endswith(f"({code}: {words})")


def test_a_long_text_ends_at_a_character_within_2048_bytes(opened, page, phone):
    phone.answers = [(200, b'{"errcode":0}')]
    long = msgspec.structs.replace(page, what_to_do="请复核后记录" * 200)
    assert opened("wecom_robot").send(long).kind == "accepted"
    content = phone.calls[0][1]["text"]["content"]
    assert 2045 <= len(content.encode()) <= 2048
    assert content.startswith("正门 38.4°C 两次确认\n请复核")
    assert content.endswith("…")
    assert "\N{REPLACEMENT CHARACTER}" not in content
