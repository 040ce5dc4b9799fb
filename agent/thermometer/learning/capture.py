"""One measurement shown to the learner: what came over the wire, and what the display said."""

from msgspec import Struct

FAHRENHEIT_FROM = 60.0
"""A display that shows more than this shows °F: nobody measures a person, or a cup of tea, at 60 °C to teach a gun."""


class Capture(Struct, frozen=True):
    """One measurement.

    Attributes:
        data: the bytes of it.
        shown: what the display said, as it was typed: `36.5`.
    """

    data: bytes
    shown: str

    @property
    def value(self) -> float:
        """The number shown."""
        return float(self.shown)

    @property
    def step(self) -> float:
        """What one unit of the last digit shown is worth."""
        return float(10.0 ** -len(self.shown.partition(".")[2]))


def shows_fahrenheit(captures: list[Capture]) -> bool:
    """Whether the display shows °F."""
    return all(capture.value > FAHRENHEIT_FROM for capture in captures)
