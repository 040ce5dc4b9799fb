"""Ingest as a whole: the link and the committer, joined."""

from collections.abc import Callable, Mapping, Sequence
from threading import Lock

import structlog

from collector.hearing import Ears
from collector.ingest.arrival import Arrival
from collector.ingest.asker import Asker
from collector.ingest.committer import Answers, Committer
from collector.ingest.counters import Counters
from collector.ingest.intake import KEPT_AFTER_SECONDS, Intake
from collector.ingest.mqtt import OfficeLink
from collector.ingest.wire import Subject
from collector.ledger.epochs import Life
from collector.ledger.ledger import Ledger
from collector.settings import Broker
from kadian.errors import KadianError
from kadian.messages import Command, Policy, Receipt, Reply, encode
from kadian.topics import PREFIX, Kind, topic

log = structlog.get_logger(__name__)

LIVE_SECONDS = 30
"""What the broker let wait for longer says nothing of the gate as it is now."""


class Ingest:
    """Takes what the gates of one site send, and tells them what the office has and what they decide by.

    Args:
        ledger: where to.
        broker: the broker's address and the office's account; for an embedded one with its `url` put in.
        site: whose gates are heard.
        now_ms: the wall clock, milliseconds since 1970.
        protocol: 5, or 4 (MQTT 3.1.1) for the built-in Python broker.
        on_reply: takes a gate's answer to a command; it is logged otherwise.
        name: of this collector among several.
        kept_after_seconds: a screening that the broker let wait for longer is no news.

    Raises:
        KadianError: K0314, K0315: the broker's address or certificate cannot be used.
    """

    def __init__(  # noqa: PLR0917 - the parts, in the order of use
        self,
        ledger: Ledger,
        broker: Broker,
        site: str,
        now_ms: Callable[[], int],
        protocol: int = 5,
        on_reply: Callable[[str, Reply], None] | None = None,
        name: str = "",
        kept_after_seconds: int = KEPT_AFTER_SECONDS,
    ) -> None:
        self.counters = Counters()
        self.ears = Ears()
        self._site = site
        self._policies: dict[str, bytes] = {}
        self._unsaid: dict[str, None] = {}
        self._encoded: tuple[Policy | None, bytes] = None, b""
        self._lock = Lock()
        self._on_reply = on_reply or _log_reply
        self._asker = Asker(ledger, now_ms, self.command, self.counters)
        self._committer = Committer(
            ledger,
            site,
            now_ms,
            Answers(self._send_receipts, self._acknowledge, self._said),
            self.counters,
            kept_after_seconds=kept_after_seconds,
        )
        self._link = OfficeLink(broker, site, self._take, self._on_state, protocol, name)

    def start(self) -> None:
        """Begin to listen; a broker that is away is tried again and again."""
        self._committer.start()
        self._link.start()
        self._asker.start()

    def stop(self) -> None:
        """Commit what has arrived, then leave the broker."""
        self._asker.stop()
        self._committer.stop()
        self._link.stop()

    def healthy(self) -> KadianError | None:
        """Why no screening can be taken and stored at present, or None."""
        return self._committer.healthy() or self._link.problem

    def alive(self) -> bool:
        """Whether what arrives is still being taken in; for a watchdog."""
        return self._committer.alive()

    def waiting(self) -> int:
        """Messages that have arrived and are not committed."""
        return self._committer.waiting()

    def publish_policy(self, gate: str, policy: Policy) -> None:
        """Tell a gate what it decides by; the broker keeps it, and it is said again at every connect."""
        name = topic(self._site, gate, Kind.POLICY)
        with self._lock:
            if policy is not self._encoded[0]:
                self._encoded = policy, encode(policy)  # thousands of gates share one
            self._policies[name] = self._encoded[1]
            self._unsaid[name] = None
        self.say_policies()

    def say_policies(self) -> bool:
        """Say the policies for which there was no connection or no room; False while some still wait."""
        while True:
            with self._lock:
                if not self._unsaid:
                    return True
                name = next(iter(self._unsaid))
                del self._unsaid[name]
                payload = self._policies[name]
            if not self._link.publish(name, payload, retain=True):
                with self._lock:
                    self._unsaid[name] = None
                return False

    def command(self, gate: str, command: Command) -> bool:
        """Ask something of a gate; False when there is no connection to the broker."""
        return self._link.publish(topic(self._site, gate, Kind.COMMAND), encode(command))

    def _take(self, arrivals: Sequence[Arrival]) -> None:
        self.ears.take(one.topic for one in arrivals if not one.retained and one.waited_seconds <= LIVE_SECONDS)
        self._committer.take(arrivals)

    def _send_receipts(self, receipts: Mapping[Life, Receipt]) -> bool:
        return self._link.tell(
            (Subject(f"{PREFIX}/{self._site}/{gate}/{Kind.RECEIPT}", epoch), encode(receipt))
            for (gate, epoch), receipt in receipts.items()
        )

    def _said(self, intake: Intake, retained: bool) -> None:
        self._asker.heard(intake, retained=retained)
        if intake.gate is not None:
            self.ears.said(intake.gate, intake.status, intake.telemetry, retained=retained)
        if intake.gate is not None and intake.reply is not None:
            self._on_reply(intake.gate, intake.reply)

    def _acknowledge(self, arrivals: Sequence[Arrival]) -> None:
        self._link.acknowledge(arrivals)

    def _on_state(self, problem: KadianError | None) -> None:
        if problem is not None:
            self.ears.lost()
            return
        self.ears.connected()
        with self._lock:
            self._unsaid = dict.fromkeys(self._policies)
        self.say_policies()


def _log_reply(gate: str, reply: Reply) -> None:
    log.info("command_answered", gate=gate, do=reply.do, ok=reply.ok)
