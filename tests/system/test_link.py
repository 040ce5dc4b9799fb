"""From the link in a message on the phone to the gate's screen, in real processes."""

import json
import time
import urllib.error
import urllib.request

import pytest

from tests.system.service import Service
from tests.system.site import Feeder

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]
COMES = "书记已知道，约 5 分钟到 · the secretary knows, 5 minutes"


@pytest.fixture
def phone():
    opened = Service()
    yield opened
    opened.close()


def note(port):
    """The text of the note on a gate's screen, as its page gets it; None: there is none."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/events", timeout=5) as events:
        while not (line := events.readline()).startswith(b"data: "):
            pass
    message = json.loads(line[6:])["message"]
    return message and message["text"]


def test_who_taps_the_link_is_announced_at_the_gate_until_it_is_over(site, phone, free_port):
    entrance = '[[entrances]]\nid = "e01"\nname = "正门"\nstate = "open"\n[alerts]\nlink = "http://127.0.0.1:1"\n'
    place = site(channel=phone.url, office_more=entrance)
    screen = free_port()
    place.gate("e01", more=f"[kiosk]\nport = {screen}\n")
    feeder = Feeder(place.folder / "e01" / "port", pause=0.05)
    place.start()
    time.sleep(2)
    for body in (38.4, 38.3):
        feeder.person(body)
    place.until(lambda: phone.heard, 15, "the phone rings")
    feeder.close()
    link = phone.heard[0][1]["link"]
    assert link.startswith("http://127.0.0.1:1/a/")
    address = place.url + link.removeprefix("http://127.0.0.1:1")

    assert "我去处理" in urllib.request.urlopen(address, timeout=5).read().decode()
    assert note(screen) is None
    assert place.ask("/api/v1/alerts?state=open")["items"]

    place.office.kill()  # what is to be shown stands in the ledger
    place.until(lambda: place.ask("/healthz"), 30, "the office is back")
    page = urllib.request.urlopen(address, b"minutes=5", timeout=5).read().decode()
    assert "记下了" in page
    begun = time.monotonic()
    place.until(lambda: note(screen) == COMES, 15, "the gate's screen says that somebody comes")
    print(f"on the screen {time.monotonic() - begun:.2f} s after the press")

    urllib.request.urlopen(address, b"outcome=fever", timeout=5).close()
    place.until(lambda: note(screen) is None, 15, "the note goes away")
    assert link.rpartition("/")[2] not in place.office.said()
