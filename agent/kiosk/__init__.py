"""The gate's own page: green, amber or red, on the Pi's screen, without any network."""

from agent.kiosk.board import Board
from agent.kiosk.server import Kiosk

__all__ = ["Board", "Kiosk"]
