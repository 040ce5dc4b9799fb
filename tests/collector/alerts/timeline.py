"""A morning as a timeline: what is found when, and what must ring where between when and when.

The ledger, the deciding, the writing and the carrying are the office's own; only its clock is the test's, so that a
morning takes a second.
"""

from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from collector.alerts.channel import Answer
from collector.alerts.courier import Courier
from collector.alerts.dispatch import Dispatch, Dispatcher
from collector.alerts.settings import Alerts, Channel, Person, Shift
from collector.ledger import deliveries, incidents, lasting
from collector.rules.reason import Reason
from collector.rules.rule import Finding

ZONE = ZoneInfo("Asia/Shanghai")
SEVEN = datetime(2026, 11, 25, 7, tzinfo=ZONE)
NAMES = {f"e{number:02}": f"{number}号门" for number in range(1, 24)}
DAY_SECONDS = 86_400
SECRETARY = Person("secretary", channels=("secretary",))
DEPUTY = Person("deputy", "deputy", channels=("deputy",))
DUTY = Person("v-12", "duty", channels=("duty",))
SHIFT = Shift("v-12", ("e01", "e02"), "07:00", "12:00")
THREE = {"channels": ("duty", "secretary", "deputy"), "people": (SECRETARY, DEPUTY, DUTY), "shifts": (SHIFT,)}


class Phone:
    """A channel that notes when it was called; `answers` are used up one by one, then all is accepted."""

    def __init__(self, name, timeline):
        self.name = name
        self.timeline = timeline
        self.heard = []
        self.answers = []

    def send(self, message):
        answer = self.answers.pop(0) if self.answers else Answer("accepted", "HTTP 200")
        if answer.kind == "accepted":
            self.heard.append((self.timeline.now, message))
        return answer

    def between(self, begin, end):
        """The messages between two moments (seconds after seven)."""
        return [message for at, message in self.heard if begin <= at <= end]

    def rules(self):
        return [message.rule for _, message in self.heard]


class Timeline:
    """Everything happens at a number of seconds after seven o'clock."""

    def __init__(self, ledger, channels=("phone",), people=(), shifts=(), begin=SEVEN, **alerts):
        self.ledger = ledger
        self.begin = begin
        self.now = 0
        self.phones = {name: Phone(name, self) for name in channels}
        named = [Channel(name, f"webhook+http://127.0.0.1/{name}") for name in channels]
        self.arguments = named, people, shifts, Alerts(**alerts), ZONE
        self.plans = []
        self.numbers = count()
        self.start()

    def start(self):
        """An office with nothing but its ledger: what one does after kill -9."""
        self.dispatch = Dispatch(*self.arguments)
        self.dispatcher = Dispatcher(self.ledger, self.dispatch, self.now_ms, lambda: self.now)
        self.courier = Courier(self.ledger, self.phones, self.now_ms, lambda: 0.5)

    def now_ms(self):
        return round((self.begin.timestamp() + self.now) * 1000)

    def set_clock(self, seconds):
        """The office's wall clock is set by so much, forward or back."""
        self.begin += timedelta(seconds=seconds)

    def at(self, seconds, do, *arguments, **more):
        """Plan something."""
        self.plans.append((seconds, next(self.numbers), lambda: do(*arguments, **more)))

    def find(self, rule, gate="e01", severity="page", cause=None, **more):
        """A rule finds something, as `Watch` writes it down."""
        facts = {"gate": gate, "name": NAMES.get(gate, gate), "celsius": 38.2, "time": "07:02", "count": 1}
        facts |= {"status": "expired", "day": "2026-11-25"} | more.pop("facts", {})
        finding = Finding(
            rule,
            Reason.SEALED,
            cause or f"{rule}:{next(self.numbers)}",
            gate,
            str(next(self.numbers)),
            severity,
            more.pop("late", False),
            self.now_ms(),
            facts,
            **more,
        )
        with self.ledger.begin() as connection:
            incident, new = incidents.open_or_repeat(connection, finding, self.now_ms())
            if new:
                self.dispatch.consider(connection, [incident], self.now_ms())
        return incident

    def newest(self, rule):
        with self.ledger.read() as connection:
            return next(one for one in incidents.listing(connection) if one.rule == rule)

    def acknowledge(self, rule, who, minutes=None):
        with self.ledger.begin() as connection:
            incidents.acknowledge(connection, self.newest(rule).id, who, self.now_ms(), minutes=minutes)

    def resolve(self, rule, ending="resolved", gate=None):
        wanted = [one for one in self.everything() if one.rule == rule and gate in {None, one.gate}]
        with self.ledger.begin() as connection:
            incidents.resolve(connection, wanted[0].id, None, self.now_ms(), ending=ending)

    def come_again(self, rule):
        """What was over by itself is found once more, as the lookout writes it down."""
        with self.ledger.begin() as connection:
            incident = lasting.go_on(connection, self.newest(rule), self.now_ms(), "flapping")
            self.dispatch.consider(connection, [incident], self.now_ms())

    def untold(self):
        with self.ledger.read() as connection:
            return incidents.untold(connection, 0)

    def run(self, until):
        """Live through it; no moment at which something is due is passed over."""
        self.plans.sort(key=lambda plan: plan[:2])
        while True:
            self.settle()
            next_at = min(self.plans[0][0] if self.plans else until, self.due(), until)
            if next_at >= until and not (self.plans and self.plans[0][0] <= until):
                self.now = until
                self.settle()
                return
            self.now = max(self.now, next_at)
            while self.plans and self.plans[0][0] <= self.now:
                self.plans.pop(0)[2]()

    def settle(self):
        """All that is due at this moment."""
        for _ in range(50):
            before = self.ledger.changed.version
            self.dispatcher.pace()
            for name, phone in self.phones.items():
                while not self.courier.step(name, phone):
                    pass
            if before == self.ledger.changed.version:
                return
        raise AssertionError(f"at {self.now} s it never comes to rest")

    def due(self):
        """When time alone brings something next, in seconds after seven."""
        with self.ledger.read() as connection:
            found = [self.dispatch.next_ms(connection, self.now_ms())]
            found += [deliveries.next_due_ms(connection, name) for name in self.phones]
        later = [one for one in found if one is not None and one > self.now_ms()]
        return min(later) / 1000 - self.begin.timestamp() if later else DAY_SECONDS

    def timeline(self, incident):
        with self.ledger.read() as connection:
            return [line.what for line in incidents.timeline(connection, incident)]

    def everything(self):
        """All incidents, the newest first."""
        with self.ledger.read() as connection:
            return incidents.listing(connection, limit=1000)
