"""What each gate decides by, sent to every gate that is configured or has spoken."""

import hashlib
import threading
from collections.abc import Callable

import msgspec
import structlog

from collector.ledger import Ledger, gates
from collector.settings import CollectorSettings
from collector.trusted import Trusted
from kadian.errors import KadianError
from kadian.messages import Policy, encode
from kadian.messages.wire import MOST_BYTES

log = structlog.get_logger(__name__)
LOOK_SECONDS = 5.0


def policy(settings: CollectorSettings, office_key: str | None = None, trusted: Trusted | None = None) -> Policy:
    """The policy that the settings make; its version is a digest, so that the same limits have the same version.

    Args:
        settings: of the office.
        office_key: what register entries are sealed to.
        trusted: what gates believe about codes.

    Raises:
        KadianError: K0262 it is larger than one message may be.
    """
    limits = settings.screening
    made = Policy(
        version="",
        fever_celsius=limits.fever_celsius,
        surface_fever_celsius=limits.surface_fever_celsius,
        confirm_within_seconds=limits.confirm_within_seconds,
        ambient_low=limits.ambient_low,
        ambient_high=limits.ambient_high,
        site=limits.site,
        code=limits.code,
        pass_keys=limits.pass_keys,
        operators={person.card: person.id for person in settings.staff},
        office_key=office_key,
        sites=limits.sites,
        rest_seconds=limits.rest_seconds,
        accepted_formats=limits.accepted_formats,
        still_minutes=limits.still_minutes,
    )
    made = trusted.lists(made) if trusted else made
    digest = hashlib.sha256(msgspec.json.encode(made)).hexdigest()
    made = msgspec.structs.replace(made, version=digest[:12])
    made = trusted.of_today(made) if trusted else made
    size = len(encode(made))
    if size > MOST_BYTES:
        raise KadianError("K0262", "policy", kilobytes=size // 1000, most=MOST_BYTES // 1000)
    return made


class Policies:
    """Publishes the policy to each entrance's gate, and to any other gate as soon as the ledger knows it.

    A policy that has become another, by a list or by the day, goes to all of them again.

    Args:
        ledger: which gates have spoken.
        settings: which are configured.
        publish: tells a gate.
        make: the policy as it is now.
        say: tells those whom there was no room to tell before; False while some still wait.
    """

    def __init__(
        self,
        ledger: Ledger,
        settings: CollectorSettings,
        publish: Callable[[str, Policy], None],
        make: Callable[[], Policy],
        say: Callable[[], bool] = lambda: True,
    ) -> None:
        self._ledger = ledger
        self._make = make
        self._policy = make()
        self._publish = publish
        self._say = say
        self._told: set[str] = set()
        self._configured = [entrance.gate_id for entrance in settings.entrances]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="policies", daemon=True)

    def start(self) -> None:
        """Tells those that are configured at once."""
        self._tell(self._configured)
        self._thread.start()

    def stop(self) -> None:
        """Tells nobody any more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        seen, stuck = -1, False
        while not self._stop.is_set():
            version = self._ledger.changed.version
            if version != seen or stuck:
                try:
                    self._tell(self._known())
                    seen, stuck = version, False
                except Exception:
                    # The ledger cannot be read just now; gates that it knows are told when it can.
                    if not stuck:
                        log.exception("policies_stuck")
                    stuck = True
            said = self._say()
            self._stop.wait(LOOK_SECONDS if self._told and said else LOOK_SECONDS / 10)
            self._look()

    def _known(self) -> list[str]:
        with self._ledger.read() as connection:
            return [word.gate for word in gates.words(connection)]

    def _look(self) -> None:
        """Makes the policy anew; where that cannot be done, gates keep the last one."""
        try:
            made = self._make()
        except KadianError as error:
            log.warning("policy_stays_as_it_was", code=error.code, what=error.what(), do=error.do())
            return
        if made != self._policy:
            log.info("policy_changed", version=made.version)
            told, self._told, self._policy = sorted(self._told), set(), made
            self._tell(told)

    def _tell(self, names: list[str]) -> None:
        for gate in names:
            if gate not in self._told:
                self._told.add(gate)
                self._publish(gate, self._policy)
