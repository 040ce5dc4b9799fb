"""Keeps what is not yet in the office, on disk."""

from agent.outbox.outbox import Outbox, Row
from agent.outbox.room import Room

__all__ = ["Outbox", "Room", "Row"]
