"""The link in a message: where it is put in, and where each channel shows it."""

import json
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from collector.access.links import LinkKey
from collector.alerts.channel import Answer
from collector.alerts.courier import Courier
from collector.alerts.linked import GOOD_FOR_MS, Linked
from collector.ledger import deliveries
from collector.ledger.deliveries import Delivery, delivery_id
from tests.collector.alerts.conftest import until
from tests.collector.alerts.message import MESSAGE

LINK = "https://kadian.example/a/" + "t" * 32
NOW_MS = 1_800_000_500_000
LONG = msgspec.structs.replace(MESSAGE, link=LINK, what_to_do="复核" * 20_000)
SMS = "app=1&sign=x&template=1&parameter=text"


def delivery(kind="alarm", now_ms=1_800_000_000_000):
    name = delivery_id("i1", "duty", kind)
    body = msgspec.json.encode(MESSAGE).decode()
    return Delivery(name, "i1", "duty", "waiting", body, 0, now_ms, now_ms, kind=kind)


def test_a_message_goes_out_with_a_link_that_names_it_and_holds_for_a_shift(tmp_path):
    key, one = LinkKey(tmp_path), delivery()
    link = Linked("https://kadian.example/", key, lambda: NOW_MS)(one, MESSAGE).link
    address, _, token = link.rpartition("/")
    assert address == "https://kadian.example/a"
    opened = key.opened(token)
    assert opened.delivery == one.id[:23]
    assert 0 <= opened.until_ms - NOW_MS - GOOD_FOR_MS < 3_600_000


def test_without_an_address_and_for_a_test_of_a_channel_there_is_no_link(tmp_path):
    assert Linked(None, None, lambda: NOW_MS)(delivery(), MESSAGE) == MESSAGE
    assert Linked("https://kadian.example", LinkKey(tmp_path), lambda: NOW_MS)(delivery("test"), MESSAGE) == MESSAGE


def test_the_link_is_put_in_on_the_way_and_not_kept_in_the_ledger(office, tmp_path):
    sent = []

    class Channel:
        def send(self, message):
            sent.append(message)
            return Answer("accepted", "ok")

    with office.ledger.begin() as connection:
        deliveries.put(connection, delivery("digest", office.now_ms()), [])
    finish = Linked("https://kadian.example", LinkKey(tmp_path), office.now_ms)
    courier = Courier(office.ledger, {"duty": Channel()}, office.now_ms, finish=finish)
    courier.start()
    assert until(lambda: sent)
    courier.stop()
    assert sent[0].link.startswith("https://kadian.example/a/")
    with office.ledger.read() as connection:
        assert "/a/" not in deliveries.find(connection, delivery("digest").id[:23]).body


@pytest.mark.parametrize(
    ("word", "most"),
    [
        ("wecom_robot", 2048),
        ("dingtalk_robot", 18_000),
        ("bark", 2500),
        ("ntfy", 4096),
        ("gotify", 4096),
        ("pushplus", 60_000),
        ("serverchan", 32_000),
    ],
)
def test_the_whole_link_ends_the_text_however_long_that_is(opened, phone, word, most):
    opened(word, key="key").send(LONG)
    ((_, body, _),) = phone.calls
    (text,) = [
        text
        for text in (body.get(name) for name in ("message", "body", "content", "desp", "text"))
        if text and LINK in str(text)
    ]
    text = text["content"] if isinstance(text, dict) else text
    assert text.endswith(f"\n{LINK}")
    assert len(text.encode()) <= most


def test_feishu_shows_it_as_a_link(opened, phone):
    opened("feishu_robot", to=()).send(LONG)
    ((_, body, _),) = phone.calls
    assert body["content"]["post"]["zh_cn"]["content"][-1] == [{"tag": "a", "text": LINK, "href": LINK}]


def test_a_text_message_gets_the_last_part_where_its_template_has_a_variable_for_it(opened, phone):
    opened("aliyun_sms", rest=f"?{SMS}&link=token").send(LONG)
    asked = parse_qs(urlsplit(phone.paths[0]).query)["TemplateParam"][0]
    assert json.loads(asked) == {"text": MESSAGE.text[:20], "token": "t" * 32}
    opened("tencent_sms", rest=f"?{SMS}&link=1").send(LONG)
    assert phone.calls[1][1]["TemplateParamSet"] == [MESSAGE.text[:20], "t" * 32]


def test_no_variable_of_a_text_message_is_ever_empty(opened, phone):
    opened("tencent_sms", rest=f"?{SMS}&link=1").send(MESSAGE)
    assert all(phone.calls[0][1]["TemplateParamSet"])


def test_a_voice_does_not_read_it(opened, phone):
    opened("aliyun_voice", rest=f"?{SMS}&show=1").send(LONG)
    opened("tencent_voice", rest=f"?{SMS}").send(LONG)
    assert len(phone.paths) == 2
    assert "t" * 32 not in str(phone.paths) + str(phone.calls)


def test_a_webhook_gets_it_as_a_field(opened, phone):
    opened("webhook").send(LONG)
    assert phone.calls[0][1]["link"] == LINK
