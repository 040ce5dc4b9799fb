"""Other programs of this machine: where they are, and how a child that runs one ends with its parent."""

import ctypes
import os
import shutil
import signal
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def find(program: str) -> str | None:
    """A program's path, or None; Debian puts services into /usr/sbin, which a user's PATH lacks."""
    return shutil.which(program, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin")))


def ends_with_parent(at_its_death: signal.Signals) -> Callable[[], None]:
    """For Popen's `preexec_fn`: the kernel sends the child this signal when the thread that started it is gone.

    To be called by the parent, in a thread that lives as long as the child shall.
    """
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork: little is safe after it

    def tie() -> None:
        prctl(_PR_SET_PDEATHSIG, at_its_death)
        if os.getppid() != parent:  # it was gone before the tie was made
            os._exit(1)

    return tie
