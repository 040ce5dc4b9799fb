import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import structlog

from agent.outbox import Outbox, Row
from agent.settings import Broker
from agent.uplink.mqtt import Line
from agent.uplink.window import Window
from kadian.errors import KadianError
from kadian.messages import Command, Policy, Receipt, Refused, Reply, Telemetry, decode, encode
from kadian.messages.wire import MOST_BYTES
from kadian.topics import Kind

log = structlog.get_logger(__name__)
TELEMETRY_SECONDS = 30.0
CHANGE_SECONDS = 2.0
"""A device that flaps is told of at most this often."""
HEADER_BYTES = 256
"""Of a packet, beside its payload: topic and properties."""
IDLE_SECONDS = 5.0
"""A turn takes no longer than this, so that who looks after the uplink sees it live."""
FULL_WAIT = 0.2
"""Seconds until a connection that took no more is offered it again."""
DISK_WAIT = 5.0
"""Seconds to leave a disk alone that has just refused."""


class Hooks(NamedTuple):
    """What the gate gives the uplink: its telemetry, what to do with what the office says, and what others are told.

    `announce` gives topics outside of kadian's own and what is to be retained there, at each connect.
    """

    telemetry: Callable[[], Telemetry]
    on_policy: Callable[[Policy], None] = lambda _policy: None
    on_message: Callable[[Command], None] = lambda _command: None
    on_identify: Callable[[], None] = lambda: None
    on_reload: Callable[[], str | None] = lambda: "restart the gate's service: it reads its configuration at start"
    announce: Callable[[], Iterable[tuple[str, bytes]]] = tuple


class Uplink:
    """One thread that sends and hears, woken by events alone: a screening leaves as soon as it is on disk.

    Args:
        site: of the gate.
        gate: its name.
        broker: where to.
        outbox: what is to be sent.
        hooks: the gate's side.
        now: wall time, for the status.
        monotonic: seconds, for waits.
        clock_right: whether this machine's clock is synchronised.
    """

    def __init__(
        self,
        site: str,
        gate: str,
        broker: Broker,
        outbox: Outbox,
        hooks: Hooks,
        *,
        now: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        clock_right: Callable[[], bool] = lambda: True,
    ) -> None:
        self._outbox = outbox
        self._hooks = hooks
        self._monotonic = monotonic
        self._window = Window()
        self._epoch = outbox.epoch
        self._events: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._inbox: deque[tuple[str, Any]] = deque()
        self._line_full = False
        self._telemetry_at: float | None = None
        self._told_at = float("-inf")
        self._most_bytes = MOST_BYTES
        self._disk_refused = False
        self._waker: threading.Thread | None = None
        self._line = Line(
            site,
            gate,
            broker,
            now=now,
            on_up=lambda most: self._events.put(("up", most)),
            on_down=lambda: self._events.put(("down", None)),
            on_message=lambda kind, payload: self._events.put((kind, payload)),
            clock_right=clock_right,
        )

    @property
    def connected(self) -> bool:
        """Whether the broker is reached."""
        return self._window.connected

    def recorded(self, seq: int) -> None:
        """Wakes the uplink: this screening is on disk."""
        self._events.put(("recorded", seq))

    def changed(self) -> None:
        """Wakes the uplink: a device's state is another."""
        self._events.put(("changed", None))

    def run(self, stop: threading.Event) -> None:
        """Sends and hears until stopped, then says `stopped`."""
        line_stop = threading.Event()
        line = threading.Thread(target=self._line.run, args=(line_stop,), name="line", daemon=True)
        line.start()
        if self._waker is None or not self._waker.is_alive():
            self._waker = threading.Thread(target=self._wake_at, args=(stop,), name="uplink-stop", daemon=True)
            self._waker.start()
        try:
            while not stop.is_set():
                self._turn_or_wait(stop)
        finally:
            # However it ends: a second connection under the same name would throw out the first, for ever.
            line_stop.set()
            self._line.farewell()
            line.join(6.0)

    def _turn_or_wait(self, stop: threading.Event) -> None:
        try:
            self._turn()
            self._disk_refused = False
        except KadianError as error:
            if not self._disk_refused:
                log.warning("uplink_waits_for_disk", what=error.what(), do=error.do())
            self._disk_refused = True
            stop.wait(DISK_WAIT)

    def _wake_at(self, stop: threading.Event) -> None:
        stop.wait()
        self._events.put(("stop", None))

    def _turn(self) -> None:
        if not self._inbox:
            self._hear()
        while self._inbox:
            self._take(*self._inbox.popleft())
        self._follow_epoch()
        now = self._monotonic()
        if again := self._window.again(now):
            log.warning("sent_again", count=again)
        while self._send_some():
            pass
        if self._window.connected and self._telemetry_at is not None and now >= self._telemetry_at:
            self._told_at, self._telemetry_at = now, now + TELEMETRY_SECONDS
            self._line.publish(Kind.TELEMETRY, encode(self._hooks.telemetry()))

    def _hear(self) -> None:
        """Waits for something to happen, and takes all that has."""
        due = [at for at in (self._window.due(), self._telemetry_at) if at is not None and self._window.connected]
        timeout = min(IDLE_SECONDS, max(0.0, min(due, default=float("inf")) - self._monotonic()))
        if self._line_full:
            timeout = min(FULL_WAIT, timeout)
        try:
            self._inbox.append(self._events.get(timeout=timeout))
            while True:
                self._inbox.append(self._events.get_nowait())
        except queue.Empty:
            return

    def _take(self, name: str, value: Any) -> None:
        now = self._monotonic()
        if name == "recorded":
            self._window.recorded(value)
        elif name == "changed" and self._telemetry_at is not None:
            self._telemetry_at = min(self._telemetry_at, max(now, self._told_at + CHANGE_SECONDS))
        elif name == "up":
            self._most_bytes = min(MOST_BYTES, value - HEADER_BYTES) if value else MOST_BYTES
            self._window.connect(self._outbox.last_seq, now)
            self._telemetry_at = now
            for topic, payload in self._hooks.announce():
                self._line.announce(topic, payload)
        elif name == "down":
            self._window.disconnect()
            self._telemetry_at, self._line_full = None, False
        elif name in (Kind.RECEIPT, Kind.POLICY, Kind.COMMAND):
            try:
                {Kind.RECEIPT: self._receipt, Kind.POLICY: self._policy, Kind.COMMAND: self._command}[Kind(name)](value)
            except Refused as why:
                log.warning("message_refused", kind=str(name), why=str(why))

    def _follow_epoch(self) -> None:
        if self._epoch != self._outbox.epoch:
            self._epoch = self._outbox.epoch
            if self._window.connected:
                self._window.connect(self._outbox.last_seq, self._monotonic())

    def _send_some(self) -> bool:
        """One array of live ones, or of the backlog; False when nothing more may go."""
        live = self._window.live()
        if live:
            rows = self._outbox.rows(live)
            self._window.gone(set(live) - {row.seq for row in rows})
            return self._send(rows) or not rows
        asked = self._window.backlog()
        if not asked:
            return False
        before = self._window.cursor
        rows = self._outbox.pending(before, asked)
        fresh = set(self._window.fresh([row.seq for row in rows], asked))
        chosen = [row for row in rows if row.seq in fresh]
        if chosen and not self._send(chosen):
            self._window.rewind(before + 1)
            return False
        return True

    def _send(self, rows: list[Row]) -> bool:
        """Arrays that the broker takes; False when the connection took none or not all."""
        while rows:
            count, size = 0, 2
            while count < len(rows) and (count == 0 or size + len(rows[count].body) + 1 <= self._most_bytes):
                size += len(rows[count].body) + 1
                count += 1
            part, rows = rows[:count], rows[count:]
            payload = part[0].body if count == 1 else b"[" + b",".join(row.body for row in part) + b"]"
            self._line_full = not self._line.publish(Kind.SCREENING, payload)
            if self._line_full:
                return False
            self._window.sent((row.seq for row in part), self._monotonic())
        return True

    def _receipt(self, payload: bytes) -> None:
        receipt = decode(Receipt, payload)
        if receipt.epoch == self._outbox.epoch:
            self._outbox.apply(receipt)
            self._window.receipted(receipt, self._monotonic())

    def _policy(self, payload: bytes) -> None:
        if not payload:
            return  # a retained policy was taken away: the last one stays
        policy = decode(Policy, payload)
        self._hooks.on_policy(policy)
        # The day's key lives in a file of its own, where it can be forgotten; a database forgets nothing at once.
        kept = msgspec.structs.replace(policy, holder_seed=None)
        if kept != self._outbox.policy():
            self._outbox.save_policy(kept)
            log.info("policy_taken", version=policy.version)

    def _command(self, payload: bytes) -> None:
        try:
            command = decode(Command, payload)
        except Refused as why:
            log.warning("command_refused", why=str(why))
            self._line.publish(Kind.REPLY, encode(_refusal(payload, str(why))))
            return
        try:
            reply = self._obey(command)
        except KadianError as error:
            reply = Reply(command.do, ok=False, id=command.id, why=str(error)[:500])
        log.info("command", do=command.do, ok=reply.ok, why=reply.why)
        self._line.publish(Kind.REPLY, encode(reply))

    def _obey(self, command: Command) -> Reply:
        """Does it; the answer gives the reason when it cannot."""
        why_not: str | None = None
        if command.do == "resend":
            return self._resend(command)
        if command.do == "identify":
            self._hooks.on_identify()
        elif command.do == "message":
            self._hooks.on_message(command)
        else:
            why_not = self._hooks.on_reload()
        return Reply(command.do, why_not is None, command.id, why_not)

    def _resend(self, command: Command) -> Reply:
        if command.epoch != self._outbox.epoch or command.from_ is None:
            other = f"this outbox's epoch is {self._outbox.epoch}"
            return Reply(command.do, ok=False, id=command.id, why=other, epoch=command.epoch)
        oldest = self._outbox.oldest()
        self._outbox.resend(command.from_, command.through)
        self._window.take_back(command.from_, command.through)
        here = oldest <= command.from_
        why_not = None if here else f"seq {command.from_} to {oldest - 1} are no longer here"
        return Reply(command.do, here, command.id, why_not, command.epoch, oldest)


def _refusal(payload: bytes, why: str) -> Reply:
    """An answer to what is not a command, with as much of it as can be read."""
    try:
        raw = msgspec.json.decode(payload, type=dict[str, Any])
        identity = msgspec.convert(raw.get("id"), type=Reply.__annotations__["id"])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Reply("unknown", ok=False, why=why[:500])
    return Reply(str(raw.get("do", "unknown"))[:64], ok=False, id=identity, why=why[:500])
