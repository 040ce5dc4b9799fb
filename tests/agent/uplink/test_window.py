"""The send window: bounded, live first, nothing lost, nothing sent in vain."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from agent.uplink.window import QUIET, Window
from kadian.messages import Receipt

FEW = 5


class Gate:
    """An outbox of numbers and a window over it, driven as the uplink does."""

    def __init__(self, last=0, most_in_one=500):
        self.last = last
        self.waiting = set(range(1, last + 1))
        self.window = Window(most_in_one)
        self.arrays = []

    def pump(self, now):
        while True:
            seqs = self.window.live()
            if not seqs:
                asked = self.window.backlog()
                if not asked:
                    return
                rows = sorted(seq for seq in self.waiting if seq > self.window.cursor)[:asked]
                seqs = self.window.fresh(rows, asked)
            if seqs:
                self.window.sent(seqs, now)
                self.arrays.append(seqs)

    def record(self):
        self.last += 1
        self.waiting.add(self.last)
        self.window.recorded(self.last)

    def receipt(self, through, missing, now):
        self.waiting -= {seq for seq in self.waiting if seq <= through and seq not in missing}
        self.window.receipted(Receipt("e", through, tuple(missing)), now)


def test_a_backlog_goes_oldest_first_in_arrays_of_500_and_leaves_room_for_live_ones():
    gate = Gate(last=9_000)
    gate.window.connect(9_000, 0.0)
    gate.pump(0.0)
    assert [(len(array), array[0]) for array in gate.arrays] == [(500, 1), (500, 501), (500, 1_001)]
    gate.record()
    gate.pump(0.1)
    assert gate.arrays[-1] == [9_001]


def test_live_ones_overtake_a_backlog():
    gate = Gate(last=4_000)
    gate.window.connect(4_000, 0.0)
    gate.pump(0.0)
    for _ in range(3):
        gate.record()
    gate.receipt(500, (), 1.0)
    gate.pump(1.0)
    assert gate.arrays[3] == [4_001, 4_002, 4_003]
    assert gate.arrays[4][0] == 1_501


def test_nothing_is_sent_again_before_a_quiet_time():
    gate = Gate(last=3)
    gate.window.connect(3, 0.0)
    gate.pump(0.0)
    assert gate.window.again(QUIET - 0.1) == 0
    assert gate.window.again(QUIET) == 3
    gate.pump(QUIET)
    assert gate.arrays == [[1, 2, 3], [1, 2, 3]]


def test_the_quiet_time_grows_while_nobody_answers():
    gate = Gate(last=1)
    gate.window.connect(1, 0.0)
    times, now = [], 0.0
    while now < 200:
        gate.pump(now)
        now = gate.window.due()
        gate.window.again(now)
        times.append(now)
    assert times[:5] == [10, 30, 70, 110, 150]


def test_a_batch_that_the_office_passed_over_is_sent_again_alone():
    gate = Gate()
    gate.window.connect(0, 0.0)
    for second in range(30):
        gate.record()
        gate.pump(float(second))
        gate.receipt(gate.last, (1,) if 1 in gate.waiting and second < 25 else (), second + 0.5)
        gate.window.again(second + 0.6)
        gate.pump(second + 0.6)
    assert gate.arrays.count([1]) == 3
    assert sum(len(array) for array in gate.arrays) == 32
    assert not gate.waiting


def test_what_was_on_its_way_is_forgotten_at_a_disconnect():
    gate = Gate(last=2)
    gate.window.connect(2, 0.0)
    gate.pump(0.0)
    gate.window.disconnect()
    assert (gate.window.unreceipted, gate.window.live(), gate.window.backlog()) == (0, [], 0)
    gate.window.connect(2, 1.0)
    gate.pump(1.0)
    assert gate.arrays == [[1, 2], [1, 2]]


def test_what_is_marked_waiting_again_is_sent_again():
    gate = Gate(last=5)
    gate.window.connect(5, 0.0)
    gate.pump(0.0)
    gate.receipt(5, (), 0.1)
    gate.waiting = {3, 4, 5}
    gate.window.rewind(3)
    gate.pump(0.2)
    assert gate.arrays[-1] == [3, 4, 5]


def test_what_the_office_says_it_has_not_got_goes_at_once_though_it_was_sent_just_now():
    gate = Gate(last=5)
    gate.window.connect(5, 0.0)
    gate.pump(0.0)
    gate.window.take_back(3, 4)
    gate.pump(0.1)
    assert gate.arrays == [[1, 2, 3, 4, 5], [3, 4]]
    gate.receipt(5, (), 0.2)
    assert gate.window.unreceipted == 0


class Life(RuleBasedStateMachine):
    """A gate with its outbox against an office, with losses, cuts and restarts between them."""

    def __init__(self):
        super().__init__()
        self.gate = Gate(most_in_one=FEW)
        self.now = 0.0
        self.office = set()
        self.on_the_way = []
        self.lossless = True

    def go(self):
        self.gate.pump(self.now)
        self.on_the_way += self.gate.arrays
        if self.lossless:
            sent = [seq for array in self.gate.arrays for seq in array]
            assert len(sent) == len(set(sent))
            assert not set(sent) & self.office
        self.gate.arrays = []

    @rule(count=st.sampled_from([1, 2, 7, 26, 90]))
    def record(self, count):
        for number in range(count):
            self.gate.record()
            if count < 5 or number % 13 == 0:
                self.go()
        self.go()

    @precondition(lambda self: not self.gate.window.connected)
    @rule()
    def connect(self):
        self.gate.window.connect(self.gate.last, self.now)
        self.go()

    @precondition(lambda self: self.gate.window.connected)
    @rule(kill=st.booleans())
    def cut(self, kill):
        if self.gate.window.unreceipted:
            self.lossless = False  # screenings or their receipt were on the way
        self.on_the_way = []
        self.gate.window.disconnect()
        if kill:
            self.gate.window = Window(FEW)

    @precondition(lambda self: self.on_the_way)
    @rule()
    def lose(self):
        self.on_the_way.pop(0)
        self.lossless = False

    @precondition(lambda self: self.on_the_way)
    @rule(count=st.integers(1, 6))
    def arrive(self, count):
        for array in self.on_the_way[:count]:
            self.office |= set(array)
        del self.on_the_way[:count]

    @rule()
    def receipt(self):
        if self.gate.window.connected:
            self.say_receipt()
            self.go()

    def say_receipt(self):
        through = max(self.office, default=0)
        missing = sorted(set(range(1, through + 1)) - self.office)
        if len(missing) > FEW:
            through, missing = missing[FEW] - 1, missing[:FEW]
        self.gate.receipt(through, missing, self.now)

    @rule(seconds=st.sampled_from([0.1, 3.0]))
    def time_passes(self, seconds):
        self.now += seconds
        due = self.gate.window.due()
        if due is not None and self.now >= due:
            self.lossless = False
        self.gate.window.again(self.now)
        self.go()

    @invariant()
    def the_window_is_never_exceeded(self):
        assert self.gate.window.unreceipted <= 4 * FEW
        assert all(len(array) <= FEW for array in self.on_the_way)

    def teardown(self):
        if not self.gate.window.connected:
            self.gate.window.connect(self.gate.last, self.now)
        for _ in range(500):
            self.go()
            self.arrive(1_000)
            self.say_receipt()
            self.now += 1.0
            self.gate.window.again(self.now)
            if not self.gate.waiting:
                break
        assert self.office == set(range(1, self.gate.last + 1))
        assert not self.gate.waiting


Life.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLife = Life.TestCase
