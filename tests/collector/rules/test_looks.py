"""What rules see in scenes that follow each other, minute by minute."""

import pytest

from collector.alerts.sentences import sentence
from collector.ledger.incidents import Incident
from collector.rules import channel_refused, device_health, neither_state, queue_long, unattended
from collector.rules.reason import Reason
from collector.rules.rule import RuleSettings
from collector.rules.scene import DeviceDay, GateNow, Scene
from kadian.text import catalogue
from tests.collector.rules.conftest import START_MS

SETTINGS = RuleSettings(names={"g1": "正门", "g2": "三巷口"}, entrances={"g1": "e01", "g2": "e02"})
MINUTE_MS = 60_000


def scene(minute, *gates, **more):
    named = {gate.gate: gate for gate in gates}
    return Scene(START_MS + round(minute * MINUTE_MS), named, **more)


def gate(name="g1", **more):
    return GateNow(name, **{"heard_ms_ago": 5_000} | more)


def looked(rule, *scenes, settings=SETTINGS):
    """The causes of each scene."""
    state = rule.State()
    return [[one.cause for one in rule.look(state, each, settings)] for each in scenes]


def last(rule, *scenes, settings=SETTINGS):
    state = rule.State()
    return [rule.look(state, each, settings) for each in scenes][-1]


def test_a_gate_at_its_pace_has_a_line_which_ends_when_a_quarter_of_the_pace_is_gone():
    paces = (7.9, 8, 7, 6.1, 5.9, 7, 8.4)
    scenes = [scene(minute, gate(per_minute=pace)) for minute, pace in enumerate(paces)]
    line = ["queue:g1"]
    assert looked(queue_long, *scenes) == [[], line, line, line, [], [], line]
    (found,) = last(queue_long, *scenes[:4])
    assert (found.severity, found.reason, found.happened_ms) == ("notice", Reason.QUEUE, START_MS + MINUTE_MS)
    assert (found.facts["name"], found.facts["time"], found.screening) == ("正门", "07:01", "")


def test_what_one_gate_can_do_is_the_sites_to_say():
    fast = scene(0, gate(per_minute=40.0))
    assert looked(queue_long, fast, settings=RuleSettings(queue_per_minute=60)) == [[]]
    assert looked(queue_long, fast, settings=RuleSettings(queue_per_minute=0)) == [[]]


def test_readings_while_nobody_is_signed_on_are_a_notice_at_once():
    (found,) = last(unattended, scene(0, gate(unattended=True, per_minute=0.3)))
    assert (found.cause, found.severity, found.reason) == ("unsigned:g1", "notice", Reason.UNSIGNED)
    assert looked(unattended, scene(0, gate(unattended=True)), scene(1, gate(per_minute=3))) == [[], []]


def test_people_who_pass_unmeasured_for_three_minutes_are_a_page():
    scenes = [scene(minute, gate(unmeasured=True)) for minute in (0, 2.9, 3, 4)]
    assert looked(unattended, *scenes, scene(5, gate())) == [[], [], ["unmeasured:g1"], ["unmeasured:g1"], []]
    (found,) = last(unattended, *scenes)
    assert (found.severity, found.facts["time"]) == ("page", "07:00")
    again = [scene(minute, gate(unmeasured=minute != 2)) for minute in range(5)]
    assert looked(unattended, *again) == [[]] * 5


@pytest.mark.parametrize(("usual", "minutes"), [(120, 20), (20, 30), (None, 60)])
def test_a_gate_on_the_roster_to_which_nobody_comes_is_asked_about_by_the_hours_usual_flow(usual, minutes):
    idle = gate(on_duty=1, usual_per_hour=usual)
    assert looked(unattended, *(scene(at, idle) for at in (0, minutes - 0.1, minutes)))[1:] == [[], ["deserted:g1"]]


@pytest.mark.parametrize(
    "more",
    [
        {"on_duty": None},
        {"on_duty": 0},
        {"on_duty": 1, "heard_ms_ago": 100_000},
        {"on_duty": 1, "heard_ms_ago": None},
        {"on_duty": 1, "per_minute": 0.1},
        {"on_duty": 1, "usual_per_hour": 0.0},
    ],
)
def test_without_a_roster_a_silent_gate_a_quiet_one_and_one_to_which_nobody_comes_at_this_hour_are_no_deserted_ones(
    more,
):
    assert looked(unattended, *(scene(at, gate(**more)) for at in (0, 300))) == [[], []]


def test_twenty_three_are_fourteen_and_nine_or_the_one_left_over_is_named():
    entrances = {f"e{number:02}": "sealed" if number <= 14 else "open" for number in range(1, 24)}
    settings = RuleSettings(entrances={f"g{id_[1:]}": id_ for id_ in entrances})
    speaking = [gate(f"g{number:02}") for number in range(15, 24)]
    assert last(neither_state, scene(0, *speaking, entrances=entrances), settings=settings) == []
    (found,) = last(neither_state, scene(0, *speaking, entrances=entrances | {"e03": None}), settings=settings)
    assert (found.cause, found.gate, found.severity) == ("neither:e03", "g03", "page")
    assert (found.facts["total"], found.facts["open"], found.facts["sealed"]) == (23, 9, 13)


def test_a_gate_that_reports_and_stands_nowhere_is_a_page_while_it_speaks():
    entrances = {"e01": "open", "e02": "sealed"}
    stray, gone = gate("g77"), gate("g77", heard_ms_ago=3_600_000)
    scenes = [scene(0, gate(), stray, entrances=entrances), scene(1, gate(), gone, entrances=entrances)]
    assert looked(neither_state, *scenes) == [["homeless:g77"], []]
    assert last(neither_state, scenes[0])[0].severity == "page"
    assert looked(neither_state, scene(0, stray)) == [[]], "a site that lists no entrances"


def test_an_open_entrance_whose_gate_never_spoke_is_told_after_a_day():
    entrances = {"e01": "open", "e02": "sealed"}
    scenes = [scene(minute, entrances=entrances) for minute in (0, 1439, 1440)]
    assert looked(neither_state, *scenes) == [[], [], ["unwatched:e01"]]
    assert last(neither_state, *scenes)[0].severity == "notice"
    assert looked(neither_state, *scenes[:2], scene(1440, gate(), entrances=entrances)) == [[], [], []]


WELL = DeviceDay("g1", "gy614v3", 400, 0.1, 0.24, 0.25, 0.12, 0.05)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, None),
        ({"offset": -0.5}, "offset"),
        ({"offset": 0.49}, None),
        ({"drift": -0.3}, "drift"),
        ({"drift": None}, None),
        ({"spread": 0.08}, "clamped"),
        ({"spread": 0.0, "site_spread": 0.05}, None),
        ({"repeated": 0.5}, "clamped"),
        ({"offset": 0.8, "spread": 0.0}, "clamped"),
        ({"offset": 2.0, "count": 99}, None),
    ],
)
def test_a_device_is_named_for_the_worst_of_what_it_does_once_enough_people_were_before_it(change, kind):
    values = {name: getattr(WELL, name) for name in WELL.__struct_fields__} | change
    found = last(device_health, scene(0, devices=(DeviceDay(**values),)))
    assert [one.facts["kind"] for one in found] == ([kind] if kind else [])
    assert [(one.cause, one.severity) for one in found] == ([(f"health:g1:gy614v3:{kind}", "notice")] if kind else [])


def test_a_channel_that_refused_the_test_is_a_page_until_it_takes_one():
    refused = scene(0, refused={"duty": "密钥无效"})
    assert looked(channel_refused, refused, scene(1), refused) == [["refused-test:duty"], [], ["refused-test:duty"]]
    (found,) = last(channel_refused, refused)
    assert (found.severity, found.gate, found.facts["channel"]) == ("page", "", "duty")


EVERY_KIND = [
    *last(queue_long, scene(0, gate(per_minute=9.0))),
    *last(unattended, scene(0, gate(unattended=True, per_minute=1.0))),
    *last(unattended, *(scene(at, gate(unmeasured=True)) for at in (0, 9))),
    *last(unattended, *(scene(at, gate(on_duty=1)) for at in (0, 90))),
    *last(neither_state, scene(0, gate(), gate("g77"), entrances={"e01": "open", "e02": None})),
    *last(neither_state, *(scene(at, entrances={"e01": "open"}) for at in (0, 2000))),
    *(
        last(device_health, scene(0, devices=(DeviceDay("g1", "d", 200, offset, spread, 0.25, 0.1, drift),)))[0]
        for offset, spread, drift in ((0.6, 0.2, None), (0.0, 0.02, None), (0.0, 0.2, 0.4))
    ),
    *last(channel_refused, scene(0, refused={"duty": "密钥无效"})),
]


def incident(found, **more):
    return Incident(
        "i", found.rule, found.cause, found.gate, "open", found.severity, found.late, found.facts, 0, 0, 0, 1,
        *(None,) * 4, **more,
    )  # fmt: skip


@pytest.mark.parametrize("found", EVERY_KIND, ids=lambda found: found.cause)
def test_each_has_sentences_of_its_own_whose_first_twenty_characters_say_where_and_what(found):
    for language in ("zh", "en"):
        for part in ("text", "do"):
            told = sentence(incident(found), part, language)
            assert not {"{", "}"} & set(told)
            assert f"rule.{found.rule}" not in told
    assert sentence(incident(found), "text")[:20].startswith(str(found.facts["name"]))
    kind = f".{found.facts['kind']}" if "kind" in found.facts else ""
    assert f"rule.{found.rule}{kind}.text" in catalogue("zh")


def test_each_kind_is_among_them():
    said = {key.rsplit(".", 1)[0] for key in catalogue("zh") if key.startswith("rule.") and not key.endswith(".about")}
    rules = (queue_long, unattended, neither_state, device_health, channel_refused)
    ours = {key for key in said if key.split(".")[1] in {rule.NAME for rule in rules}}
    told = {f"rule.{one.rule}" + (f".{one.facts['kind']}" if "kind" in one.facts else "") for one in EVERY_KIND}
    assert ours == told
