"""How a new gate gets in: the office's code before the camera, a key of its own, a certificate, a configuration."""

from agent.enrolment.enrol import enrol

__all__ = ["enrol"]
