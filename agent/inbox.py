"""What the gate's own thread takes, one after the other; any thread may put something in."""

import queue
import threading
from typing import NamedTuple

from agent.acts import Act, Answer, Stage
from agent.thermometer.plateau import Measured
from kadian.messages import Code

ANSWER_SECONDS = 2.0


class Asked:
    """An act that somebody waits for. Either it is taken up in time and answered, or it is never carried out."""

    def __init__(self, act: Act) -> None:
        self.act = act
        self._lock = threading.Lock()
        self._answered = threading.Event()
        self._answer: Answer | None = None
        self._taken = False
        self._given_up = False

    def take_up(self) -> bool:
        """Whether it is still to be carried out."""
        with self._lock:
            self._taken = not self._given_up
            return self._taken

    def answer(self, answer: Answer) -> None:
        """Tells who waits."""
        self._answer = answer
        self._answered.set()

    def wait(self, seconds: float) -> Answer:
        """The answer; after `seconds` K0440 (it will not be done) or K0441 (it is being done, and takes longer)."""
        self._answered.wait(seconds)
        with self._lock:
            if self._answer is not None:
                return self._answer
            self._given_up = not self._taken
            return Answer(ok=False, word="K0440" if self._given_up else "K0441")


class Heard(NamedTuple):
    """Something that happened, and when (monotonic seconds)."""

    what: Measured | Code | Stage | Asked
    at: float


class Inbox:
    """All that happens at a gate, in the order in which it was put in."""

    def __init__(self) -> None:
        self._heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()

    def put(self, what: Measured | Code | Stage | Asked, at: float) -> None:
        """Adds something that happened at a moment."""
        self._heard.put(Heard(what, at))

    def do(self, act: Act, at: float) -> Answer:
        """Adds an act and waits for its answer."""
        asked = Asked(act)
        self.put(asked, at)
        return asked.wait(ANSWER_SECONDS)

    def take(self, seconds: float) -> list[Heard]:
        """All that has happened since, as soon as something has; nothing after `seconds`."""
        try:
            heard = [self._heard.get(timeout=seconds)]
            while not self._heard.empty():
                heard.append(self._heard.get_nowait())
        except queue.Empty:
            return []
        return heard
