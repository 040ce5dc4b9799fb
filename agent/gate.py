"""One gate: its devices, its decisions, its outbox and its uplink, joined."""

import json
import queue
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TextIO
from uuid import UUID

import structlog

from agent.clock import Clock
from agent.kiosk import Board, Kiosk
from agent.outbox import Outbox
from agent.screening import Flag, Joined, Joiner, Pending, decide, judge
from agent.screening.limits import with_quality
from agent.settings import AgentSettings
from agent.sight import Sight
from agent.telemetry import Report
from agent.thermometer.plateau import Measured
from agent.touch import Touch, temperature
from agent.uplink import Uplink
from agent.uplink.uplink import Hooks
from kadian.errors import KadianError
from kadian.identifiers import new_id
from kadian.messages import CameraHealth, Code, Policy, Screening, Telemetry, ThermometerHealth

log = structlog.get_logger(__name__)
BEAT_SECONDS = 0.5
"""How often the main loop says that it lives, at least."""
CLEAN_SECONDS = 60.0
RESTART_SECONDS = 1.0
TROUBLES = {
    ("thermometer", "lost"): "no_thermometer",
    ("thermometer", "silent"): "silent_thermometer",
    ("camera", "lost"): "no_camera",
    ("camera", "silent"): "silent_camera",
}


class Gate:
    """A whole gate. What is missing is said once, and the gate goes on with what works.

    Args:
        settings: the gate's.
        clock: wall time and its trustworthiness.
        monotonic: seconds, the one clock of readings and codes.
        on_beat: called by the main loop at least twice a second.

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
    ) -> None:
        self._monotonic = monotonic
        self._on_beat = on_beat
        self._clock = clock or Clock(settings.clock.trust)
        self._heard: queue.SimpleQueue[tuple[Measured | Code, float]] = queue.SimpleQueue()
        kept = settings.outbox
        path = Path(kept.path)
        self._touch = (
            Touch(settings.thermometer, lambda measured, at: self._heard.put((measured, at)), monotonic)
            if settings.thermometer
            else None
        )
        self.outbox = Outbox(
            path,
            max_bytes=kept.max_bytes,
            keep_done_hours=kept.keep_done_hours,
            boot_id=self._clock.boot_id,
            monotonic_ns=self._clock.monotonic_ns,
        )
        self.policy = self.outbox.policy() or Policy(version="built-in")
        self._sight: Sight | None = self._eyes(settings) if settings.camera else None
        self._joiner = Joiner(
            self.policy.code,
            thermometer=self._touch is not None,
            camera=self._sight is not None,
            join_seconds=settings.screening.join_seconds,
            code_wait_seconds=settings.screening.code_wait_seconds,
        )
        self._pending = Pending()
        self._report = Report(self._clock, self.outbox)
        self.board = Board(settings.gate)
        self._kiosk = (
            Kiosk(self.board, settings.kiosk, office_key=lambda: self.policy.office_key) if settings.kiosk else None
        )
        self._refusing = False
        self._states: dict[str, str] = {}
        self._recorder = _recorder(settings.screening.record_to)
        self._clean_at = monotonic() + CLEAN_SECONDS
        self._uplink = Uplink(
            settings.site,
            settings.gate,
            settings.broker,
            self.outbox,
            Hooks(self.telemetry, self._take_policy, self._message, self._identify),
            now=lambda: self._clock.now()[0],
            monotonic=monotonic,
        )

    def _eyes(self, settings: AgentSettings) -> Sight:
        # OpenCV and the decoders take seconds to load on a Pi, and a gate without a camera needs none of them.
        from agent.eyes import eyes

        return eyes(
            settings,
            on_code=lambda code, at: self._heard.put((code, at)),
            policy=lambda: self.policy,
            now=lambda: self._clock.now()[0],
            monotonic=self._monotonic,
        )

    def run(self, stop: threading.Event) -> None:
        """Screens until stopped; what was recorded by then stays in the outbox."""
        parts: list[tuple[str, Callable[[threading.Event], None]]] = [("uplink", self._uplink.run)]
        parts += [("thermometer", self._touch.run)] if self._touch else []
        parts += [("camera", self._sight.run)] if self._sight else []
        threads = [
            threading.Thread(target=self._keep_running, args=(*part, stop), name=part[0], daemon=True) for part in parts
        ]
        if self._kiosk is not None:
            self._kiosk.start()
        for thread in threads:
            thread.start()
        log.info("gate_started", epoch=self.outbox.epoch, last_seq=self.outbox.last_seq, waiting=self.outbox.waiting)
        try:
            while not stop.is_set():
                self._turn()
        finally:
            stop.set()
            for thread in threads:
                thread.join(8.0)
            if self._kiosk is not None:
                self._kiosk.stop()
            if self._recorder is not None:
                self._recorder.close()
            self.outbox.close()
            log.info("gate_stopped", last_seq=self.outbox.last_seq, waiting=self.outbox.waiting)

    def telemetry(self) -> Telemetry:
        """The gate's report about itself."""
        return self._report.make(
            self._touch.health() if self._touch else ThermometerHealth("none"),
            self._sight.health() if self._sight else CameraHealth("none"),
            self.policy,
        )

    def _turn(self) -> None:
        now = self._monotonic()
        deadline = self._joiner.deadline
        wait = BEAT_SECONDS if deadline is None else min(BEAT_SECONDS, max(0.0, deadline - now))
        try:
            heard = [self._heard.get(timeout=wait)]
            while not self._heard.empty():
                heard.append(self._heard.get_nowait())
        except queue.Empty:
            heard = []
        self._joiner.rule = self.policy.code
        for what, at in heard:
            for joined in self._take(what, at):
                self._screen(joined)
        for joined in self._joiner.tick(self._monotonic()):
            self._screen(joined)
        self._look_after()
        self._on_beat()

    def _take(self, what: Measured | Code, at: float) -> list[Joined]:
        if isinstance(what, Code):
            return self._joiner.code(what, at)
        device = self._touch.driver.name if self._touch else "unknown"
        return self._joiner.reading(temperature(what, self.policy.site, device), at)

    def _screen(self, joined: Joined) -> None:
        policy = self.policy
        measured = with_quality(joined.temperature, policy) if joined.temperature else None
        holder = joined.code.holder if joined.code else None
        earlier = self._pending.find(holder, joined.at, policy.confirm_within_seconds) if measured else None
        decision = decide(measured, joined.code, earlier, policy)
        identity: UUID = new_id()
        wall, state = self._clock.now()
        ago = max(0.0, self._monotonic() - joined.at)

        def make(epoch: str, seq: int) -> Screening:
            return Screening(
                id=identity,
                epoch=epoch,
                seq=seq,
                at=wall - timedelta(milliseconds=round(ago * 1000)),
                clock=state,
                verdict=decision.verdict,
                temperature=measured,
                code=joined.code,
                reasons=tuple(str(reason) for reason in decision.reasons),
                remeasure_of=earlier.id if earlier else None,
            )

        try:
            screening = self.outbox.record(make, self._clock.monotonic_ns() - int(ago * 1e9))
        except KadianError as error:
            self._refuse(error)
            return
        self._uplink.recorded(screening.seq)
        if self._refusing:
            self._refusing = False
            log.info("recording_again", seq=screening.seq)
        self._pending.note(Flag(identity, joined.at), holder, judge(measured, policy) if measured else None)
        log.info("screening", seq=screening.seq, verdict=screening.verdict, reasons=list(screening.reasons))
        self._tell_recorder(screening, joined)
        self.board.show(screening)

    def _refuse(self, error: KadianError) -> None:
        """Nothing was recorded, and everybody is to know: each time, not once."""
        self._refusing = True
        log.error("refused_aloud", code=error.code, refused=self.outbox.refused, what=error.what(), do=error.do())
        self._uplink.changed()

    def _tell_recorder(self, screening: Screening, joined: Joined) -> None:
        if self._recorder is None:
            return
        line = {
            "epoch": screening.epoch,
            "seq": screening.seq,
            "id": str(screening.id),
            "verdict": screening.verdict,
            "at_monotonic": time.monotonic(),
            "frame_monotonic": joined.at,
        }
        self._recorder.write(json.dumps(line) + "\n")
        self._recorder.flush()

    def _look_after(self) -> None:
        """The clock, the outbox's age, and the screen."""
        try:
            offset = self._clock.newly_synced()
            if offset is not None:
                corrected = self.outbox.correct_clock(offset, self._clock.boot_id)
                log.info("clock_right", corrected=corrected)
            if self._monotonic() >= self._clean_at:
                self._clean_at = self._monotonic() + CLEAN_SECONDS
                if self._clock.now()[1] == "synced":
                    self.outbox.clean()
        except KadianError as error:
            log.warning("outbox_refuses_work", code=error.code, what=error.what())
        states: dict[str, str] = {
            "thermometer": self._touch.state if self._touch else "none",
            "camera": self._sight.state if self._sight else "none",
        }
        if states != self._states:
            self._states = states
            self._uplink.changed()
        troubles = [TROUBLES[one] for one in states.items() if one in TROUBLES]
        troubles += ["outbox_full"] if self._refusing else []
        self.board.devices(troubles=troubles, waiting=self.outbox.waiting, online=self._uplink.connected)

    def _take_policy(self, policy: Policy) -> None:
        self.policy = policy

    def _message(self, text: str) -> None:
        log.info("message_from_office", characters=len(text))

    def _identify(self) -> None:
        log.info("identify")

    @staticmethod
    def _keep_running(name: str, run: Callable[[threading.Event], None], stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                run(stop)
            except Exception:
                # A gate with one part broken is better than none; the log has the whole story.
                log.exception("part_failed", part_name=name)
            stop.wait(RESTART_SECONDS)


def _recorder(path: str | None) -> TextIO | None:
    if path is None:
        return None
    try:
        return Path(path).open("a", encoding="utf-8")
    except OSError as error:
        raise KadianError("K0457", path, reason=error.strerror or str(error)) from error
