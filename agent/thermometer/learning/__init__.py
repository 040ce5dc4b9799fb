"""Learning an unknown thermometer: bytes and the numbers that its display showed → the frame. Pure."""

from agent.thermometer.learning.capture import Capture
from agent.thermometer.learning.deduce import Deduced, Unsure, deduce
from agent.thermometer.learning.profile import Profile

__all__ = ["Capture", "Deduced", "Profile", "Unsure", "deduce"]
