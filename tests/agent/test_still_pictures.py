"""A health code that has not changed for minutes: from the camera's finds to the entry in the gate's book."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from agent.daykeys import DayKeys
from agent.proof import Proof
from agent.scanner.found import Found
from agent.sight import Sight
from kadian.messages import Code, OwnTexts, Policy
from tests.agent.screeners import Gate

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
SCREENSHOT = "https://health.example/c/7f3a"


class Camera:
    """The camera's side of a gate: what frames find goes through the real judge of codes to the real screener."""

    def __init__(self, folder, minutes=10):
        self.policy = Policy("1", still_minutes=minutes, own_texts=OwnTexts(place=("PLACE-",), resident=("JC######",)))
        self.gate = Gate(folder / "outbox.db", self.policy)
        self.began, self.day = self.gate.now, 0
        proof = Proof(DayKeys(folder / "holder.key"), policy=lambda: self.policy, now=self.time)
        self.heard = []
        self.sight = Sight(None, lambda *_: [], proof.read, None, lambda: self.policy.still_minutes)

    def time(self):
        return NOON + timedelta(days=self.day, seconds=self.gate.now - self.began)

    def show(self, text, colour="green", frames=4):
        """A phone for some frames, a tenth of a second each; what is known of its code at the end."""
        for _ in range(frames):
            found = Found(text, "qr", "zxing", (), None, colour, 0.9 if colour != "unknown" else 0.0)
            code = self.sight._code(found, self.gate.now)
            self.gate.screener.code(code, self.gate.now)
            self.gate.pass_time(0.1)
        return code

    def wait(self, minutes):
        self.gate.pass_time(minutes * 60)


@pytest.fixture
def camera(tmp_path):
    made = Camera(tmp_path)
    yield made
    made.gate.outbox.close()


def test_a_screenshot_shown_again_after_ten_minutes_passes_with_a_hint(camera):
    camera.show(SCREENSHOT)
    camera.gate.person(36.5)
    camera.wait(9.5)
    camera.show(SCREENSHOT)
    camera.gate.person(36.5)
    camera.wait(1)
    camera.show(SCREENSHOT)
    camera.gate.person(36.5)
    first, early, again = camera.gate.screenings
    assert [one.verdict for one in (first, early, again)] == ["pass"] * 3
    assert [one.reasons for one in (first, early, again)] == [(), (), ("code_shown_again",)]
    assert (again.code.colour, again.code.shown_again, again.code.holder) == ("green", True, first.code.holder)
    assert camera.gate.shown["screening"]["reasons"] == ["code_shown_again"]
    assert SCREENSHOT not in str(camera.sight._shown_again._first)


def test_a_green_code_that_is_waited_for_is_enough_although_its_first_frame_has_no_colour(camera):
    camera.gate.policy = msgspec.structs.replace(camera.policy, code="required")
    for text in (SCREENSHOT, "PLACE-7", "JC004711"):
        camera.gate.person(36.5, wait=2)
        camera.show(text)
        camera.wait(1)
    green, place, number = camera.gate.screenings
    assert (green.verdict, green.reasons, green.code.colour) == ("pass", (), "green")
    assert [one.reasons for one in (place, number)] == [("code_unverified",)] * 2


def test_a_code_that_is_redrawn_is_never_hinted_at(camera):
    for minute in range(0, 60, 12):
        assert camera.show(f"{SCREENSHOT}/{minute}").shown_again is False
        camera.wait(12)


@pytest.mark.parametrize(
    ("text", "colour"),
    [(SCREENSHOT, "unknown"), ("PLACE-7", "green"), ("JC004711", "green"), ("11010519491231002X", "green")],
)
def test_what_is_no_coloured_health_code_may_stay_as_it_is(camera, text, colour):
    seen = []
    for _ in range(2):
        seen.append(camera.show(text, colour).shown_again)
        camera.wait(60)
    assert seen == [False, False]


def test_the_office_may_turn_the_hint_off_and_change_its_minutes_at_once(camera):
    camera.show(SCREENSHOT)
    camera.wait(20)
    camera.policy = msgspec.structs.replace(camera.policy, still_minutes=0)
    assert camera.show(SCREENSHOT).shown_again is False
    camera.policy = msgspec.structs.replace(camera.policy, still_minutes=30)
    assert camera.show(SCREENSHOT).shown_again is False
    camera.policy = msgspec.structs.replace(camera.policy, still_minutes=15)
    assert camera.show(SCREENSHOT).shown_again is True


def test_yesterdays_code_is_unknown_today(camera):
    camera.show(SCREENSHOT)
    camera.wait(20)
    camera.day = 1
    assert camera.show(SCREENSHOT).shown_again is False


def test_the_hint_is_left_out_of_a_message_that_has_none():
    assert b"shown_again" not in msgspec.json.encode(Code("text", "unverified", "h", colour="green"))
    again = Code("text", "unverified", "h", colour="green", shown_again=True)
    assert msgspec.json.decode(msgspec.json.encode(again), type=Code) == again
