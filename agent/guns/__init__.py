"""Code guns: one file a kind."""

from agent.guns.gun import Guns, find, names
from agent.guns.texts import Scanned, Texts

__all__ = ["Guns", "Scanned", "Texts", "find", "names"]
