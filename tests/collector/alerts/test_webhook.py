import hashlib
import hmac
import time

import msgspec
import pytest

from collector.alerts import posting
from collector.alerts.body import complaint
from collector.alerts.channel import known_channels, open_channel
from collector.alerts.channels.webhook import Webhook
from collector.settings import Channel
from kadian.errors import KadianError
from kadian.settings import Secret
from tests.collector.alerts.message import MESSAGE


def test_the_message_is_posted_as_json_under_its_id(phone):
    assert Webhook(phone.url, "t0ken").send(MESSAGE).kind == "accepted"
    ((_, body, headers),) = phone.calls
    assert (headers["Idempotency-Key"], headers["X-Kadian-Delivery"], body["id"]) == ("d1", "d1", "d1")
    assert headers["Authorization"] == "Bearer t0ken"
    assert (body["text"], body["entrance"], body["late"]) == ("正门 38.4°C 两次确认", "e01", False)


def test_a_secret_signs_the_time_and_the_body(phone):
    assert Webhook(phone.url, None, "geheim", lambda: 1764054000.9).send(MESSAGE).kind == "accepted"
    ((_, _, headers),) = phone.calls
    signed = b"1764054000." + msgspec.json.encode(MESSAGE)
    right = hmac.new(b"geheim", signed, hashlib.sha256).hexdigest()
    assert headers["X-Kadian-Signature"] == f"t=1764054000,v1={right}"


def test_without_a_secret_nothing_is_signed(phone):
    Webhook(phone.url).send(MESSAGE)
    assert "X-Kadian-Signature" not in phone.calls[0][2]


def test_the_offices_settings_sign(phone):
    open_channel(Channel("secretary", f"webhook+{phone.url}", secret=Secret("geheim"))).send(MESSAGE)
    assert phone.calls[0][2]["X-Kadian-Signature"].startswith("t=")


@pytest.mark.parametrize(
    ("answer", "kind", "retry"),
    [
        ((204, b""), "accepted", False),
        ((200, b"thanks"), "accepted", False),
        ((200, b'{"code": 200, "ok": true}'), "accepted", False),
        ((200, b'{"errcode": 93000, "errmsg": "invalid webhook url"}'), "refused", True),
        ((200, b'{"ok": false, "description": "no"}'), "refused", True),
        ((302, b""), "refused", False),
        ((400, b""), "refused", False),
        ((408, b""), "refused", True),
        ((425, b""), "refused", True),
        ((429, b""), "refused", True),
        ((500, b""), "unknown", True),
        ((503, b'{"errcode": 0}'), "unknown", True),
        ((0, b""), "unknown", True),
    ],
)
def test_only_the_services_word_counts(phone, answer, kind, retry):
    phone.answers = [answer]
    told = Webhook(phone.url).send(MESSAGE)
    assert (told.kind, told.retry) == (kind, retry)
    assert len(phone.calls) == 1


def test_silence_is_no_answer(phone, monkeypatch):
    monkeypatch.setattr(posting, "SECONDS", 0.2)
    phone.answers = [(200, b"{}", 1)]
    before = time.monotonic()
    told = Webhook(phone.url).send(MESSAGE)
    assert (told.kind, told.retry) == ("unknown", True)
    assert time.monotonic() - before < 0.9


def test_an_endless_answer_is_read_to_its_bound(phone):
    phone.answers = [(200, b" " * 5_000_000)]
    assert Webhook(phone.url).send(MESSAGE).kind == "accepted"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"errcode": 0, "errmsg": "ok"}', None),
        (b'{"errcode": 310000, "errmsg": "keywords not in content"}', "errcode 310000: keywords not in content"),
        (b'{"code": 0}', None),
        (b'{"code": "OK"}', None),
        (b'{"code": 19021, "msg": "sign match fail"}', "code 19021: sign match fail"),
        (b'{"code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "x"}', "code isv.BUSINESS_LIMIT_CONTROL: x"),
        (b'{"ok": false, "error": "no chat"}', "ok False: no chat"),
        (b"[1]", None),
        (b"\xff\xfe", None),
        (b"[" * 60_000, None),
    ],
)
def test_the_body_is_judged_in_the_services_own_words(body, said):
    assert complaint(body) == said


def test_the_first_word_of_the_url_names_the_channel(phone):
    channel = open_channel(Channel("secretary", f"webhook+{phone.url}", Secret("t")))
    assert channel.send(MESSAGE).kind == "accepted"
    assert "webhook" in known_channels()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("pigeon+http://host/", "K0400"),
        ("http://host/", "K0400"),
        ("../webhook+http://host/", "K0400"),
        ("webhook+http://", "K0401"),
        ("webhook", "K0401"),
        ("webhook+ftp://host/", "K0401"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused_with_what_there_is(url, code):
    with pytest.raises(KadianError) as refused:
        open_channel(Channel("secretary", url))
    assert (refused.value.code, refused.value.where) == (code, "channels.secretary.url")
    if code == "K0400":
        assert "webhook" in refused.value.values["known"].split(", ")
