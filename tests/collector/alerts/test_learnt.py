import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from collector.alerts.watch import Watch
from collector.ledger import deliveries, incidents, rule_states, screenings
from collector.ledger.tables import rule_states as table
from collector.rules import baseline
from collector.rules.rule import RuleSettings
from tests.collector.queued import telling

SETTINGS = RuleSettings(names={"g1": "正门"})
COLD = (34.9, 35.1, 35.0, 34.8, 35.2, 35.0) * 10


class Offices:
    """Offices one after the other on one ledger; `level` is what the gate's usual reading is believed to be."""

    def __init__(self, office):
        self.office = office
        self.watch = None
        self.start()

    def start(self):
        self.watch = Watch(self.office.ledger, SETTINGS, telling("phone"), self.office.now_ms)

    def screen(self, values):
        for celsius in values:
            self.office.screen(celsius)

    def judge(self):
        with self.office.ledger.read() as connection:
            batch = screenings.after(connection, self.watch.position(), 1000)
        self.watch.handle(batch)

    def kept(self):
        with self.office.ledger.read() as connection:
            return rule_states.of(connection, "baseline")

    def cells(self):
        return [cells for cells in self.watch._states["baseline"].hours if cells]


@pytest.fixture
def offices(office):
    office.ahead_ms = 1_800_000 - office.now_ms() % 3_600_000  # half past: no hour ends while a test runs
    return Offices(office)


def hints(offices):
    with offices.office.ledger.read() as connection:
        return [one.cause.split(":")[0] for one in incidents.listing(connection) if one.rule == "baseline"]


def test_what_was_learnt_before_a_restart_days_ago_is_known_after_it(offices, monkeypatch):
    offices.screen(COLD)
    offices.judge()
    known = offices.cells()
    monkeypatch.setattr(Watch, "MOST_RECALLED", 0)
    offices.start()
    offices.screen([36.0])
    offices.judge()
    assert hints(offices) == ["baseline"]
    assert [len(cells) for cells in offices.cells()] == [len(cells) for cells in known]


def test_the_screenings_behind_the_last_snapshot_are_judged_once_more_after_a_kill(offices):
    offices.screen(COLD[:30])
    offices.judge()
    offices.screen(COLD[30:])
    offices.judge()
    assert offices.kept()[1] == 30  # within the same minute nothing more is written
    known = offices.cells()
    offices.start()
    offices.screen([])
    offices.watch._recall()
    assert offices.cells() == known


def test_at_the_end_all_is_kept(offices):
    offices.screen(COLD[:30])
    offices.judge()
    offices.screen(COLD[30:])
    offices.judge()
    offices.watch.close()
    parts, position = offices.kept()
    assert position == 60
    assert [cells for cells in baseline.restore(parts).hours if cells] == offices.cells()


def test_a_minute_later_it_is_kept_with_the_cursor(offices):
    for values in (COLD[:30], COLD[30:]):
        offices.screen(values)
        offices.judge()
        offices.office.ahead_ms += 60_000
    assert offices.kept()[1] == 60


def test_what_was_not_written_with_the_cursor_is_not_kept(offices, monkeypatch):
    offices.screen([*COLD, 38.4, 38.4])
    with monkeypatch.context() as broken:
        broken.setattr(deliveries, "put", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            offices.judge()
    assert offices.kept() == ({}, 0)
    offices.judge()
    assert offices.kept()[1] == 62


def test_an_office_that_was_overtaken_keeps_nothing_at_its_end(offices):
    offices.screen(COLD[:30])
    offices.judge()
    overtaken = offices.watch
    offices.screen(COLD[30:])
    offices.start()
    offices.judge()
    kept = offices.kept()
    overtaken.close()
    assert offices.kept() == kept
    assert kept[1] == 60


def test_a_state_that_cannot_be_read_is_put_aside_and_learnt_anew(offices):
    offices.screen(COLD)
    offices.judge()
    for _ in range(2):
        with offices.office.ledger.begin() as connection:
            connection.execute(update(table).where(table.c.rule.startswith("baseline/")).values(state=b"\xff\x00"))
        offices.start()
        offices.screen([35.0])
        with capture_logs() as logs:
            offices.judge()
        (line,) = [one for one in logs if one["event"] == "rule_state_put_aside"]
        assert (line["code"], line["rule"], line["log_level"]) == ("K0570", "baseline", "warning")
        assert "baseline" in line["what"]
    with offices.office.ledger.read() as connection:
        names = sorted(connection.scalars(select(table.c.rule)))
        aside = connection.scalars(select(table.c.state).where(table.c.rule.startswith("aside:"))).all()
    assert {name.split("/")[0] for name in names} == {"aside:baseline", "baseline"}
    assert set(map(bytes, aside)) == {b"\xff\x00"}
    assert offices.kept()[1] == 62


def test_a_recall_is_bounded_takes_the_newest_and_says_what_it_left_out(offices, monkeypatch):
    monkeypatch.setattr(Watch, "MOST_RECALLED", 10)
    offices.screen([36.4] * 5)
    offices.screen(COLD)
    offices.judge()
    with offices.office.ledger.begin() as connection:
        connection.execute(table.delete())
    offices.start()
    with capture_logs() as logs:
        offices.watch._recall()
    assert [(one["event"], one["after"], one["wanted_after"]) for one in logs] == [("rules_recall_cut", 55, 0)]
    (cells,) = offices.cells()
    assert {len(cell) for cell in cells.values()} == {8 + 2 * 10}


def test_a_person_measured_before_a_restart_is_confirmed_after_it_although_the_baseline_needs_no_recall(offices):
    offices.screen(COLD)
    first = offices.office.screen(38.4)
    offices.judge()
    offices.watch.close()
    offices.start()
    offices.office.screen(38.5, of=first)
    offices.judge()
    with offices.office.ledger.read() as connection:
        assert "confirmed_fever" in {one.rule for one in incidents.listing(connection)}
