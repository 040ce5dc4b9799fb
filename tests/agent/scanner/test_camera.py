"""A camera that is pulled out, hangs, comes back, is covered or fogged."""

import threading
import time

import cv2
import numpy as np

from agent.scanner.device import DeviceSource
from agent.scanner.lens import Lens
from agent.scanner.seen import ShownAgain
from agent.scanner.source import Frame
from agent.sight import Sight
from bench.degraded import clutter


class Camera:
    """What `cv2.VideoCapture` is to the gate: frames that are numbered, then whatever `then` does."""

    def __init__(self, frames, then=lambda: None, opens=True):
        self.frames = frames
        self.then = then
        self.opens = opens
        self.given = 0
        self.released = threading.Event()

    def isOpened(self):  # noqa: N802
        return self.opens

    def get(self, _):
        return 0.0

    def read(self):
        if self.given >= self.frames:
            self.then()
            return False, None
        self.given += 1
        time.sleep(0.002)
        return True, np.full((4, 4, 3), self.given % 256, np.uint8)

    def release(self):
        self.released.set()


def source(cameras, **more):
    left = list(cameras)

    def capture(_):
        return left.pop(0) if left else Camera(0, opens=False)

    return DeviceSource(0, "0", capture=capture, **more)


def test_a_camera_that_is_pulled_out_is_opened_again_and_gives_new_frames(monkeypatch):
    monkeypatch.setattr("agent.scanner.device.FIRST_PAUSE", 0.01)
    cameras = [Camera(3) for _ in range(20)]
    camera, stop = source(cameras), threading.Event()
    at = []
    for frame in camera.frames(stop):
        at.append(frame.at)
        if cameras[-1].given:
            stop.set()
    assert len(at) >= 20
    assert at == sorted(at)
    assert all(one.released.wait(1) for one in cameras)
    assert camera.count == len(at)
    assert camera.state == "lost"


def test_a_camera_that_raises_is_opened_again(monkeypatch):
    monkeypatch.setattr("agent.scanner.device.FIRST_PAUSE", 0.01)

    def pulled():
        raise cv2.error("select() timeout")

    camera, stop = source([Camera(1, pulled), Camera(1)]), threading.Event()
    frames = camera.frames(stop)
    assert next(frames).image[0, 0, 0] == 1
    assert next(frames).image[0, 0, 0] == 1
    stop.set()


def test_a_driver_that_hangs_holds_neither_stop_nor_the_next_opening(monkeypatch):
    monkeypatch.setattr("agent.scanner.device.FIRST_PAUSE", 0.01)
    monkeypatch.setattr("agent.scanner.device.GIVE_UP_SECONDS", 0.3)
    hang = threading.Event()
    camera, stop = source([Camera(1, lambda: hang.wait(30)), Camera(1, lambda: hang.wait(30))]), threading.Event()
    frames = camera.frames(stop)
    next(frames)
    next(frames)
    began = time.monotonic()
    threading.Timer(0.1, stop.set).start()
    assert list(frames) == []
    assert time.monotonic() - began < 1.0
    hang.set()


def test_only_the_newest_frame_waits_for_a_slow_reader():
    camera, stop = source([Camera(200)]), threading.Event()
    seen = []
    for frame in camera.frames(stop):
        seen.append(int(frame.image[0, 0, 0]))
        time.sleep(0.05)
        if len(seen) == 5:
            stop.set()
    assert seen == sorted(seen)
    assert seen[-1] > 20


def test_a_covered_and_a_fogged_lens_are_told_from_a_clear_one():
    scene = clutter(np.random.default_rng(1))
    grain = np.random.default_rng(2).normal(0, 2, scene.shape)
    pictures = {
        "ok": scene,
        "dark": scene // 40,
        "blurred": cv2.GaussianBlur(scene, (0, 0), 25),
    }
    for state, picture in pictures.items():
        lens = Lens()
        assert lens.report is None
        lens.note((picture + grain).clip(0, 255).astype(np.uint8), 0.0)
        assert lens.report.state == state


def test_one_person_before_the_lens_changes_its_report_little():
    lens = Lens()
    scene = clutter(np.random.default_rng(1))
    for second in range(10):
        lens.note(scene, float(second))
    lens.note(np.zeros_like(scene), 10.0)
    assert lens.report.state == "ok"
    for second in range(11, 40):
        lens.note(np.zeros_like(scene), float(second))
    assert lens.report.state == "dark"


def test_the_telemetry_says_how_the_pictures_are():
    class Still:
        name, count, state = "still", 3, "ok"

        def frames(self, stop):
            yield Frame(clutter(np.random.default_rng(1)), 0.0)

    sight = Sight(Still(), lambda *_: [], lambda text: None, lambda *_: None)
    assert sight.health().lens is None
    sight.run(threading.Event())
    health = sight.health()
    assert (health.state, health.lens) == ("ok", "ok")
    assert 0 < health.brightness < 255


def test_a_code_that_should_change_and_is_shown_again_after_minutes_is_hinted_at():
    again = ShownAgain(minutes=10)
    assert [again.note("a", at) for at in (0.0, 5.0, 599.0)] == [False] * 3
    assert again.note("b", 601.0) is False
    assert again.note("a", 601.0) is True
    assert again.note("a", 24 * 3600 + 1.0) is False


def test_what_is_remembered_of_shown_codes_is_bounded():
    again = ShownAgain(minutes=1, most=100)
    for number in range(1000):
        assert again.note(str(number), number / 100) is False
    assert len(again._first) <= 102
