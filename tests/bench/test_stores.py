"""The outbox as the peers' measurement drives it."""

import sys
import time

from bench.gateway import Child, _outbox


def test_the_outbox_in_a_process_of_its_own_drains_what_it_took_and_keeps_what_it_acknowledged_when_killed(tmp_path):
    command = [sys.executable, "-m", "bench.stores.outbox", str(tmp_path)]
    with Child(command) as child:
        assert child.ask("write 60")["taken"] == 60
        assert child.ask("drain")["count"] == 60
        child.tell("flow 400")
        time.sleep(0.5)
        child.process.kill()
        acknowledged = list(child.numbers())
    assert acknowledged
    assert acknowledged == list(range(61, 61 + len(acknowledged)))
    assert _outbox(tmp_path) in (len(acknowledged), len(acknowledged) + 1)
