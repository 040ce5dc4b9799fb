"""The page in a real Chromium, before the real office and a real gate."""

import os

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.system.site import Feeder

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]
ENTRANCES = """
[[entrances]]
id = "e01"
name = "正门"
state = "open"
[[entrances]]
id = "e02"
name = "北门"
state = "open"
[[entrances]]
id = "e14"
name = "三巷口"
state = "sealed"
"""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
]


@pytest.fixture
def browser(need):
    program = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.mark.parametrize(("width", "height"), [(360, 800), (1440, 900)])
def test_the_page_lives_shows_a_fever_and_takes_it(site, browser, width, height, tmp_path):
    place = site(office_more=ENTRANCES)
    place.gate("e01")
    feeder = Feeder(place.folder / "e01" / "port", pause=0.05)
    place.start()
    page = browser.new_page(viewport={"width": width, "height": height}, locale="zh-CN")
    page.clock.install()  # goes as ours does, until it is set forward
    outside, errors = [], []
    page.on("request", lambda request: outside.append(request.url) if not request.url.startswith(place.url) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(place.url)
    expect(page.get_by_test_id("stream-state")).to_have_attribute("data-state", "live")
    expect(page.locator('[data-testid="gate-card"][data-gate="e01"]')).to_have_attribute("data-state", "online")
    expect(page.locator('[data-testid="gate-card"][data-gate="e02"]')).to_have_attribute("data-state", "unknown")

    place.watched("e01", feeder)
    feeder.person(36.54)
    row = page.get_by_test_id("screening-row").first
    expect(row).to_contain_text("36.5", timeout=3000)
    expect(page.get_by_test_id("count-total")).to_contain_text("1", timeout=8000)

    feeder.person(38.4)
    expect(row).to_have_attribute("data-verdict", "recheck", timeout=3000)
    assert page.get_by_test_id("alert").count() == 0
    feeder.person(38.3)
    alert = page.get_by_test_id("alert").first
    expect(alert).to_contain_text("正门", timeout=5000)
    page.screenshot(path=os.environ.get("KADIAN_SCREENSHOTS", str(tmp_path)) + f"/alert-{width}.png", full_page=True)
    alert.get_by_test_id("acknowledge").click()
    expect(page.locator('[data-testid="alert"][data-state="acknowledged"]')).to_have_count(1, timeout=5000)
    assert outside == []
    assert errors == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    place.office.stop()
    expect(page.get_by_test_id("stream-state")).not_to_have_attribute("data-state", "live", timeout=10000)
    expect(page.get_by_test_id("page")).to_have_attribute("data-stale", "false")
    page.clock.fast_forward(15_000)
    expect(page.get_by_test_id("page")).to_have_attribute("data-stale", "true", timeout=30000)
    feeder.close()
