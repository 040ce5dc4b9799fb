import importlib
import json

import msgspec
import pytest

from collector.alerts import posting
from collector.alerts.wording import cut
from kadian.text import catalogue

ROBOTS = ("wecom_robot", "dingtalk_robot", "feishu_robot")
GOOD = {
    "wecom_robot": b'{"errcode":0,"errmsg":"ok"}',
    "dingtalk_robot": b'{"errcode":0,"errmsg":"ok"}',
    "feishu_robot": b'{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}',
}


@pytest.fixture(params=ROBOTS)
def robot(request):
    return request.param


@pytest.mark.parametrize(
    ("status", "body", "kind", "retry"),
    [
        (200, b"", "unknown", True),
        (200, b"{}", "unknown", True),
        (200, b"ok", "unknown", True),
        (200, b"<html>please log in</html>", "unknown", True),
        (200, b'{"errcode":0,"code":0,"errmsg', "unknown", True),
        (200, b'{"errcode":"0","code":"0"}', "unknown", True),
        (200, b'{"errcode":false,"code":false}', "unknown", True),
        (200, b'{"errcode":987654,"code":987654,"errmsg":"new","msg":"new"}', "refused", True),
        (302, b'{"errcode":0,"code":0}', "refused", False),
        (400, b'{"errcode":0,"code":0}', "refused", False),
        (404, b'{"message":"no such page"}', "refused", False),
        (429, b"", "refused", True),
        (502, b'{"errcode":0,"code":0}', "unknown", True),
        (0, b"", "unknown", True),
    ],
)
def test_without_the_good_code_under_a_good_status_nothing_is_accepted(
    opened, page, phone, robot, status, body, kind, retry
):
    phone.answers = [(status, body)]
    told = opened(robot).send(page)
    assert (told.kind, told.retry) == (kind, retry)
    assert len(phone.calls) == 1


def test_an_answer_that_breaks_off_is_none(opened, page, phone, robot):
    phone.answers = [(200, GOOD[robot])]
    phone.cut = 5
    told = opened(robot).send(page)
    assert (told.kind, told.retry) == ("unknown", True)


def test_silence_is_no_answer(opened, page, phone, robot, monkeypatch):
    monkeypatch.setattr(posting, "SECONDS", 0.1)
    phone.answers = [(200, GOOD[robot], 0.4)]
    told = opened(robot).send(page)
    assert (told.kind, told.retry) == ("unknown", True)


def test_an_unknown_code_is_told_in_the_services_own_words(opened, page, phone, robot):
    phone.answers = [(200, b'{"errcode":987654,"code":987654,"errmsg":"new","msg":"new"}')]
    assert opened(robot).send(page).reason == "987654: new"


def test_a_wait_that_the_service_asks_for_is_never_shortened(opened, page, phone, robot):
    phone.answers = [(429, b'{"errcode":45009,"code":11232}')]
    phone.retry_after = "900"
    assert opened(robot).send(page).after_seconds == 900


def test_no_person_stands_in_the_groups_text_but_only_in_the_mention(opened, page, phone, robot):
    phone.answers = [(200, GOOD[robot])]
    assert opened(robot).send(page).kind == "accepted"
    assert opened(robot).send(msgspec.structs.replace(page, severity="notice")).kind == "accepted"
    loud, quiet = (body for _, body, _ in phone.calls)
    assert json.dumps(loud).count("13800000000") == 1
    assert "13800000000" not in json.dumps(quiet)
    assert "k/y" not in json.dumps(loud)


@pytest.mark.parametrize("channel", [*ROBOTS, "wecom_app"])
def test_each_known_code_has_a_sentence_in_both_languages(channel):
    codes = importlib.import_module(f"collector.alerts.channels.{channel}").MEANINGS
    for language in ("zh", "en"):
        assert [code for code in codes if f"channel.{channel}.{code}" not in catalogue(language)] == []


@pytest.mark.parametrize("most", range(3, 40))
def test_a_text_is_cut_at_a_character_and_says_so(most):
    text = "正门三十八度a🌡两次确认"
    short = cut(text, most)
    assert len(short.encode()) <= most
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
    assert most < len(text.encode()) or short == text
