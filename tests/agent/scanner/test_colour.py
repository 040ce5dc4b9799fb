"""The colour of a code: told when it is clear, unknown when it is not, and never green by mistake."""

import cv2
import numpy as np
import pytest

from agent.scanner.cascade import Cascade
from agent.scanner.colour import colour_of, judge
from agent.scanner.found import Found
from agent.scanner.seen import Agreed
from agent.sight import Sight
from bench.colours import INKS, PALE, code, spoilt
from bench.degraded import noisy
from kadian.messages import Code


@pytest.fixture(scope="module")
def cascade():
    return Cascade()


def told(cascade, level, colour, count=3):
    found = []
    for ink in INKS[colour]:
        for number in range(count):
            rng = np.random.default_rng([number, *ink])
            picture, text = code(rng, ink)
            found += [one.colour for one in cascade.read(spoilt(picture, rng, level)) if one.text == text]
    return found


@pytest.mark.parametrize("level", ["clean", "mid", "white balance", "over-exposed", "veil", "moire"])
@pytest.mark.parametrize("colour", INKS)
def test_a_colour_is_told_or_unknown_and_never_another(cascade, level, colour):
    found = told(cascade, level, colour)
    assert set(found) <= {colour, "unknown"}
    assert found.count(colour) >= len(found) * 0.7


def test_no_black_red_or_amber_code_is_called_green_where_everything_is_bad(cascade):
    for colour in ("unknown", "red", "amber"):
        assert "green" not in told(cascade, "hard", colour, 4)


def test_between_two_colours_and_with_little_colour_it_is_unknown():
    assert judge(np.array([0.8, 0.128, 0.0]))[0] == "unknown"
    assert judge(np.array([0.42, 0.5, 0.02]))[0] == "unknown"
    assert judge(np.array([0.10, 0.13, 0.11]))[0] == "unknown"
    assert judge(np.array([0.05, 0.05, 0.6]))[0] == "unknown"
    assert judge(np.array([0.9, 0.95, 0.9]))[0] == "unknown"
    red, green = judge(np.array([0.6, 0.02, 0.03])), judge(np.array([0.02, 0.3, 0.06]))
    assert (red[0], green[0]) == ("red", "green")
    assert min(red[1], green[1]) > 0.8


def test_a_veil_of_glare_lessens_the_confidence_and_leaves_the_colour():
    clear = np.array([0.01, 0.25, 0.05])
    assert judge(clear)[0] == judge(clear * 0.8 + 0.15)[0] == "green"
    assert judge(clear * 0.3 + 0.7)[1] <= judge(clear)[1]


def test_a_gray_picture_and_a_speck_have_no_colour():
    square = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
    assert colour_of(np.zeros((50, 50), np.uint8), square) == ("unknown", 0.0)
    assert colour_of(np.zeros((50, 50, 3), np.uint8), square) == ("unknown", 0.0)
    assert colour_of(np.zeros((50, 50, 3), np.uint8), ()) == ("unknown", 0.0)


def test_a_live_colour_needs_two_frames_that_agree_and_none_that_differs():
    agreed = Agreed()
    assert [agreed.note(one) for one in ("green", "unknown", "green")] == ["unknown", "unknown", "green"]
    assert agreed.note("amber") == "unknown"


def test_the_gate_passes_a_colour_on_as_shown_and_leaves_the_status_as_judged():
    heard = []
    shown = Found("text", "qr", "zxing", (), None, "red", 0.9)
    sight = Sight(None, lambda *_: [shown], lambda _: Code("text", "unverified"), lambda found, at: heard.append(found))
    heard += [sight._code(shown, at) for at in (0.0, 0.1)]
    assert [one.colour for one in heard] == [None, "red"]
    assert {one.status for one in heard} == {"unverified"}


@pytest.mark.parametrize("colour", PALE)
def test_pale_codes_in_grain_are_read(cascade, colour):
    right = 0
    for number in range(10):
        rng = np.random.default_rng([number, *PALE[colour]])
        picture, text = code(rng, PALE[colour])
        right += text in {one.text for one in cascade.read(noisy(picture, rng, 45))}
    assert right >= 9


def test_colours_are_told_of_codes_in_every_direction(cascade):
    picture, _ = code(np.random.default_rng(1), INKS["amber"][0])
    for turn in range(4):
        assert cascade.read(np.ascontiguousarray(np.rot90(picture, turn)))[0].colour == "amber"
    assert cascade.read(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))[0].colour == "amber"
