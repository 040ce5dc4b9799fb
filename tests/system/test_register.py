"""An outsider's entry on its whole way: typed at a real gate's screen, read by the office alone, counted nowhere."""

import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import expect, sync_playwright

from agent.outbox import Outbox
from tests.system.site import SITE, Feeder

pytestmark = [pytest.mark.system, pytest.mark.timeout(90)]
ENTRY = {"name": "欧阳建国", "phone": "13871234567", "origin": "黄石", "purpose": "修水管", "host": "5 栋"}
NEEDLES = [
    form.encode(coding)
    for text in (ENTRY["name"], ENTRY["phone"])
    for form in (text, json.dumps(text).strip('"'))
    for coding in ("utf-8", "utf-16-le", "gb18030")
]


class Wire:
    """All that goes over the broker, as bytes."""

    def __init__(self, port):
        self.heard = []
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        self._client.on_message = lambda _c, _d, message: self.heard.append((message.topic, bytes(message.payload)))
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def of(self, kind):
        return [payload for topic, payload in list(self.heard) if topic == f"kadian/v1/{SITE}/e01/{kind}"]

    def stop(self):
        self._client.disconnect()
        self._client.loop_stop()


@pytest.fixture
def place(site, free_port):
    """(a site that runs, its gate's kiosk, what goes over the wire, people before the thermometer)."""
    made, port = site(), free_port()
    made.gate("e01", more=f'[kiosk]\nhost = "127.0.0.1"\nport = {port}\n')
    feeder = Feeder(made.folder / "e01" / "port", pause=0.02)
    made.broker.start()
    wire = made.until(lambda: Wire(made.broker_port), 10, "the broker listens")
    made.start()
    yield made, f"http://127.0.0.1:{port}/", wire, feeder
    wire.stop()
    feeder.close()


def printed(place):
    done = subprocess.run(
        [sys.executable, "-m", "kadian", "register", "--config", str(place.folder / "office.toml"), "--json"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def bytes_with_a_person(folder):
    """Files under it in which name or phone can be read."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"e01.log", "office.log", "outbox.db", "kadian.db"} <= {path.name for path in files}
    return [path.name for path in files if any(needle in path.read_bytes() for needle in NEEDLES)]


def passes(feeder):
    """One more person; on a busy machine the gate may miss one."""
    feeder.person(36.5)
    time.sleep(0.4)
    return True


def settled(total):
    """The total, once it stands still for a second and a half; else None."""
    found = total()
    for _ in range(5):
        time.sleep(0.3)
        if total() != found:
            return None
    return found


def test_what_an_outsider_tells_the_gate_is_read_by_the_office_alone_and_counts_as_no_screening(place, need):
    site, kiosk, wire, feeder = place

    def total():
        return site.ask("/api/v1/screenings/summary?since=0")["total"]

    site.until(lambda: wire.of("telemetry") and wire.of("policy"), 20, "the gate speaks and the office has answered")
    site.until(lambda: passes(feeder) and total() >= 1, 20, "somebody has passed")
    before = site.until(lambda: settled(total), 20, "nobody is on the way any more")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=need("chromium"), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 800, "height": 480}, locale="zh-CN")
        page.goto(kiosk)
        page.locator("#open-register").click()
        for name, value in ENTRY.items():
            page.locator(f'#register input[name="{name}"]').fill(value)
        page.locator("#register .go").click()
        expect(page.locator("dialog[open]")).to_have_count(0, timeout=15_000)
        assert [one["word"] for one in page.evaluate("kiosk.sound.said")][-1] == "registered"
        expect(page.locator("#office")).to_have_text("办公室已连接")
        browser.close()
    [entry] = site.until(lambda: printed(site), 15, "the office has the entry")
    assert entry["fields"] == ENTRY
    assert (entry["gate"], entry["operator"]) == ("e01", None)
    assert abs((datetime.fromisoformat(entry["at"]) - datetime.now(UTC)).total_seconds()) < 60
    on_the_wire = [payload for payload in wire.of("screening") if b'"registration"' in payload]
    assert len(on_the_wire) == 1
    assert re.search(rb'"registration":"[A-Za-z0-9+/=]{200,}"', on_the_wire[0])
    assert settled(total) == before
    assert [topic for topic, payload in wire.heard if any(needle in payload for needle in NEEDLES)] == []
    assert bytes_with_a_person(site.folder) == []

    site.until(lambda: passes(feeder) and total() > before, 20, "the next person is counted")
    for part in (site.gates["e01"], site.office):
        part.stop()
    assert bytes_with_a_person(site.folder) == []
    kept = Outbox(site.folder / "e01" / "outbox.db")  # whose rows are packed
    bodies = [row.body for row in kept.newest(100)]
    kept.close()
    assert len([body for body in bodies if b'"registration"' in body]) == 1
    assert [body for body in bodies if any(needle in body for needle in NEEDLES)] == []
    (site.folder / "seen.txt").write_text(str(printed(site)), "utf-8")
    assert bytes_with_a_person(site.folder) == ["seen.txt"], "who looks for a name finds it where it is"
