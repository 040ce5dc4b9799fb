"""The built page in a real browser, before an office that answers as the real one does."""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright


@pytest.fixture(scope="module")
def browser(need: Any) -> Iterator[Browser]:
    program = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, office: Any) -> Iterator[Page]:
    """The page, opened on a narrow phone; an error in it or a request to the outside fails the test.

    Its clock goes as ours does, and can be set forward: what it does each few seconds is not waited for.
    """
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.clock.install()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Content Security" in line.text else None)
    page.on("request", lambda request: None if request.url.startswith(office.url) else wrong.append(request.url))
    page.goto(office.url)
    expect(page.get_by_test_id("stream-state")).to_have_attribute("data-state", "live")
    expect(page.get_by_test_id("count-total")).to_be_visible()
    yield page
    context.close()
    assert not wrong


def recount(page: Page, rows: int) -> None:
    """So many screenings are listed, and the page's five seconds until it asks for the office's own sums are over."""
    expect(page.get_by_test_id("screening-row")).to_have_count(rows)
    page.clock.fast_forward(5000)


def reading(number: int, celsius: float, verdict: str, **more: Any) -> dict[str, Any]:
    at = more.pop("at", "2026-11-24T07:02:11+08:00")
    return {
        "position": number,
        "gate": "e01",
        "id": f"s-{number}",
        "seq": number,
        "at": at,
        "received_at": at,
        "clock": "synced",
        "verdict": verdict,
        "reasons": ["temperature_normal"],
        "temperature": {"celsius": celsius, "kind": "body_estimate"},
    } | more


def test_the_sum_of_open_and_sealed_is_shown_and_red_when_an_entrance_is_in_neither(page: Page, office: Any) -> None:
    expect(page.get_by_test_id("entrance-sum")).to_contain_text("1 开 + 1 封 = 2")
    office.push("gate", office.gates[0] | {"gate": "g9", "name": None, "entrance_state": "unlisted"})
    expect(page.get_by_test_id("entrance-sum")).to_have_attribute("data-wrong", "true")


def test_a_screening_from_the_stream_is_listed_without_a_reload(page: Page, office: Any) -> None:
    office.push("screening", reading(7, 36.54, "pass", reasons=["temperature_normal", "a_new_word"]))
    row = page.get_by_test_id("screening-row")
    expect(row).to_contain_text("36.5 °C")
    expect(row).to_contain_text("体温正常，a_new_word")
    recount(page, 1)
    expect(page.get_by_test_id("count-total")).to_have_text("1", timeout=9000)


def test_the_same_screening_twice_is_listed_once(page: Page, office: Any) -> None:
    for _ in range(2):
        office.push("screening", reading(7, 36.5, "pass"))
    office.push("screening", reading(8, 37.6, "recheck"))
    expect(page.get_by_test_id("screening-row")).to_have_count(2)


def test_an_alert_is_announced_and_acknowledged_with_the_name_typed_once(page: Page, office: Any) -> None:
    refused = {"id": "d1", "channel": "secretary", "state": "refused", "answer": "errcode 45009"}
    alert = FEVER | {"deliveries": [refused]}
    office.alerts.append(alert)
    office.push("alert", alert)
    card = page.get_by_test_id("alert")
    expect(card).to_have_attribute("data-state", "open")
    expect(card).to_contain_text("被拒绝（errcode 45009）")
    expect(page.get_by_test_id("announcement")).to_contain_text("新警报，正门")
    page.get_by_test_id("my-name").fill("李敏")
    page.get_by_test_id("acknowledge").click()
    expect(card).to_have_attribute("data-state", "acknowledged")
    expect(card).to_contain_text("李敏 已接手")
    assert office.acknowledged == [{"id": "alert-1", "what": "acknowledge", "by": "李敏"}]
    page.get_by_test_id("resolve").click()
    expect(card).to_have_count(0)


def test_a_refused_button_says_why(page: Page, office: Any) -> None:
    office.push("alert", {"id": "gone", "gate": "e01", "state": "open", "severity": "page", "late": False, "count": 1}
                | dict.fromkeys(("opened_at", "happened_at", "last_at"), "2026-11-24T07:02:11+08:00")
                | {"text": {"zh": "甲"}, "what_to_do": {}, "deliveries": []})  # fmt: skip
    page.get_by_test_id("acknowledge").click()
    expect(page.get_by_test_id("alert")).to_contain_text("404")


def test_a_gate_that_was_lost_is_never_shown_as_online(page: Page, office: Any) -> None:
    card = page.locator("[data-testid=gate-card][data-gate=e01]")
    expect(card).to_have_attribute("data-state", "online")
    office.push("gate", office.gates[0] | {"state": "lost"})
    expect(card).to_have_attribute("data-state", "lost")
    expect(card).to_contain_text("断线")
    office.push("gate", office.gates[0] | {"contact_age_seconds": 400, "age_seconds": 400})
    expect(card).to_have_attribute("data-state", "unknown")


def test_the_chart_follows_the_gate_that_is_chosen(page: Page) -> None:
    page.locator("[data-gate=e01] button").click()
    expect(page.get_by_test_id("chart")).to_have_attribute("data-gate", "e01")
    expect(page.get_by_test_id("chart").locator("canvas")).to_have_count(1)


def test_the_language_is_remembered(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.get_by_test_id("language").click()
    expect(page.locator("#gates-title")).to_contain_text("Open gates")
    page.reload()
    expect(page.locator("#gates-title")).to_contain_text("Open gates")


def test_nothing_is_wider_than_a_narrow_phone(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_numbers_turn_visibly_stale_when_the_stream_is_lost_and_recover(page: Page, office: Any) -> None:
    office.lose_stream()
    expect(page.get_by_test_id("stream-state")).to_have_attribute("data-state", "reconnecting", timeout=8000)
    expect(page.get_by_test_id("page")).to_have_attribute("data-stale", "false")
    page.clock.fast_forward(15_000)
    expect(page.get_by_test_id("page")).to_have_attribute("data-stale", "true", timeout=20_000)
    expect(page.get_by_text(re.compile("已过时"))).to_be_visible()
    office.streaming = True
    page.clock.fast_forward(15_000)
    expect(page.get_by_test_id("page")).to_have_attribute("data-stale", "false", timeout=20_000)


def test_of_thousands_of_gates_the_page_shows_what_it_was_given_and_says_how_many_more_there_are(
    page: Page, office: Any
) -> None:
    shown = page.get_by_test_id("gate-card")
    before = shown.count()
    office.unshown = 11_600
    office.push("screening", reading(7, 36.5, "pass"))
    recount(page, 1)
    expect(page.get_by_test_id("gates-unshown")).to_contain_text("11600", timeout=9000)
    office.push("gate", office.gates[0] | {"gate": "g-far", "name": "far away", "entrance_state": "open"})
    office.push("screening", reading(8, 36.5, "pass"))
    expect(page.get_by_test_id("screening-row")).to_have_count(2)
    expect(shown).to_have_count(before)


def test_an_office_whose_ledger_cannot_be_read_is_said_above_all_until_it_can(page: Page, office: Any) -> None:
    office.ledger = False
    office.push("screening", reading(8, 36.5, "pass"))
    recount(page, 1)
    expect(page.get_by_role("main").locator("> .banner")).to_contain_text("K5404", timeout=9000)
    office.ledger = True
    office.push("screening", reading(9, 36.5, "pass"))
    recount(page, 2)
    expect(page.get_by_role("main").locator("> .banner")).to_have_count(0, timeout=9000)


def test_a_chart_that_cannot_be_read_does_not_say_that_there_is_nothing(browser: Browser, office: Any) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/series?**", lambda route: route.fulfill(status=500, json={"detail": "K5404"}))
    page.goto(office.url)
    chart = page.get_by_test_id("chart")
    expect(chart.locator(".error")).to_contain_text("K5404")
    expect(chart.locator(".empty")).to_have_count(0)
    context.close()


def test_an_office_that_cannot_store_is_said_above_all_and_no_longer_once_it_can(page: Page, office: Any) -> None:
    expect(page.get_by_test_id("troubles")).to_have_count(0)
    office.troubles = ["磁盘快满了，只剩 0 MB，不能再存。"]
    office.push("screening", reading(8, 36.5, "pass"))
    recount(page, 1)
    expect(page.get_by_test_id("troubles")).to_contain_text("磁盘快满了", timeout=9000)
    office.troubles = []
    office.push("screening", reading(9, 36.5, "pass"))
    recount(page, 2)
    expect(page.get_by_test_id("troubles")).to_have_count(0, timeout=9000)


FEVER = {
    "id": "alert-1",
    "rule": "confirmed_fever",
    "gate": "e01",
    "entrance": "e01",
    "state": "open",
    "severity": "page",
    "late": False,
    "opened_at": "2026-11-24T07:02:11+08:00",
    "happened_at": "2026-11-24T07:02:11+08:00",
    "last_at": "2026-11-24T07:02:11+08:00",
    "count": 1,
    "acknowledged_at": None,
    "acknowledged_by": None,
    "resolved_at": None,
    "text": {"zh": "正门 38.4°C 两次确认", "en": "Main gate 38.4 °C, twice"},
    "what_to_do": {"zh": "请到现场", "en": "Go there"},
    "deliveries": [],
}


def test_a_page_that_nobody_takes_calls_for_help_without_colour_and_is_silent_once_taken(
    page: Page, office: Any
) -> None:
    why = {"word": "always", "zh": "确认发热，任何时候都响铃", "en": "a confirmed fever"}
    old = FEVER | {"siren_at": "2026-01-01T00:00:00+08:00", "stage": "notified", "because": why}
    office.push("alert", old)
    siren = page.get_by_test_id("siren")
    expect(siren).to_have_attribute("role", "alert")
    expect(siren).to_contain_text("没人接手")
    if pictures := os.environ.get("KADIAN_SCREENSHOTS"):
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=f"{pictures}/siren-{width}.png")
    expect(page.get_by_test_id("because").first).to_contain_text("任何时候都响铃")
    expect(page.get_by_test_id("alert").first).to_contain_text("已通知")
    taken = old | {"state": "acknowledged", "stage": "acknowledged", "siren_at": None}
    taken |= {"acknowledged_by": "v-12", "acknowledged_at": "2026-11-24T07:03:00+08:00", "minutes": 10}
    office.push("alert", taken)
    expect(siren).to_have_count(0)
    expect(page.get_by_test_id("alert").first).to_contain_text("v-12 已接手，约 10 分钟到")


def test_a_page_calls_for_help_only_from_its_moment_on(page: Page, office: Any) -> None:
    office.push("alert", FEVER | {"siren_at": "2099-01-01T00:00:00+08:00"})
    expect(page.get_by_test_id("alert").first).to_be_visible()
    expect(page.get_by_test_id("siren")).to_have_count(0)


def test_two_messages_through_one_channel_are_two_lines_and_break_no_page(page: Page, office: Any) -> None:
    sent = {"kind": "alarm", "recipient": "li", "channel": "phone", "state": "accepted", "answer": "HTTP 200"}
    alert = FEVER | {"deliveries": [sent | {"id": "d1"}, sent | {"id": "d2", "kind": "again"}]}
    office.alerts.append(alert)
    page.reload()
    expect(page.get_by_test_id("delivery")).to_have_count(2)
    expect(page.get_by_test_id("gate-card").first).to_be_visible()
