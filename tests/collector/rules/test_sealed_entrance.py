from collector.rules import sealed_entrance
from collector.rules.rule import RuleSettings

SETTINGS = RuleSettings(sealed=frozenset({"g7"}), names={"g7": "后巷"}, entrances={"g7": "e07"})


def judge(stored):
    return sealed_entrance.judge(sealed_entrance.State(), stored, SETTINGS)


def test_any_screening_at_a_sealed_entrance_pages(at):
    (found,) = judge(at(0, 36.5, gate="g7"))
    assert (found.cause, found.severity, found.once) == ("sealed:g7", "page", False)
    assert (found.facts["name"], found.facts["entrance"]) == ("后巷", "e07")


def test_one_that_arrives_late_is_a_notice(at):
    (found,) = judge(at(0, 36.5, gate="g7", received=60))
    assert (found.cause, found.severity, found.late) == ("late-sealed:g7:2026-11-24", "notice", True)


def test_an_open_entrance_is_silent(at):
    assert judge(at(0, gate="g1")) == []
