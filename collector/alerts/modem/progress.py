"""How far each message has come with each phone, as long as this office runs: nobody is written to twice needlessly."""

from collections import Counter, OrderedDict

MOST_REMEMBERED = 200
MOST_LOST = 3
"""So often a message whose answer got lost is handed to the network for one phone; it may have arrived each time."""


class Progress:
    """Of one message: the phones that have all of it, the parts that others have, and what got lost."""

    def __init__(self) -> None:
        self.reached: set[str] = set()
        self.parts: set[tuple[str, int]] = set()
        self.lost: Counter[str] = Counter()

    def given_up(self, number: str) -> bool:
        """Whether this phone may have got it too often already."""
        return self.lost[number] >= MOST_LOST


class Book:
    """Of the last messages that came some of the way."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, Progress] = OrderedDict()

    def of(self, message: str) -> Progress:
        """What is known of a message."""
        return self._of.get(message, Progress())

    def keep(self, message: str, progress: Progress) -> None:
        """It will be tried again."""
        if progress.reached or progress.parts or progress.lost:
            self._of[message] = progress
            self._of.move_to_end(message)
            if len(self._of) > MOST_REMEMBERED:
                self._of.popitem(last=False)

    def close(self, message: str) -> None:
        """It will not."""
        self._of.pop(message, None)
