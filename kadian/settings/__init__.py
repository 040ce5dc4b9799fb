"""TOML settings into typed values, with all mistakes found at once."""

from kadian.settings.load import ConfigRefused, check, load
from kadian.settings.secret import Secret

__all__ = ["ConfigRefused", "Secret", "check", "load"]
