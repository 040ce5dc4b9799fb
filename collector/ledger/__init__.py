"""The record of truth: what happened, who, when. All SQL about it lives here."""

from sqlalchemy import Connection

from collector.ledger.aside import Aside
from collector.ledger.changed import Changed
from collector.ledger.follower import Follower
from collector.ledger.ledger import Ledger

__all__ = ["Aside", "Changed", "Connection", "Follower", "Ledger"]
