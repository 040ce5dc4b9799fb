"""The office as a whole: which part is fed by which, and the order in which they start and end."""

import gc
import shutil
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from socket import gethostname
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import structlog

from collector import broker
from collector.access.register import RegisterKey
from collector.alarms import open_alarms
from collector.alerts.screen import Screen
from collector.api.app import make_app
from collector.api.enrolment import open_enrolment
from collector.api.office import Office
from collector.api.serve import serve
from collector.fallen import Fallen
from collector.ingest import Ingest
from collector.keeper import Keeper
from collector.ledger import Follower, Ledger
from collector.ledger.engine import sqlite_file
from collector.ledger.holding import only_office
from collector.ledger.leadership import open_leadership
from collector.policies import Policies, policy
from collector.series import open_series
from collector.settings import Broker, CollectorSettings
from collector.trusted import Trusted
from kadian import __version__
from kadian.errors import KadianError
from kadian.messages import Reply
from kadian.notify import Notify

log = structlog.get_logger(__name__)

LOW_DISK_BYTES = 64 << 20
"""With less than this the office says that it cannot store: SQLite needs room even to tidy up."""
PROBE_SECONDS = 2.0
PATIENCE_SECONDS = 10.0
"""How long who asks for the office's health waits for a probe that another one has begun."""
SWITCH_SECONDS = 0.0001
"""How long a thread that computes keeps Python's lock from one that is back from the disk or the network. With the 5 ms
that Python comes with, each step of a commit waits that long for the followers (decision 021)."""

GARBAGE = 2_000, 20, 100
"""How many more objects, and how many walks through the younger ones, until Python looks for circles. It would walk
through everything at each quarter more: 0.4 s in which nothing is committed, once in 2 s while a city's memory fills.
So it is once in four million objects (decision 031)."""


def now_ms() -> int:
    """The wall clock, milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Part(Protocol):
    """What has a thread of its own."""

    def start(self) -> None:
        """Begins."""

    def stop(self) -> None:
        """Ends, with the work at hand done."""


class Health:
    """Whether the office can take and store a screening: asked of the parts themselves, the disk by a real write."""

    def __init__(self, ledger: Ledger, ingest: Ingest, fallen: Fallen, folder: Path) -> None:
        self._ledger = ledger
        self._ingest = ingest
        self._fallen = fallen
        self._folder = folder
        self._lock = threading.Lock()
        self._probed_at = float("-inf")
        self._trouble: KadianError | None = None

    def reasons(self) -> list[str]:
        """Sentences, Chinese and English, none when all is well."""
        troubles = [self._fallen.trouble(), self._ingest.healthy(), self._disk()]
        return [f"{trouble.what('zh')} {trouble.what('en')}" for trouble in troubles if trouble is not None]

    def _disk(self) -> KadianError | None:
        if not self._lock.acquire(timeout=PATIENCE_SECONDS):
            # A database that does not answer must not hold up all who ask, one after another.
            return KadianError("K0304", self._ledger.place, why="the test write before has not ended")
        try:
            if time.monotonic() - self._probed_at < PROBE_SECONDS:
                return self._trouble
            self._trouble = None
            free = shutil.disk_usage(self._folder).free
            if free < LOW_DISK_BYTES:
                self._trouble = KadianError("K0380", str(self._folder), free=f"{free / 1e6:.0f}")
            else:
                try:
                    self._ledger.probe()
                except KadianError as error:
                    self._trouble = error
            self._probed_at = time.monotonic()
            return self._trouble
        finally:
            self._lock.release()


def line_to_gates(settings: CollectorSettings, ledger: Ledger, address: Broker, protocol: int) -> tuple[Ingest, Screen]:
    """What hears the gates, and what tells them that somebody comes; the answers to that are heard by the first."""

    def replied(gate: str, reply: Reply) -> None:
        screen.heard(gate, reply)

    name = f"{gethostname()}-{settings.http.port}"
    ingest = Ingest(ledger, address, settings.site, now_ms, protocol, on_reply=replied, name=name)
    secretaries = {person.id for person in settings.people if person.role == "secretary"} or None
    screen = Screen(ledger, now_ms, ingest.command, secretaries=secretaries)
    return ingest, screen


def run(settings: CollectorSettings, stop: threading.Event, ready: Callable[[int], None] | None = None) -> None:
    """The office, until `stop` is set.

    Args:
        settings: of the office.
        stop: ends it; what has arrived is committed first.
        ready: called with the HTTP port once all is up.

    Raises:
        KadianError: a part cannot start, with what to do.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    fallen = Fallen()
    with ExitStack() as parts:
        parts.enter_context(fallen.noticed())
        parts.enter_context(only_office(sqlite_file(settings.ledger.url)))
        ledger = Ledger.open(settings.ledger.url, settings.ledger.password)
        parts.callback(ledger.close)
        leadership = open_leadership(ledger)
        leadership.start()
        parts.callback(leadership.stop)
        folder = settings.data_folder
        zone = ZoneInfo(settings.timezone)
        series = open_series(settings.series, ledger, settings.site, zone, now_ms)
        parts.callback(series.close)
        address, protocol = settings.broker, 5
        if address.url == "embedded":
            started = broker.start(address.listen, folder, address.program)
            parts.callback(started.stop)
            address, protocol = address.at(started.url), started.protocol

        ingest, screen = line_to_gates(settings, ledger, address, protocol)
        alarms = open_alarms(settings, ledger, ingest.ears.hearing, now_ms)
        parts.callback(alarms.watch.close)
        followers: dict[str, Follower[Any]] = {**series.followers, "rules": alarms.rules}
        keeper = Keeper(
            ledger,
            settings.retention,
            now_ms,
            followed=lambda: min(alarms.rules.position(), series.embedded.position()),
            stored=lambda: ingest.counters.stored,
            remote={name: store.position for name, store in series.by_name.items() if name != "embedded"},
        )
        register = RegisterKey(settings.access_folder)
        trusted = Trusted(settings.codes, settings.holder_key_path, lambda: datetime.now(zone))
        policies = Policies(
            ledger,
            settings,
            ingest.publish_policy,
            lambda: policy(settings, register.public, trusted),
            ingest.say_policies,
        )
        enrolment = open_enrolment(settings, ledger, now_ms)
        started_in_order: tuple[Part, ...] = (
            *alarms.parts,
            *followers.values(),
            policies,
            ingest,
            screen,
            *([enrolment] if enrolment else []),
            keeper,
        )
        for part in started_in_order:
            part.start()
            parts.callback(part.stop)

        def lags() -> Mapping[str, int]:
            return {name: follower.lag() for name, follower in followers.items()}

        def stores() -> Mapping[str, bool]:
            return {name: store.trouble is None for name, store in series.by_name.items() if name != "embedded"}

        app = make_app(
            Office(
                ledger=ledger,
                series=series.charts,
                settings=settings,
                health=Health(ledger, ingest, fallen, folder).reasons,
                ingest_counts=ingest.counters,
                version=__version__,
                now_ms=now_ms,
                lags=lags,
                deleted=keeper.deleted,
                stores=stores,
                links=alarms.links,
            )
        )
        notify = Notify()
        parts.callback(notify.stopping)

        def up(port: int) -> None:
            notify.ready()
            if ready is not None:
                ready(port)

        # What lives as long as the office is no rubbish: the collector need not walk through it at every batch.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE)
        with notify.watchdog(lambda: ingest.alive() and fallen.trouble() is None):
            serve(app, settings.http.host, settings.http.port, stop, up)
    log.info("office_stopped")
