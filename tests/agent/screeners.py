"""The gate's judgement on a real outbox, and a clock that the test turns."""

import json

from agent.book import Book
from agent.clock import Clock
from agent.duty import Duty
from agent.kiosk import Board
from agent.memory import recall
from agent.outbox import Clerk, Outbox, Ticket
from agent.recorder import Recorder
from agent.screener import Screener
from agent.screening import Joiner
from kadian.messages import Code, Policy, Screening, Temperature, decode

OPERATORS = {"aa" * 16: "v-12", "bb" * 16: "v-13"}
STAFF = {"card-a": "v-12", "card-b": "v-13"}
EIGHT = 1_764_000_000 * 10**9


class AtOnce(Clerk):
    """A clerk without a thread; `held`, where it is a list, keeps back what a slow disk would."""

    held = None

    def record(self, make, monotonic_ns=None, patience=0.0):
        ticket = Ticket(make, monotonic_ns)
        if self.held is None:
            self._write(ticket)
        else:
            self.held.append(ticket)
        return ticket

    def keep(self, name, value):
        super().keep(name, value)
        self._write_notes()


class Gate:
    """A screener with its outbox; `now` is in seconds of a boot, wall time follows it."""

    def __init__(
        self, path, policy=None, boot="one", start=1000.0, wall=EIGHT, *, synced=True, camera=True, households=None
    ):
        self.now = start
        self.policy = policy or Policy("1")
        clock = Clock(
            wall_ns=lambda: wall + round((self.now - start) * 1e9),
            monotonic_ns=lambda: round(self.now * 1e9),
            synced=lambda: synced,
            boot_id=boot,
        )
        self.outbox = Outbox(path, boot_id=boot, monotonic_ns=clock.monotonic_ns)
        self.clerk = clerk = AtOnce(self.outbox, clock, monotonic=lambda: self.now)
        self.duty = Duty(self.outbox, clerk, clock, lambda: self.policy, hours=16, monotonic=lambda: self.now)
        self.board = Board("e01", lambda: self.now)
        self.book = Book(
            self.outbox,
            clerk,
            clock,
            self.duty,
            Recorder(None),
            monotonic=lambda: self.now,
            on_entry=lambda _screening: None,
        )
        self.screener = Screener(
            Joiner(camera=camera),
            self.book,
            self.duty,
            self.board,
            policy=lambda: self.policy,
            operator_of=lambda code: STAFF.get(code.holder) if code.status == "valid" else None,
            can_read=camera,
            members=lambda household: (households or {}).get(household, ()),
            now=lambda: clock.now()[0],
        )
        recall(self.screener, self.outbox, clock, self.now)

    def person(self, celsius, *, wait=1.0, quality="ok", at=None):
        moment = self.now if at is None else at
        self.screener.reading(
            lambda site: Temperature(celsius, "body_estimate", site=site, ambient=22.0, quality=quality), moment
        )
        self.pass_time(wait)

    def code(self, holder, status="valid"):
        self.screener.code(Code("pass", status, holder), self.now)

    def act(self, act):
        return self.screener.act(act, self.now)

    def pass_time(self, seconds):
        self.now += seconds
        self.screener.tick(self.now)

    @property
    def screenings(self):
        return [decode(Screening, row.body) for row in self.outbox.pending(0, 500)]

    @property
    def last(self):
        return self.screenings[-1]

    @property
    def shown(self):
        return json.loads(self.board.after(-1, 0)[1])
