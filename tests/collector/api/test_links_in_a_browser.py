"""The page behind a message's link in a real Chromium, over a real port: narrow, without a script, pressed by hand."""

import os
import re

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.collector.api.test_links import Links


@pytest.fixture
def links(place, tmp_path):
    return Links(place, tmp_path)


@pytest.fixture
def app(links):
    return links.app


@pytest.fixture
def browser(need):
    program = need("chromium")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


def test_it_is_taken_and_closed_on_a_narrow_phone_without_a_script(links, served, browser, tmp_path):
    alert = links.place.find("fever:1")
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="zh-CN")
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append((request.method, request.url, request.all_headers())))
    pictures = os.environ.get("KADIAN_SCREENSHOTS", str(tmp_path))

    page.goto(served.url + links.send(alert))
    buttons = page.get_by_role("button")
    expect(buttons).to_have_count(3)
    assert all(box["height"] >= 44 and box["x"] + box["width"] <= 360 for box in map(size, buttons.all()))
    english = buttons.first.locator("small")
    assert english.evaluate("one => getComputedStyle(one).color") == "rgb(255, 255, 255)", "unreadable on the button"
    page.screenshot(path=f"{pictures}/link-open.png", full_page=True)
    page.get_by_role("button", name=re.compile("^5 分钟到")).click()
    expect(page.get_by_role("status")).to_contain_text("记下了")
    assert links.incident(alert).minutes == 5
    page.screenshot(path=f"{pictures}/link-taken.png", full_page=True)
    page.get_by_role("button", name=re.compile("^误报")).click()
    expect(page.get_by_role("status")).to_contain_text("已了结")
    assert links.incident(alert).state == "resolved"
    page.screenshot(path=f"{pictures}/link-done.png", full_page=True)

    assert all(url.startswith(served.url) for _, url, _ in asked)
    posts = [headers for method, _, headers in asked if method == "POST"]
    # What the guard cannot ask for here: with no referrer there is no origin.
    assert [headers.get("origin") for headers in posts] == ["null", "null"]
    assert not [headers for _, _, headers in asked if "referer" in headers]
    context.close()


def size(button):
    return button.bounding_box()
