"""The wires: a serial port, and whatever else carries a device's bytes. Knows no device."""

from agent.wire.line import TROUBLES, Gone, Line

__all__ = ["TROUBLES", "Gone", "Line"]
