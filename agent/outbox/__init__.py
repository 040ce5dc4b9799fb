"""Keeps what is not yet in the office, on disk."""

from agent.outbox.clerk import Clerk, Ticket
from agent.outbox.outbox import Outbox
from agent.outbox.room import Room
from agent.outbox.row import Kept, Row

__all__ = ["Clerk", "Kept", "Outbox", "Room", "Row", "Ticket"]
