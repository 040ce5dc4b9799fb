"""The serial link to a thermometer, and one file a device family."""

from agent.thermometer.catalogue import find, names
from agent.thermometer.link import Link, LinkState
from agent.thermometer.plateau import Measured, Plateau
from agent.thermometer.sample import Counts, Driver, Parser, Poll, Sample

__all__ = ["Counts", "Driver", "Link", "LinkState", "Measured", "Parser", "Plateau", "Poll", "Sample", "find", "names"]
