"""Small values beside the screenings: the last policy, who is on duty, the last time that was right."""

import structlog

from agent.outbox import file, sql
from agent.outbox.packed import pack, unpack
from agent.outbox.store import Store
from kadian.errors import KadianError
from kadian.messages import Policy, Refused, decode, encode

log = structlog.get_logger(__name__)


class Shelf:
    """What an outbox's file holds besides its rows.

    Args:
        store: the open file.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def policy(self) -> Policy | None:
        """What was last saved, or None."""
        try:
            found = self.kept("policy")
            return decode(Policy, found) if found else None
        except (KadianError, Refused) as error:
            log.warning("saved_policy_unreadable", why=str(error))
            return None  # the office sends it again at every connect

    def save_policy(self, policy: Policy) -> None:
        """Keeps the policy for a start without a network; raises as `keep` does."""
        self.keep("policy", encode(policy))

    def kept(self, name: str) -> bytes | None:
        """What `keep` last kept under this name; None too where it can be read no more.

        Raises:
            KadianError: K0451 the disk refuses.
        """
        found = self._store.do(lambda connection: connection.execute(sql.KEPT, (name,)).fetchone())
        try:
            return unpack(found[0]) if found else None
        except file.Damaged as damaged:
            log.warning("kept_value_damaged", name=name, why=str(damaged))
            return None

    def keep(self, name: str, value: bytes) -> None:
        """Keeps a small value beside the screenings.

        Raises:
            KadianError: K0450 no room, K0451 the disk refuses.
        """
        self._store.change(lambda connection: connection.execute(sql.KEEP, (name, pack(value))))
