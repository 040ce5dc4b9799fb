"""Household cards, old lists, the rest as the policy has it, and what a code is worth: on the page."""

import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from agent.acts import Answer, Member
from agent.kiosk.pages import page as served
from agent.settings import KioskSettings
from kadian.messages import Code
from tests.agent.kiosk.line import post, status
from tests.agent.kiosk.looks import FACE, MEASURE
from tests.agent.kiosk.test_faces import HIGH, english, everything_at_once

DAY = KioskSettings(port=0, night_from=0, night_to=0)
CODES = Path(__file__).parents[3] / "agent" / "codes"
STATUSES = {"valid", "expired", "not_yet", "invalid", "incomplete", "revoked", "forged", "altered", "unknown_key",
            "unverified"}  # fmt: skip
OLD = {"revoked": 12, "dcc": 30}


def people(count, **statuses):
    return tuple(
        Code("pass", statuses.get(f"p{number}", "valid"), f"h{number}", expires="2026-12-31", household=count,
             member=number)
        for number in range(1, count + 1)
    )  # fmt: skip


def keys(page):
    return page.locator("#household-keys button")


@pytest.mark.parametrize("size", ["phone", "pi", "wide"])
def test_the_people_of_a_household_fit_every_screen_with_keys_for_gloves_and_go_once_one_is_chosen(
    make_gate, open_page, picture, size
):
    gate = make_gate(DAY)
    page = open_page(gate, size)
    expect(page.locator("#household")).to_be_hidden()
    gate.board.rule(rest_seconds=180, old_lists=OLD)
    gate.show("recheck", 38.2, HIGH)
    expect(page.locator("body")).to_have_attribute("data-face", "recheck")
    page.wait_for_timeout(60)
    picture(page, "lists", size)
    assert page.evaluate(MEASURE) == []
    assert page.evaluate(FACE)["pixels"] >= 69
    gate.board.rule(rest_seconds=180, old_lists={})
    for language in ("zh", "en"):
        if language == "en":
            english(page)
        for count in (3, 12):
            gate.board.household(people(count, p2="expired"))
            gate.show("pass", 36.5, ("trust_list_old",), code=people(count)[0])
            expect(keys(page)).to_have_count(count)
            page.wait_for_timeout(60)
            assert page.evaluate(MEASURE) == [], f"{count} at {size} in {language}"
            picture(page, f"household-{count}-{language}", size)
            if language == "zh":
                assert page.evaluate(FACE)["pixels"] >= (69 if count == 3 else 60)
    everything_at_once(gate)
    gate.board.household(people(4))
    expect(page.locator("body")).to_have_attribute("data-face", "stop")
    expect(keys(page)).to_have_count(4)
    page.wait_for_timeout(60)
    picture(page, "household-everything", size)
    assert page.evaluate(MEASURE) == []
    gate.board.household(())
    expect(page.locator("#household")).to_be_hidden()
    gate.board.rule(rest_seconds=180, old_lists=OLD)
    expect(page.locator("#lists")).to_be_visible()
    page.wait_for_timeout(60)
    picture(page, "lists-everything", size)
    assert page.evaluate(MEASURE) == []


def test_a_tap_names_the_person_and_a_refusal_is_told_in_words(make_gate, open_page):
    gate = make_gate(DAY)
    page = open_page(gate, "pi")
    gate.board.household(people(3, p2="expired"))
    expect(page.locator("#household-says")).to_have_text("这张家庭卡有 3 人，请选第几位")
    expect(keys(page)).to_have_text(["1", "2已过期", "3"])
    expect(keys(page).nth(1)).to_have_accessible_name("第 2 位 已过期 有效到 2026-12-31")
    gate.slow = 0.3
    keys(page).nth(2).dblclick()
    page.wait_for_timeout(500)
    assert gate.acts == [Member(3)]
    gate.answer = Answer(ok=False, word="K0465")
    keys(page).nth(0).click()
    expect(page.locator("#household-says")).to_contain_text("请再出示一次家庭卡")


@pytest.mark.parametrize("number", [0, -1, 13, 1.5, "1", None])
def test_a_number_that_no_card_has_never_reaches_the_gate(gate, number):
    assert status(post(gate.port, "/act/member", {"form": str(uuid4()), "number": number})) == 400
    assert gate.acts == []


def test_old_lists_are_told_quietly_with_their_age_and_on_a_verdict_in_words(make_gate, open_page):
    gate = make_gate(DAY)
    page = open_page(gate, "pi")
    expect(page.locator("#lists")).to_be_hidden()
    gate.board.rule(rest_seconds=180, old_lists=OLD)
    expect(page.locator("#lists")).to_have_text("作废名单是 12 天前的 · 欧盟证书的签发者名单是 30 天前的")
    gate.show("pass", 36.5, ("trust_list_old",), code=Code("pass", "valid", old_list=True))
    expect(page.locator("#reason")).to_have_text("名单太旧，码有效")
    english(page)
    expect(page.locator("#lists")).to_contain_text("Revocation list 12 days old")
    expect(page.locator("#reason")).to_have_text("Lists are old, code: valid")
    gate.board.rule(rest_seconds=180, old_lists={})
    expect(page.locator("#lists")).to_be_hidden()


RESTS = [
    (180, "坐 3 分钟，再测一次", "recheck", "too_hot"),
    (300, "坐 5 分钟，再测一次", "recheck_rest", "too_hot_rest"),
    (90, "坐 2 分钟，再测一次", "recheck_rest", "too_hot_rest"),
    (45, "坐 45 秒，再测一次", "recheck_rest", "too_hot_rest"),
    (0, "请马上再测一次", "again", "too_hot_rest"),
]


def test_the_rest_is_written_and_said_as_long_as_the_policy_has_it(make_gate, open_page):
    gate = make_gate(DAY)
    page = open_page(gate, "pi")
    for seconds, text, high, hot in RESTS:
        gate.board.rule(rest_seconds=seconds, old_lists={})
        gate.show("recheck", 38.2, HIGH)
        expect(page.locator("#next")).to_have_text(text)
        gate.show("none", 39.2, ("too_hot",))
        expect(page.locator("body")).to_have_attribute("data-word", "too_hot")
        said = page.evaluate("kiosk.sound.said.map((one) => one.word)")
        assert said[-2:] == [high, hot], seconds
    expect(page.locator("#next")).to_have_text("请到阴凉处再测")


def test_every_status_that_a_code_can_get_has_its_words_in_both_languages():
    source = "\n".join(path.read_text("utf-8") for path in CODES.glob("*.py"))
    judged = set(re.findall(r'Judged\(\s*FORMAT,\s*"(\w+)"', source)) | set(re.findall(r'status = "(\w+)"', source))
    judged |= set(re.findall(r'^\s*(?:return |status, reason = )\(?"(\w+)"', source, re.MULTILINE))
    judged |= set(re.findall(r'^\s*\("\w+", "(\w+)", "\w+"\),$', source, re.MULTILINE))
    assert {"valid", "forged", "not_yet", "invalid", "revoked", "expired"} <= judged
    assert judged == STATUSES
    for language in ("zh", "en"):
        texts = json.loads(served(f"/text/{language}.json").body)
        assert {key.removeprefix("code.status.") for key in texts if key.startswith("code.status.")} == STATUSES
        assert {f"kiosk.colour.{colour}" for colour in ("green", "amber", "red", "unknown")} <= set(texts)


def test_each_status_and_colour_is_said_in_words_on_the_page(make_gate, open_page):
    gate = make_gate(DAY)
    page = open_page(gate, "phone")
    reason = page.locator("#reason")
    colours = {
        "green": ("绿", "green"),
        "amber": ("黄", "amber"),
        "red": ("红", "red"),
        "unknown": ("颜色不明的", "unclear"),
    }
    for at, language in enumerate(("zh", "en")):
        if language == "en":
            english(page)
        told = json.loads(served(f"/text/{language}.json").body)
        for colour, words in colours.items():
            gate.show("pass", 36.5, code=Code("health", "unverified", colour=colour))
            expect(reason).to_have_text(f"{words[at]}码未核验" if at == 0 else f"{words[at]} code: not verified")
        for worth in sorted(STATUSES):
            gate.show("pass", 36.5, code=Code("pass", worth))
            expect(reason).to_have_text(
                f"码{told[f'code.status.{worth}']}" if at == 0 else re.compile(r"^code: [a-z ]+$")
            )
            assert page.evaluate(MEASURE) == [], worth
