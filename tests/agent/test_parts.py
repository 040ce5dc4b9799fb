"""The threads beside the gate's own."""

import threading
import time

from agent.parts import Crew, Serving


class Fails:
    """Works only at the second attempt."""

    def __init__(self):
        self.runs = []

    def run(self, stop):
        self.runs.append(threading.current_thread().name)
        if len(self.runs) == 1:
            raise RuntimeError("a cable")
        stop.wait()


class Server:
    def __init__(self):
        self.said = []

    def start(self):
        self.said.append("start")

    def stop(self):
        self.said.append("stop")


def test_a_part_that_fails_is_told_and_runs_again_and_the_others_never_notice(wait_for, capsys):
    broken, whole, stop = Fails(), Fails(), threading.Event()
    whole.runs.append("before")
    crew = Crew({"camera": broken, "uplink": whole})
    crew.start(stop)
    wait_for(lambda: len(broken.runs) == 2)
    stop.set()
    assert crew.join(8)
    assert (broken.runs, whole.runs) == (["camera", "camera"], ["before", "uplink"])
    said = capsys.readouterr().out
    assert said.count("RuntimeError: a cable") == 1


def test_a_server_answers_until_the_gate_stops(wait_for):
    server, stop = Server(), threading.Event()
    crew = Crew({"kiosk": Serving(server)})
    crew.start(stop)
    wait_for(lambda: server.said == ["start"])
    stop.set()
    began = time.monotonic()
    assert crew.join(8)
    assert server.said == ["start", "stop"]
    assert time.monotonic() - began < 1
