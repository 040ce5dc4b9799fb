"""A driver on its wire, as a gate has it, and what came of it."""

import threading
import time

from agent.thermometer.link import Link

PATIENCE = 10.0


def until(condition, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.005)


class Listening:
    """A link in its own thread; `samples`, `states` and `codes` grow as it hears."""

    def __init__(self, port, driver, **options):
        self.samples, self.states, self.codes = [], [], []
        self.stop = threading.Event()
        self.link = Link(
            str(port),
            driver,
            lambda sample, _at: self.samples.append(sample),
            self.states.append,
            on_trouble=lambda trouble: self.codes.append(trouble.code),
            **options,
        )
        self.thread = threading.Thread(target=self.link.run, args=(self.stop,), daemon=True)
        self.thread.start()

    def hears(self, count=1, seconds=PATIENCE):
        """Waits for so many samples more, and gives them."""
        before = len(self.samples)
        until(lambda: len(self.samples) >= before + count, seconds)
        return self.samples[before : before + count]

    def close(self):
        self.stop.set()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive(), "the link did not stop"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Answering:
    """A device on a pseudo-terminal that speaks when it is asked.

    `answer(heard)` takes the bytes of a question and gives the pieces of the answer; a number among them is a pause in
    seconds.
    """

    def __init__(self, pty, answer):
        self.asked = []
        self._pty, self._answer = pty, answer
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self._stop.wait(0.003):
            if heard := self._pty.received():
                self.asked.append(heard)
                for piece in self._answer(heard):
                    if isinstance(piece, bytes):
                        self._pty.send(piece)
                    else:
                        time.sleep(piece)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
