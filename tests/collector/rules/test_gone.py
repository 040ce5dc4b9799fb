"""Gates, devices and an office that are not there: what is found in scenes, and of what nothing is said."""

import pytest

from collector.alerts.sentences import sentence
from collector.ledger.incidents import Incident
from collector.rules import device_gone, gate_silent, office_offline
from collector.rules.reason import Reason
from collector.rules.rule import RuleSettings
from collector.rules.scene import GateNow, Scene
from tests.collector.rules.conftest import START_MS

SETTINGS = RuleSettings(names={"g1": "3号门"}, entrances={"g1": "e01", "g2": "e02"})
OPEN = {"e01": "open", "e02": "sealed"}
HOUR_MS = 3_600_000
LONG = {"heard_ms_ago": 95_000, "silent_ms": 95_000}


def scene(seconds, *gates, entrances=OPEN, **more):
    return Scene(START_MS + seconds * 1000, {gate.gate: gate for gate in gates}, entrances=entrances, **more)


def looked(rule, *scenes):
    state = rule.State()
    return [[one.cause for one in rule.look(state, each, SETTINGS)] for each in scenes]


def last(rule, *scenes):
    state = rule.State()
    return [rule.look(state, each, SETTINGS) for each in scenes][-1]


def test_a_gate_that_is_not_heard_for_ninety_seconds_is_a_page_from_when_it_was_heard_last():
    (found,) = last(gate_silent, scene(0, GateNow("g1", **LONG)))
    assert (found.cause, found.severity, found.reason) == ("silent:g1", "page", Reason.SILENT_GATE)
    assert found.happened_ms == START_MS - 95_000
    assert looked(gate_silent, scene(0, GateNow("g1", 89_000, 89_000))) == [[]]


@pytest.mark.parametrize(
    ("hours", "more", "causes"),
    [
        (0, {"on_duty": 1}, ["silent:g1"]),
        (0, {"on_duty": 1, "state": "stopped"}, ["silent:g1"]),
        (0, {"on_duty": 0, "usual_per_hour": 90.0}, ["silent-night:g1"]),
        (0, {"on_duty": 0, "state": "stopped"}, []),
        (0, {"usual_per_hour": 0.0}, ["silent-night:g1"]),
        (0, {"usual_per_hour": 0.0, "state": "stopped"}, []),
        (0, {"usual_per_hour": 4.0, "state": "stopped"}, ["silent:g1"]),
        (0, {}, ["silent:g1"]),
        (17, {}, ["silent-night:g1"]),
        (17, {"usual_per_hour": 2.0}, ["silent:g1"]),
        (17, {"state": "stopped"}, []),
    ],
)
def test_who_is_expected_there_decides_what_silence_means(hours, more, causes):
    assert looked(gate_silent, scene(hours * 3600, GateNow("g1", **LONG, **more))) == [causes]


def test_nothing_is_said_of_sealed_entrances_gates_without_one_and_gates_that_never_spoke():
    gates = GateNow("g2", **LONG), GateNow("g9", **LONG), GateNow("g1", None, 500_000)
    assert looked(gate_silent, scene(0, *gates)) == [[]]


def test_a_page_stays_one_until_the_gate_is_heard_whatever_the_hour():
    on, off = GateNow("g1", **LONG, on_duty=1), GateNow("g1", **LONG, on_duty=0, state="stopped")
    assert looked(gate_silent, scene(0, on), scene(2, off), scene(4, GateNow("g1", 1_000, 1_000))) == [
        ["silent:g1"],
        ["silent:g1"],
        [],
    ]


def test_what_was_silent_is_so_until_it_is_heard_though_the_office_only_begins_to_listen_again():
    again = GateNow("g1", 200_000, 1_000)
    assert looked(gate_silent, scene(0, GateNow("g1", **LONG)), scene(2, again)) == [["silent:g1"], ["silent:g1"]]
    assert looked(gate_silent, scene(2, again)) == [[]]


def test_a_silence_of_the_night_is_a_page_in_the_morning():
    night, morning = GateNow("g1", **LONG, usual_per_hour=0.0), GateNow("g1", **LONG, usual_per_hour=8.0)
    assert looked(gate_silent, scene(0, night), scene(2, morning)) == [["silent-night:g1"], ["silent:g1"]]


@pytest.mark.parametrize(
    ("more", "cause", "severity", "zh"),
    [
        ({"thermometer": "lost"}, "thermometer:g1", "page", "3号门 体温计断开"),
        ({"thermometer": "silent"}, "thermometer:g1", "page", "3号门 体温计没有读数"),
        ({"thermometer": "ok", "stuck": True}, "thermometer:g1", "page", "3号门 体温计卡在一个数"),
        ({"camera": "lost"}, "camera:g1", "notice", "3号门 摄像头断开"),
        ({"camera": "silent"}, "camera:g1", "notice", "3号门 摄像头没有画面"),
        ({"camera": "ok", "lens": "dark"}, "camera:g1", "notice", "3号门 摄像头画面全黑"),
    ],
)
def test_a_device_that_is_gone_for_half_a_minute_is_told(more, cause, severity, zh):
    gate = GateNow("g1", 1_000, **more)
    assert looked(device_gone, scene(0, gate), scene(30, gate), scene(32, gate)) == [[], [], [cause]]
    (found,) = last(device_gone, scene(0, gate), scene(32, gate))
    assert (found.severity, found.happened_ms) == (severity, START_MS)
    assert said(found).startswith(zh)


def said(found):
    fields = {name: getattr(found, name) for name in ("rule", "cause", "gate", "severity", "late", "facts")}
    times = dict.fromkeys(("opened_ms", "happened_ms", "last_ms"), found.happened_ms)
    nobody = dict.fromkeys(("acknowledged_ms", "acknowledged_by", "resolved_ms", "resolved_by"))
    return sentence(Incident("i", state="open", count=1, **fields, **times, **nobody), "text")


def test_a_wobbly_plug_and_devices_that_are_not_fitted_and_the_last_words_of_a_silent_gate_are_nothing():
    gone, there = GateNow("g1", 1_000, thermometer="lost"), GateNow("g1", 1_000, thermometer="ok", camera="none")
    assert looked(device_gone, scene(0, gone), scene(28, there), scene(40, gone), scene(60, gone)) == [[], [], [], []]
    silent, sealed = GateNow("g1", 95_000, 95_000, thermometer="lost"), GateNow("g2", 1_000, thermometer="lost")
    assert looked(device_gone, scene(0, silent, sealed), scene(60, silent, sealed)) == [[], []]


def test_one_page_while_the_office_is_offline_from_when_the_line_was_lost():
    assert looked(office_offline, scene(0, offline_ms=30_000), scene(2, offline_ms=32_000), scene(4)) == [
        [],
        ["office_offline"],
        [],
    ]
    (found,) = last(office_offline, scene(2, offline_ms=32_000))
    assert (found.severity, found.gate, found.happened_ms) == ("page", "", START_MS - 30_000)
    assert said(found).startswith("办公室断网")
