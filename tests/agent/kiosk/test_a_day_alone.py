"""The page before a whole gate without an office: what is typed is judged, rested on, measured again, and kept."""

import base64
import json
import threading

import pytest
from nacl.public import PrivateKey, SealedBox
from playwright.sync_api import expect

from agent.gate import Gate
from agent.outbox import Outbox
from agent.settings import AgentSettings, Broker, KioskSettings, Thermometer
from agent.settings import Outbox as OutboxSettings
from kadian.messages import Policy, Screening
from kadian.messages.wire import decode


@pytest.fixture
def alone(tmp_path, free_port):
    """A gate whose thermometer is unplugged and whose broker is away: (url, the gate, the office's key)."""
    office = PrivateKey.generate()
    path = tmp_path / "outbox.db"
    outbox = Outbox(path, boot_id="b", monotonic_ns=lambda: 0)
    outbox.save_policy(Policy(version="1", office_key=base64.b64encode(bytes(office.public_key)).decode()))
    outbox.close()
    port = free_port()
    settings = AgentSettings(
        site="here", gate="e01", broker=Broker(f"mqtt://127.0.0.1:{free_port()}"),
        thermometer=Thermometer("gy614v3", str(tmp_path / "unplugged")), outbox=OutboxSettings(str(path)),
        kiosk=KioskSettings(port=port, night_from=0, night_to=0),
    )  # fmt: skip
    stop = threading.Event()
    gate = Gate(settings)
    thread = threading.Thread(target=gate.run, args=(stop,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}/", gate, office
    stop.set()
    thread.join(15)


def type_in(page, digits):
    for digit in digits:
        page.locator("#manual .keys").get_by_role("button", name=digit, exact=True).click()
    page.locator("#manual .go").click()
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_a_gate_alone_goes_on_and_keeps_all_that_was_put_in(alone, browser, picture):
    url, gate, office = alone
    page = browser.new_page(viewport={"width": 800, "height": 480}, locale="zh-CN")
    page.goto(url)
    expect(page.locator("#word")).to_have_text("体温计没插好", timeout=10_000)
    expect(page.locator("#office")).to_have_text("办公室连不上，已存 0 条，还能存 4 天以上")
    page.locator("#open-manual").click()
    type_in(page, "365")
    expect(page.locator("#word")).to_have_text("请通过")
    page.locator("#open-manual").click()
    type_in(page, "382")
    expect(page.locator("#word")).to_have_text("请休息再测")
    expect(page.locator("#office")).to_contain_text("已存 2 条")
    resting = page.locator("#rests button")
    expect(resting).to_contain_text("38.2°")
    picture(page, "alone-rest", "pi")
    resting.click()
    page.locator("#rest-type").click()
    type_in(page, "369")
    expect(page.locator("#word")).to_have_text("请通过")
    expect(page.locator("#reason")).to_have_text("复测正常")
    expect(resting).to_have_count(0)
    page.locator("#open-register").click()
    for name, value in (("name", "王建国"), ("origin", "黄石"), ("purpose", "修水管"), ("host", "5 栋")):
        page.locator(f'#register input[name="{name}"]').fill(value)
    page.locator('#register input[name="phone"]').fill("13871234567")
    page.locator("#register .go").click()
    expect(page.locator("#office")).to_contain_text("已存 4 条")
    page.close()
    kept = [decode(Screening, row.body) for row in gate.outbox.pending()]
    assert [one.verdict for one in kept] == ["pass", "recheck", "pass", "none"]
    assert kept[2].remeasure_of == kept[1].id
    assert json.loads(SealedBox(office).decrypt(base64.b64decode(kept[3].registration)))["name"] == "王建国"
