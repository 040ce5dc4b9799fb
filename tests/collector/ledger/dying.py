"""A process that dies, as with a power cut, before one of its changes to the names on the disk."""

import os
from collections.abc import Callable

STEPS = ("link", "rename", "replace", "unlink", "fsync")
"""What counts as a step."""


def apart(act: Callable[[], int]) -> int:
    """Begins something in another process, which ends with the number that it gives; the process's id."""
    process = os.fork()
    if process == 0:
        try:
            os._exit(act())
        finally:
            os._exit(99)
    return process


def ended(process: int) -> int:
    """The number with which a process ends."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def dies_at(step: int, act: Callable[[], int]) -> bool:
    """Whether something comes to its `step`-th step, before which its process dies; else it must end with 0."""

    def dying() -> int:
        left = step

        def wrapped(real):
            def call(*arguments, **named):
                nonlocal left
                left -= 1
                if left == 0:
                    os._exit(9)
                return real(*arguments, **named)

            return call

        for name in STEPS:
            setattr(os, name, wrapped(getattr(os, name)))
        return act()

    code = ended(apart(dying))
    assert code in {0, 9}
    return code == 9
