"""The search in a camera's frames: turns, tracking and the budget, by a clock that the test moves."""

from itertools import count

import numpy as np
import pytest

from agent.scanner.cascade import Cascade
from agent.scanner.found import Found
from agent.scanner.live import Live
from agent.scanner.stages import Stage
from bench.degraded import modules, noisy

BUDGET = 0.025


class Bench:
    """Stages that only note that they were asked, each taking the time it says (times `slow`)."""

    def __init__(self, *costs, slow=1.0):
        self.now = 0.0
        self.slow = slow
        self.asked = []
        self.answers = []
        self.cascade = Cascade()
        self.cascade.cheap = self.stage("cheap", 0.001)
        self.cascade.costly = [self.stage(f"costly {index}", cost) for index, cost in enumerate(costs)]

    def stage(self, name, cost):
        def look(picture, budget):
            self.asked.append((name, picture.gray.shape))
            self.now += cost * self.slow
            return self.answers.pop(0) if self.answers else []

        return Stage(name, look, 0.0, cost)

    def live(self):
        return Live(self.cascade, BUDGET, lambda: self.now)

    def names(self):
        return [name for name, _ in self.asked]


@pytest.fixture
def scene():
    return noisy(np.broadcast_to(np.linspace(90, 150, 720)[:, None], (720, 1280)), np.random.default_rng(2), 2.0)


def moved(scene, at):
    frame = scene.copy()
    frame[200:500, 300 + at : 600 + at] = 230
    return frame


def test_an_empty_frame_costs_the_cheap_look_four_times_a_second_at_most(scene):
    bench = Bench(0.005)
    live = bench.live()
    live.look(scene, 0.0)
    bench.asked.clear()
    for step in range(100):
        live.look(scene, 10 + step / 50)
    assert set(bench.names()) == {"cheap"}
    assert len(bench.asked) <= 9


def test_what_comes_into_view_is_looked_at_in_the_same_frame(scene):
    bench = Bench(0.005)
    live = bench.live()
    for step in range(30):
        live.look(scene, step / 10)
    bench.asked.clear()
    live.look(moved(scene, 0), 3.0)
    assert bench.names() == ["cheap", "costly 0"]


def test_costly_stages_take_turns_over_frames_and_none_is_forgotten(scene):
    bench = Bench(*[0.010] * 5)
    live = bench.live()
    for step in range(12):
        live.look(moved(scene, step), step / 10)
    costly = [name for name in bench.names() if name != "cheap"]
    assert set(costly) == {f"costly {index}" for index in range(5)}
    assert max(costly.count(name) for name in set(costly)) - min(costly.count(name) for name in set(costly)) <= 3


@pytest.mark.parametrize("slow", [1.0, 3.0, 6.0])
def test_no_frame_takes_longer_than_its_budget_once_the_pace_of_the_machine_is_known(scene, slow):
    bench = Bench(0.002, 0.003, 0.004, 0.006, 0.060, slow=slow)
    live = bench.live()
    held = []
    for step in range(80):
        before = bench.now
        live.look(moved(scene, step), step / 10)
        held.append(bench.now - before)
    assert max(held[40:]) <= BUDGET + 1e-9
    assert sum(name != "cheap" for name in bench.names()) > 12


def test_a_stage_that_can_never_fit_is_passed_over(scene):
    bench = Bench(0.5, 0.004)
    live = bench.live()
    for step in range(10):
        live.look(moved(scene, step), step / 10)
    assert "costly 0" not in bench.names()
    assert "costly 1" in bench.names()


def test_after_a_hit_the_part_around_it_is_looked_at_and_the_whole_every_third_frame(scene):
    bench = Bench()
    live = bench.live()
    hit = Found("kadian", "qr", "zxing", ((400.0, 300.0), (500.0, 300.0), (500.0, 400.0), (400.0, 400.0)))
    bench.answers.append([hit])
    live.look(scene, 0.0)
    for step in range(9):
        bench.answers.append(
            [Found("kadian", "qr", "zxing", ((50.0, 50.0), (150.0, 50.0), (150.0, 150.0), (50.0, 150.0)))]
        )
        live.look(moved(scene, step), 0.1 + step / 10)
    whole = [shape == scene.shape for _, shape in bench.asked[1:]]
    assert 2 <= sum(whole) <= 4
    assert len(whole) == 9


def test_a_huge_frame_is_made_smaller_before_the_cheap_look():
    bench = Bench(0.005)
    bench.live().look(np.full((6000, 8000), 128, np.uint8), 0.0)
    assert bench.asked[0][1][0] * bench.asked[0][1][1] <= 2_110_000


def test_a_code_that_is_held_still_and_hard_to_read_is_read_in_turns(scene):
    live = Live(Cascade(), 0.5)
    frame = scene.copy()
    code = modules("kadian 2026", "Q").repeat(7, 0).repeat(7, 1)
    code[28:77, 28:77] = np.random.default_rng(3).integers(60, 200, (49, 49))
    frame[200 : 200 + len(code), 400 : 400 + len(code)] = code
    moments = count()
    found = [one.text for _ in range(12) for one in live.look(frame, next(moments) / 10)]
    assert "kadian 2026" in found


def test_a_still_picture_takes_no_stage_that_its_budget_does_not_allow(scene):
    spent = iter(np.arange(0, 100, 0.05))
    cascade = Cascade(seconds=0.2, clock=lambda: float(next(spent)))
    asked = []
    cascade.costly = [Stage(str(i), lambda picture, budget, i=i: asked.append(i) or [], 0.0, 0.001) for i in range(20)]
    assert cascade.read(moved(scene, 0)) == []
    assert 1 <= len(asked) <= 4
