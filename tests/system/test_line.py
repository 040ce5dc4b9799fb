"""The whole line in real processes: from the thermometer's bytes and the camera's picture to the secretary's phone."""

import json
import time

import pytest

from kadian.demo.pictures import qr_png
from tests.system.service import Service
from tests.system.site import Feeder

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]
SLOW = 0.05


@pytest.fixture
def phone():
    """A phone that keeps what rings: `phone.heard` is a list of (monotonic seconds, message)."""
    opened = Service(time.monotonic)
    yield opened
    opened.close()


def screenings(place, count):
    return place.until(
        lambda: (items := place.ask("/api/v1/screenings")["items"]) and len(items) >= count and items,
        20,
        f"{count} screenings",
    )


def test_from_serial_bytes_and_a_picture_to_the_office(site):
    place = site()
    pictures = place.folder / "pictures"
    pictures.mkdir()
    qr_png("健康码 江城 12345678", pictures / "code.png")
    place.gate("e01", camera=pictures)
    place.gate("e02", driver="gy_mcu90614")
    body = Feeder(place.folder / "e01" / "port", pause=SLOW)
    surface = Feeder(place.folder / "e02" / "port", driver="gy_mcu90614", pause=SLOW)
    place.start()
    place.watched("e01", body)
    place.watched("e02", surface)
    body.person(36.54)
    surface.person(36.4)
    found = {item["gate"]: item for item in screenings(place, 2)}
    one = found["e01"]
    assert one["temperature"]["celsius"] == pytest.approx(36.54)
    assert one["temperature"]["kind"] == "body_estimate"
    assert one["temperature"]["surface"] == pytest.approx(34.14)
    assert one["temperature"]["ambient"] == pytest.approx(22.4)
    assert one["verdict"] == "pass"
    assert one["code"]["format"] == "text"
    assert "12345678" not in json.dumps(found, ensure_ascii=False), "a code's text left the gate"
    assert found["e02"]["temperature"]["kind"] == "surface"
    assert found["e02"]["temperature"]["celsius"] == pytest.approx(34.0)
    assert found["e02"]["verdict"] == "pass"
    body.close()
    surface.close()


def test_a_confirmed_fever_rings_once_and_is_acknowledged(site, phone):
    place = site(channel=phone.url, office_more='[[entrances]]\nid = "e01"\nname = "正门"\nstate = "open"\n')
    place.gate("e01")
    feeder = Feeder(place.folder / "e01" / "port", pause=SLOW)
    place.start()
    place.watched("e01", feeder)
    feeder.person(38.4)
    screenings(place, 1)
    time.sleep(1)
    assert phone.heard == [], "one high reading asks for a second, it rings nobody"
    feeder.person(38.3)
    place.until(lambda: phone.heard, 10, "the phone rings")
    feeder.person(38.5)
    items = screenings(place, 3)
    assert [item["verdict"] for item in items[::-1]] == ["recheck", "stop", "stop"]
    time.sleep(1)
    assert len(phone.heard) == 1
    message = phone.heard[0][1]
    assert "正门" in message["text"]
    (alert,) = place.ask("/api/v1/alerts?state=open")["items"]
    assert alert["rule"] == "confirmed_fever"
    import urllib.request

    request = urllib.request.Request(
        f"{place.url}/api/v1/alerts/{alert['id']}/acknowledge",
        b'{"by": "secretary"}',
        {"Content-Type": "application/json"},
    )
    assert json.loads(urllib.request.urlopen(request, timeout=5).read())["state"] == "acknowledged"
    assert place.ask("/api/v1/alerts?state=open")["items"] == []
    feeder.close()


def test_a_reading_at_a_sealed_entrance_rings(site, phone):
    place = site(channel=phone.url, office_more='[[entrances]]\nid = "e14"\nname = "三巷口"\nstate = "sealed"\n')
    place.gate("e14")
    feeder = Feeder(place.folder / "e14" / "port", pause=SLOW)
    place.start()
    place.watched("e14", feeder)
    for _ in range(3):
        feeder.person(36.5)
    place.until(lambda: phone.heard, 10, "the phone rings")
    screenings(place, 3)
    time.sleep(1)
    assert [message["rule"] for _, message in phone.heard] == ["sealed_entrance"]
    feeder.close()


def test_a_gate_decides_and_keeps_without_an_office_and_sends_when_it_is_back(site):
    place = site()
    place.gate("e01")
    feeder = Feeder(place.folder / "e01" / "port", pause=SLOW)
    place.start()
    place.watched("e01", feeder)
    feeder.person(36.5)
    screenings(place, 1)
    place.broker.stop()
    place.office.stop()
    for _ in range(5):
        feeder.person(36.6)
    place.until(lambda: len(place.recorded("e01")) == 6, 10, "the gate records without a network")
    place.gates["e01"].kill()
    place.watched("e01", feeder, times=2)
    feeder.person(36.7)
    place.until(lambda: len(place.recorded("e01")) == 7, 10, "and after a restart")
    place.broker.start()
    place.office.start()
    assert len(screenings(place, 7)) == 7
    feeder.close()


def test_unplug_and_replug_gives_no_value_twice(site):
    place = site()
    place.gate("e01")
    feeder = Feeder(place.folder / "e01" / "port", pause=SLOW)
    place.start()
    place.watched("e01", feeder)
    feeder.person(36.5)
    screenings(place, 1)
    feeder.pty.unplug()
    place.until(
        lambda: place.ask("/api/v1/gates")["gates"][0]["telemetry"]["thermometer"]["state"] == "lost",
        10,
        "the office knows that the thermometer is gone",
    )
    feeder.pty.replug()
    place.watched("e01", feeder, times=2)
    feeder.person(36.6)
    items = screenings(place, 2)
    assert [item["temperature"]["celsius"] for item in items] == pytest.approx([36.6, 36.5])
    feeder.close()
