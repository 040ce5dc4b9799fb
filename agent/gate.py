"""One gate: a loop over what happens, and the parts that make it happen, each in a thread of its own."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from agent.acts import Act, Answer
from agent.book import Book
from agent.clock import Clock
from agent.duty import Duty
from agent.guns import Guns
from agent.inbox import Asked, Heard, Inbox
from agent.kiosk import Board, Kiosk
from agent.memory import recall
from agent.outbox import Clerk, Outbox
from agent.outbox.clerk import PATIENCE
from agent.parts import Crew, Device, Part, Serving
from agent.proof import open_proof
from agent.recorder import Recorder
from agent.screener import Screener
from agent.screening import Joiner
from agent.settings import AgentSettings
from agent.sight import Sight
from agent.telemetry import Report
from agent.thermometer.plateau import Measured
from agent.today import Tally
from agent.touch import Touch, temperature
from agent.troubles import troubles
from agent.unmeasured import Unmeasured
from agent.uplink import Uplink
from agent.uplink.homeassistant import discovery
from agent.uplink.uplink import Hooks
from kadian.messages import CameraHealth, Code, Command, Policy, Screening, Telemetry, ThermometerHealth

log = structlog.get_logger(__name__)
BEAT_SECONDS = 0.5
"""How often the loop says that it lives, at least."""
END_SECONDS, WRITE_SECONDS = 3.5, 3.0
"""How long the parts have to end, and then the clerk to write what waits: together below the unit's TimeoutStopSec."""


class Gate:
    """A whole gate. What is missing is said once, and the gate goes on with what works.

    Args:
        settings: the gate's.
        clock: wall time and its trustworthiness.
        monotonic: seconds, the one clock of readings and codes.
        on_beat: called by the loop at least twice a second.
        on_reload: the office asks to read the configuration again; says why not, or None when it is done.

    Raises:
        KadianError: the outbox cannot be opened, a driver or a camera's kind is unknown, the kiosk's port is taken.
    """

    def __init__(
        self,
        settings: AgentSettings,
        *,
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        on_beat: Callable[[], None] = lambda: None,
        on_reload: Callable[[], str | None] = lambda: "this gate was not started from a file",
    ) -> None:
        self._monotonic = monotonic
        self._on_beat = on_beat
        self._clock = clock or Clock(settings.clock.trust)
        self._inbox = Inbox()
        self._touch = (
            Touch(settings.thermometer, self._inbox.put, self._inbox.put, monotonic) if settings.thermometer else None
        )
        kept = settings.outbox
        self.outbox = Outbox(
            Path(kept.path),
            max_bytes=kept.max_bytes,
            keep_done_hours=kept.keep_done_hours,
            boot_id=self._clock.boot_id,
            monotonic_ns=self._clock.monotonic_ns,
        )
        self.policy = self.outbox.policy() or Policy(version="built-in")
        self.board = Board(settings.gate)
        self._tally = Tally()
        self._unmeasured = Unmeasured()
        self._report = Report(
            self._clock,
            self.outbox,
            tally=self._tally,
            unmeasured=lambda: self._touch is not None and self._unmeasured.now(monotonic()),
            monotonic=monotonic,
        )
        self._proof = open_proof(
            settings,
            policy=lambda: self.policy,
            now=lambda: self._clock.now()[0],
            synced=lambda: self._clock.right,
            monotonic=monotonic,
        )
        self._clerk = Clerk(self.outbox, self._clock, monotonic=monotonic, also=self._proof.turn)
        self._recorder = Recorder(settings.screening.record_to)
        self._uplink = Uplink(
            settings.site,
            settings.gate,
            settings.broker,
            self.outbox,
            Hooks(
                self.telemetry,
                self._take_policy,
                self._message,
                self.board.identify,
                on_reload,
                lambda: discovery(settings.homeassistant, settings.site, settings.gate),
            ),
            now=lambda: self._clock.now()[0],
            monotonic=monotonic,
            clock_right=lambda: self._clock.right,
        )
        reads = settings.camera is not None or settings.gun is not None
        self._sight = self._eyes(settings) if settings.camera else None
        self._guns = Guns(settings.gun, self._gun_read, monotonic) if settings.gun else None
        # Hardware by the name under which its troubles are told; a new kind of it is one more line here.
        fitted: dict[str, Device | None] = {"thermometer": self._touch, "camera": self._sight, "gun": self._guns}
        self.devices = {name: device for name, device in fitted.items() if device is not None}
        parts: dict[str, Part] = {"uplink": self._uplink, **self.devices}
        if settings.kiosk:
            parts["kiosk"] = Serving(Kiosk(self.board, settings.kiosk, self.do, lambda: self.policy.office_key))
        self._crew = Crew(parts)
        self._office = Crew({"clerk": self._clerk})
        self._duty = Duty(
            self.outbox,
            self._clerk,
            self._clock,
            lambda: self.policy,
            hours=settings.duty.longest_hours,
            monotonic=monotonic,
        )
        self._book = Book(
            self.outbox,
            self._clerk,
            self._clock,
            self._duty,
            self._recorder,
            monotonic=monotonic,
            on_entry=self._kept,
        )
        self._screener = Screener(
            Joiner(
                thermometer=self._touch is not None,
                camera=reads,
                join_seconds=settings.screening.join_seconds,
                code_wait_seconds=settings.screening.code_wait_seconds,
            ),
            self._book,
            self._duty,
            self.board,
            policy=lambda: self.policy,
            operator_of=self._proof.operator,
            can_read=reads,
            # Where nothing is measured a card is screened the moment it is seen, and nobody is left to choose.
            members=self._proof.members if self._touch else lambda _household: (),
            now=lambda: self._clock.now()[0],
        )
        self._states: dict[str, str] = {}

    def _eyes(self, settings: AgentSettings) -> Sight:
        # OpenCV and the decoders take seconds to load on a Pi, and a gate without a camera needs none of them.
        from agent.eyes import eyes

        return eyes(
            settings,
            on_code=self._inbox.put,
            read=self._proof.read,
            on_moved=self._unmeasured.moved,
            still_minutes=lambda: self.policy.still_minutes,
            monotonic=self._monotonic,
        )

    def _gun_read(self, text: str, at: float) -> None:
        code = self._proof.read(text)
        if code is not None:
            self._inbox.put(code, at)

    def do(self, act: Act) -> Answer:
        """Has an act carried out in the gate's own thread; from any thread, answers within two seconds."""
        return self._inbox.do(act, self._monotonic())

    def run(self, stop: threading.Event) -> None:
        """Screens until stopped; what was recorded by then stays in the outbox."""
        log.info("gate_started", epoch=self.outbox.epoch, last_seq=self.outbox.last_seq, waiting=self.outbox.waiting)
        recall(self._screener, self.outbox, self._clock, self._monotonic())
        all_written = threading.Event()
        self._office.start(all_written)
        self._crew.start(stop)
        try:
            while not stop.is_set():
                self._turn()
        finally:
            stop.set()
            try:
                self._finish()
            finally:
                all_written.set()
                self._end()

    def _finish(self) -> None:
        """What was measured before the word to stop is written down like all before it."""
        self._take_in(0)
        self._screener.close()
        self._crew.join(END_SECONDS)
        self._take_in(0)  # what a device still had in hand
        self._screener.close()

    def _end(self) -> None:
        """The clerk is the last to go, and the outbox is let go of only when nobody writes any more."""
        self._clerk.wake()
        written = self._office.join(WRITE_SECONDS)
        self._screener.settle()
        self._recorder.close()
        if written:
            self.outbox.close()
            log.info("gate_stopped", last_seq=self.outbox.last_seq, waiting=self.outbox.waiting)
        else:
            log.error("gate_stopped_while_writing", lost=self._clerk.writing, last_seq=self.outbox.last_seq)

    def telemetry(self) -> Telemetry:
        """The gate's report about itself."""
        return self._report.make(
            self._touch.health() if self._touch else ThermometerHealth("none"),
            self._sight.health() if self._sight else CameraHealth("none"),
            self.policy,
            self._guns.health() if self._guns else None,
        )

    def _turn(self) -> None:
        deadline = self._screener.deadline
        wait = BEAT_SECONDS if deadline is None else min(BEAT_SECONDS, max(0.0, deadline - self._monotonic()))
        self._take_in(wait)
        self._screener.tick(self._monotonic())
        self._look_after()
        self._on_beat()

    def _take_in(self, wait: float) -> None:
        for heard in self._inbox.take(wait):
            self._take(heard)

    def _take(self, heard: Heard) -> None:
        what, at = heard
        if isinstance(what, Measured):
            self._unmeasured.measured()
            device = self._touch.driver.name if self._touch else "unknown"
            self._screener.reading(lambda site: temperature(what, site, device), at)
        elif isinstance(what, Code):
            self._screener.code(what, at)
        elif not isinstance(what, Asked):
            self._screener.stage(what)
        elif what.take_up():
            what.answer(self._screener.act(what.act, at))

    def _look_after(self) -> None:
        """The clock, and what the screen says of the devices."""
        if self._clock.newly_synced() is not None:
            self._duty.clock_is_right()
        states: dict[str, str] = {name: device.state for name, device in self.devices.items()}
        if self._touch is not None and self._touch.stuck:
            states["thermometer"] = "stuck"
        refuses = self._book.refusing or self.outbox.trouble is not None
        states["outbox"] = "refusing" if refuses else "slow" if self._book.writing else "ok"
        if states != self._states:
            self._states = states
            self._uplink.changed()
        self.board.devices(
            troubles=troubles(states),
            waiting=self.outbox.waiting,
            online=self._uplink.connected,
            capacity_left=self._clerk.capacity_left,
        )

    @property
    def disk_hangs(self) -> bool:
        """Whether the disk holds up its callers for longer than a person waits; no restart would make it quicker."""
        return self._clerk.stuck > PATIENCE

    def _kept(self, screening: Screening) -> None:
        self._uplink.recorded(screening.seq)
        if screening.registration is None:
            self._tally.note(screening)

    def _message(self, command: Command) -> None:
        log.info("message_from_office", characters=len(command.text or ""))
        self.board.message(command.text or None, seconds=command.seconds, name=command.id)

    def _take_policy(self, policy: Policy) -> None:
        if policy != self.policy:
            self.policy = policy
            self._uplink.changed()
