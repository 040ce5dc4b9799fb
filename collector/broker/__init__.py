"""A broker inside the office, for a machine that has none."""

from collector.broker.embedded import Broker, start

__all__ = ["Broker", "start"]
