"""The real processes of the demonstration: they end with it, whatever happens to it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from kadian.programs import ends_with_parent


def start(arguments: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Starts `kadian <arguments>` in a session of its own, its log in a file.

    The kernel sends it SIGTERM when the starting thread dies, so it must be called from the main thread.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KADIAN__")}
    # One thread for OpenCV and BLAS each: nine gates share this machine.
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1"}
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "kadian", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=environment,
            start_new_session=True,
            preexec_fn=ends_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it calls prctl, getppid and no more
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
