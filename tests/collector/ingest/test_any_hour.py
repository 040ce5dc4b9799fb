"""Whatever is lost, doubled, put out of order, begun anew or restored: in the end the office has what gates made."""

import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from collector.ingest.asking import QUIET, Ask, Asking
from collector.ingest.commit import commit
from collector.ingest.intake import Intake
from collector.ledger import Ledger, lives, runs, screenings
from kadian.messages import CameraHealth, OutboxHealth, Reply, Screening, Status, Telemetry, ThermometerHealth

AT = datetime(2026, 11, 25, 7, tzinfo=UTC)
GATES = ("e01", "e02")
HOURS = int(os.environ.get("KADIAN_HOURS", "12"))


class Gate:
    """An outbox as a plain dict: seq to id, and which of them are done."""

    def __init__(self, name):
        self.name, self.life, self.rows, self.done, self.last = name, 1, {}, set(), 0

    @property
    def epoch(self):
        return f"life-{self.life}"

    def begin_anew(self):
        """The file was damaged: what waited is moved, what was done is gone."""
        waiting = [self.rows[seq] for seq in sorted(self.rows) if seq not in self.done]
        self.life, self.rows, self.done = self.life + 1, dict(enumerate(waiting, 1)), set()
        self.last = len(waiting)

    def screenings(self, seqs):
        return tuple(Screening(self.rows[seq], self.epoch, seq, AT, "synced", "pass") for seq in seqs)

    def waiting(self):
        return [seq for seq in sorted(self.rows) if seq not in self.done]

    def telemetry(self):
        health = OutboxHealth(self.epoch, self.last, len(self.waiting()))
        return Telemetry(AT, "1", "synced", ThermometerHealth("none"), CameraHealth("none"), health)


class AnyHour(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.ledger = Ledger.open(f"sqlite:///{self.folder}/kadian.db")
        self.backup = None
        self.gates = {name: Gate(name) for name in GATES}
        self.made = {}
        self.beyond = set()
        self.asking, self.now = Asking(), 0.0

    @initialize(count=st.integers(1, 5))
    def begin(self, count):
        for gate in self.gates.values():
            self.record(gate.name, count)

    @rule(name=st.sampled_from(GATES), count=st.integers(1, 6))
    def record(self, name, count):
        gate = self.gates[name]
        for _ in range(count):
            gate.last += 1
            gate.rows[gate.last] = UUID(int=len(self.made) + 1)
            self.made[gate.rows[gate.last]] = name

    @rule(name=st.sampled_from(GATES), data=st.data())
    def send(self, name, data):
        """Any of what waits, in any order, some of it twice; the receipt may be lost."""
        gate = self.gates[name]
        waiting = gate.waiting()
        if not waiting:
            return
        seqs = data.draw(st.lists(st.sampled_from(waiting), max_size=8))
        self.arrive(gate, seqs, receipt=data.draw(st.booleans()))

    def arrive(self, gate, seqs, *, receipt=True):
        brought = Intake("t", gate.name, screenings=gate.screenings(seqs), status=Status("online", AT, "1"))
        with self.ledger.begin() as connection:
            commit(connection, [brought], 1)
            word = runs.receipt(connection, gate.name, gate.epoch)
        if receipt:
            gate.done |= word.covered(gate.rows)

    @rule(name=st.sampled_from(GATES))
    def speak(self, name):
        self.asking.told(name, self.gates[name].telemetry(), self.now)

    @rule(name=st.sampled_from(GATES))
    def begin_anew(self, name):
        gate = self.gates[name]
        self.beyond |= {gate.rows[seq] for seq in gate.done} - self.ids()  # receipted, lost by a restore, lost here too
        gate.begin_anew()

    @rule(seconds=st.sampled_from([1, QUIET, 60, 1000]))
    def ask(self, seconds):
        self.now += seconds
        with self.ledger.read() as connection:
            known = lives.all(connection)
        for one in self.asking.decide(known, self.now):
            if isinstance(one, Ask):
                self.asking.sent(one, self.now)
                self.obey(self.gates[one.gate], one)
            else:
                with self.ledger.begin() as connection:
                    lives.give_up(connection, one.gate, one.epoch, one.ranges, one.reason, 1)

    def obey(self, gate, ask):
        if ask.epoch != gate.epoch:
            self.asking.answered(gate.name, Reply("resend", ok=False, epoch=ask.epoch))
            return
        gate.done -= {seq for seq in gate.done if seq >= ask.first and (ask.last is None or seq <= ask.last)}
        self.asking.answered(gate.name, Reply("resend", ok=True, epoch=ask.epoch, oldest=1))

    @precondition(lambda self: not self.backup)
    @rule()
    def back_up(self):
        self.ledger.close()
        self.backup = self.folder / "backup"
        shutil.copy(self.folder / "kadian.db", self.backup)
        self.ledger = Ledger.open(f"sqlite:///{self.folder}/kadian.db")

    @precondition(lambda self: self.backup)
    @rule()
    def restore(self):
        before = self.ids()
        self.ledger.close()
        shutil.copy(self.backup, self.folder / "kadian.db")
        self.ledger = Ledger.open(f"sqlite:///{self.folder}/kadian.db")
        self.asking = Asking()
        kept = {id_ for gate in self.gates.values() for id_ in gate.rows.values()}
        self.beyond |= before - self.ids() - kept  # of an outbox that is no more: nobody has them

    def ids(self):
        with self.ledger.read() as connection:
            found = [stored.screening.id for stored in screenings.after(connection, 0, 10_000)]
        assert len(found) == len(set(found))
        return set(found)

    @invariant()
    def nothing_is_made_up(self):
        assert self.ids() <= set(self.made)

    def teardown(self):
        try:
            if self.backup:
                self.restore()  # in the end the disk is lost
            for _ in range(8):
                for gate in self.gates.values():
                    self.arrive(gate, gate.waiting())
                    self.speak(gate.name)
                self.ask(31)
            for gate in self.gates.values():
                self.arrive(gate, gate.waiting())
            assert self.ids() == set(self.made) - self.beyond
            with self.ledger.read() as connection:
                assert runs.gaps(connection) == {}
        finally:
            self.ledger.close()
            shutil.rmtree(self.folder)


def test_what_was_receipted_and_lost_on_both_sides_is_given_up_and_nothing_else_is():
    """Found at random: the office restores an older backup, and before it asks the gate's file is damaged."""
    machine = AnyHour()
    machine.begin(2)
    gate = machine.gates["e01"]
    machine.back_up()
    machine.arrive(gate, [1])
    lost = gate.rows[1]
    machine.restore()
    machine.begin_anew("e01")
    machine.teardown()
    assert machine.beyond == {lost}


TestAnyHour = AnyHour.TestCase
TestAnyHour.settings = settings(max_examples=HOURS, stateful_step_count=20, deadline=None)
