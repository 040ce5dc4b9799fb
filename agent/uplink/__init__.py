"""Sends what the outbox holds to the office, and hears its receipts, policy and commands."""

from agent.uplink.mqtt import Line
from agent.uplink.uplink import Uplink
from agent.uplink.window import Window

__all__ = ["Line", "Uplink", "Window"]
