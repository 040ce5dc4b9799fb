"""The real processes of the demonstration: they end with it, whatever happens to it."""

import ctypes
import os
import signal
import subprocess
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1


def start(arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Starts `kadian <arguments>` in a session of its own, its log in a file.

    The kernel sends it SIGTERM when the starting thread dies, so it must be called from the main thread.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KADIAN__")}
    # One thread for OpenCV and BLAS each: nine gates share this machine.
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1"}
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def end_with_parent() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the kernel knew whom to tell
            os._exit(0)

    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "kadian", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment,
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - three calls, no lock
        )


def stop(children: list[subprocess.Popen[bytes]], seconds: float) -> None:
    """Asks all to end, waits, and kills what has not ended after `seconds`."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
