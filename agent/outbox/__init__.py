"""Keeps what is not yet in the office, on disk."""

from agent.outbox.outbox import Outbox
from agent.outbox.room import Room
from agent.outbox.row import Kept, Row

__all__ = ["Kept", "Outbox", "Room", "Row"]
