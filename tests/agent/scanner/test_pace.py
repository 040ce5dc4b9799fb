"""How fast stages are is learnt for each by itself, and pictures that would hold an engine for seconds are thinned."""

import numpy as np
import pytest

from agent.scanner.cascade import Cascade
from agent.scanner.hints import MOST_PATTERNS, crowd, grainy
from agent.scanner.live import Live
from agent.scanner.pace import Pace
from agent.scanner.stages import Stage
from bench.degraded import modules

PIXELS = 1_000_000
QUICK, SLOW = (Stage(name, lambda *_: [], 0.010) for name in ("quick", "slow"))
BUDGET = 0.025


def noise(rng, cell=1):
    small = rng.integers(0, 2, (720 // cell, 1280 // cell + 1), np.uint8).astype(np.uint8) * 255
    return np.ascontiguousarray(small.repeat(cell, 0).repeat(cell, 1)[:720, :1280])


def fakes(module, tall, wide):
    """A page full of finder patterns that belong to no code."""
    ring = np.maximum(*np.abs(np.indices((9, 9)) - 4))
    fake = np.where((ring == 3) | (ring < 2), 0, 255).astype(np.uint8).repeat(module, 0).repeat(module, 1)
    return np.tile(fake, (tall // len(fake), wide // len(fake)))


def test_a_stage_that_is_slow_makes_no_other_slow_that_has_run():
    pace = Pace()
    for _ in range(20):
        pace.took(QUICK, PIXELS, 0.010)
        pace.took(SLOW, PIXELS, 0.040)
    assert pace.seconds(QUICK, PIXELS) == pytest.approx(0.010)
    assert pace.seconds(SLOW, PIXELS) == pytest.approx(0.040, rel=0.01)


def test_what_never_ran_is_held_to_be_as_slow_as_the_rest():
    pace = Pace()
    for _ in range(20):
        pace.took(QUICK, PIXELS, 0.060)
    assert pace.seconds(SLOW, PIXELS) == pytest.approx(0.060, rel=0.01)


def test_slower_is_learnt_at_once_and_forgotten_slowly_and_little_work_makes_nothing_fast():
    pace = Pace()
    pace.took(SLOW, PIXELS, 0.040)
    learnt = pace.seconds(SLOW, PIXELS)
    assert learnt > 0.025
    pace.passed_over(SLOW)
    assert 0.9 * learnt < pace.seconds(SLOW, PIXELS) < learnt
    for _ in range(3000):
        pace.passed_over(SLOW)
        pace.took(QUICK, PIXELS, 0.001)
    assert pace.seconds(SLOW, PIXELS) == pytest.approx(0.010, rel=0.01)
    assert pace.seconds(QUICK, PIXELS) == pytest.approx(0.010)


class Counted:
    """Stages that take the time they are told to, by a clock that only they move."""

    def __init__(self, takes):
        self.now, self.asked = 0.0, []
        self.cascade = Cascade()
        self.cascade.cheap = self.stage("cheap", 0.001, 1.0)
        self.cascade.costly = [self.stage(name, 0.005, times) for name, times in takes.items()]
        self.live = Live(self.cascade, BUDGET, lambda: self.now)

    def stage(self, name, cost, times):
        def look(picture, budget):
            self.asked.append(name)
            self.now += cost * times
            return []

        return Stage(name, look, 0.0, cost)

    def look(self, frame, at):
        before = self.now
        self.live.look(frame, at)
        return self.now - before


def test_an_engine_that_blocky_noise_slows_down_holds_few_frames_and_takes_no_turn_from_the_others():
    rng = np.random.default_rng(41)
    counted = Counted({"calmer": 1.0, "zbar": 6.0, "least": 1.0})
    held = [counted.look(noise(rng, 4), step / 10) for step in range(60)]
    assert sum(one > BUDGET for one in held) <= 2
    assert counted.asked.count("zbar") <= 3
    assert min(counted.asked.count("calmer"), counted.asked.count("least")) > 40


def test_in_a_frame_of_nothing_but_grain_only_the_stages_that_blur_are_tried():
    rng = np.random.default_rng(43)
    counted = Counted({"least": 1.0, "calmer": 1.0, "zbar": 1.0})
    assert grainy(noise(rng))
    assert not grainy(noise(rng, 4))
    for step in range(10):
        counted.look(noise(rng), step / 10)
    assert set(counted.asked) == {"cheap", "calmer"}


@pytest.mark.parametrize(
    ("module", "tall", "wide"), [(1, 720, 1280), (1, 1700, 1700), (3, 4000, 6000), (1, 4000, 6000)]
)
def test_no_engine_is_given_a_crowd_of_finder_patterns(module, tall, wide):
    page = fakes(module, tall, wide)
    cascade, given = Cascade(seconds=0.0), []
    plain = cascade.cheap
    cascade.cheap = plain._replace(look=lambda picture, _: given.append(picture.gray) or [])
    cascade.read(page)
    assert max(crowd(gray) for gray in given) <= MOST_PATTERNS
    assert crowd(page) > MOST_PATTERNS


def test_a_page_of_a_thousand_codes_is_no_crowd():
    page = np.tile(modules("kadian").repeat(3, 0).repeat(3, 1), (25, 40))
    assert crowd(page) <= MOST_PATTERNS


def test_a_live_frame_of_a_crowd_is_thinned_once_it_has_held_a_frame():
    page, sizes = fakes(1, 720, 1280), []
    counted = Counted({})

    def look(picture, _):
        sizes.append(picture.gray.size)
        counted.now += 0.2 if picture.gray.size > 500_000 else 0.001
        return []

    counted.cascade.cheap = Stage("plain", look, 0.002)
    for step in range(6):
        counted.look(np.roll(page, 3 * step, 1), step * 0.3)
    assert sum(size > 500_000 for size in sizes) == 1
