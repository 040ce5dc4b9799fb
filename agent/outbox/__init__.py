"""Keeps what is not yet in the office, on disk."""

from agent.outbox.clerk import Clerk, Ticket
from agent.outbox.outbox import Outbox, Row
from agent.outbox.room import Room

__all__ = ["Clerk", "Outbox", "Room", "Row", "Ticket"]
