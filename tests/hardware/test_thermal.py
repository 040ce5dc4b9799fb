"""A thermal camera among other cameras, below a false /sys."""

import sys
import types

import cv2
import numpy as np
import pytest
from msgspec.structs import replace

from agent.thermometer.catalogue import find
from agent.thermometer.flir_lepton import USB
from agent.wire.usb import Tree
from agent.wire.y16 import _opencv, open_y16
from kadian.errors import KadianError
from tests.hardware.listening import Listening, until
from tests.hardware.thermal import Camera, scene
from tests.hardware.usb import UsbBus

PORT = "usb:1e4e:0100"


class Bus(UsbBus):
    """A webcam on video0 and video1, a Lepton behind it on video2 and video3 (the second of each is metadata)."""

    def __init__(self, folder, camera):
        super().__init__(folder)
        self.opened = []
        self.camera = camera
        for number, (place, usb) in enumerate([("1-1.1", "046d:0825"), ("1-1.2", USB[0])]):
            for part in (0, 1):
                node = f"video{2 * number + part}"
                (self.dev / node).touch()
                self.plug(place, usb, node, kind="video4linux", interface=0)

    def capture(self, path):
        self.opened.append(path)
        return self.camera

    def driver(self, **options):
        tree = Tree(self.sys, self.dev)
        return replace(find("flir_lepton", options), open=lambda port, _: open_y16(port, USB, tree, self.capture))


@pytest.mark.parametrize("size", [(160, 120, 0), (160, 120, 2), (80, 60, 0), (80, 60, 3)])
def test_the_face_is_read_off_a_picture_of_each_size(tmp_path, size):
    columns, rows, telemetry = size
    face = scene(34.6, columns=columns, rows=rows, telemetry=telemetry, at=(rows // 2, columns // 2), side=columns // 6)
    bus = Bus(tmp_path, Camera(face))
    with Listening(PORT, bus.driver()) as gate:
        (sample,) = gate.hears()
    assert sample.surface == pytest.approx(34.6, abs=0.1)
    assert sample.ambient is None
    assert bus.opened == [str(bus.dev / "video2")]
    assert bus.camera.released


def test_a_webcam_is_never_taken_for_it(tmp_path):
    bus = Bus(tmp_path, Camera(scene()))
    with pytest.raises(KadianError) as error:
        bus.driver().open(str(bus.dev / "video0"), 9600)
    assert error.value.code == "K0220"
    bus.unplug("1-1.2")
    with pytest.raises(KadianError) as error:
        bus.driver().open(PORT, 9600)
    assert error.value.code == "K0230"
    assert bus.opened == []


def test_a_camera_in_use_is_told_and_let_go(tmp_path):
    bus = Bus(tmp_path, Camera(scene()))
    bus.camera.there = False
    with pytest.raises(KadianError) as error:
        bus.driver().open(PORT, 9600)
    assert error.value.code == "K0202"
    assert bus.camera.released


@pytest.mark.parametrize(
    "picture",
    [
        np.full((120, 160), 8200, np.uint16),
        np.zeros((120, 160), np.uint16),
        np.full((120, 160), 120, np.uint8),
        np.full((120, 160, 3), 120, np.uint8),
        np.full((480, 640), 30915, np.uint16),
    ],
    ids=["no radiometry", "black", "8 bits", "coloured", "another size"],
)
def test_pictures_without_temperatures_give_none(tmp_path, picture):
    bus = Bus(tmp_path, Camera(picture, rate=50))
    with Listening(PORT, bus.driver(), silence_seconds=0.5) as gate:
        until(lambda: gate.link.counts.bad >= 3)
        until(lambda: gate.codes)
    assert gate.samples == []
    assert gate.codes == ["K0206"]


def test_a_camera_that_gives_nothing_more_is_lost_and_comes_back(tmp_path):
    bus = Bus(tmp_path, Camera(scene(35.0), rate=50))
    with Listening(PORT, bus.driver()) as gate:
        gate.hears()
        bus.camera.there = False
        until(lambda: gate.states[-1] == "lost")
        bus.camera.there = True
        gate.hears()
    assert gate.codes[0] == "K0204"


def test_opencv_is_asked_for_sixteen_bits_and_no_colour(monkeypatch):
    told = {}

    class Capture:
        def __init__(self, path, backend):
            told.update(path=path, backend=backend)

        def set(self, prop, value):
            told[prop] = value
            return True

    names = ("CAP_V4L2", "CAP_PROP_FOURCC", "CAP_PROP_CONVERT_RGB", "CAP_PROP_BUFFERSIZE", "VideoWriter")
    real = types.SimpleNamespace(VideoCapture=Capture, **{name: getattr(cv2, name) for name in names})
    monkeypatch.setitem(sys.modules, "cv2", real)
    _opencv("/dev/video2")
    assert told["backend"] == cv2.CAP_V4L2
    assert int(told[cv2.CAP_PROP_FOURCC]).to_bytes(4, "little") == b"Y16 "
    assert told[cv2.CAP_PROP_CONVERT_RGB] == 0
