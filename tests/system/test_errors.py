"""Bad input, as a person meets it: a clear sentence, the right exit code, nothing lost."""

import subprocess
import sys

import pytest

from tests.system.site import Feeder

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]


def kadian(*arguments, **more):
    return subprocess.run(
        [sys.executable, "-m", "kadian", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **more,
    )


@pytest.mark.parametrize("verb", ["agent", "collector"])
def test_an_unknown_key_stops_the_start_with_its_line(tmp_path, verb):
    config = tmp_path / "bad.toml"
    config.write_text(
        'site = "chuanchang"\ngate = "e01"\n[thermometer]\ndriver = "gy614v3"\nprot = "/dev/x"\n', "utf-8"
    )
    done = kadian(verb, "--config", config)
    assert done.returncode == 2
    assert "bad.toml:" in done.stderr
    assert "怎么办" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_tells_all_mistakes_and_exits_2(tmp_path):
    config = tmp_path / "agent.toml"
    config.write_text('site = "X Y"\ngate = "e01"\n[thermometer]\ndriver = "gy999"\nprot = "/dev/x"\n', "utf-8")
    done = kadian("check", config)
    assert done.returncode == 2
    for part in ("agent.toml:1", "agent.toml:5", "thermometer.port"):
        assert part in done.stdout
    assert kadian("check", "config/collector.toml", "config/agent.toml").returncode == 0


def test_a_verb_that_is_unknown_or_used_wrongly_exits_2():
    assert kadian("dance").returncode == 2
    assert kadian("agent").returncode == 2


def test_every_verb_has_help():
    listing = kadian("--help")
    assert listing.returncode == 0
    for verb in ("demo", "agent", "collector", "check", "doctor", "scan", "code", "thermometer"):
        assert verb in listing.stdout
        assert kadian(verb, "--help").returncode == 0, verb


def test_the_office_refuses_to_listen_beyond_loopback(tmp_path):
    config = tmp_path / "office.toml"
    config.write_text(
        f'site = "chuanchang"\n[http]\nhost = "0.0.0.0"\n[ledger]\nurl = "sqlite:///{tmp_path}/kadian.db"\n', "utf-8"
    )
    done = kadian("collector", "--config", config)
    assert done.returncode in (1, 2)
    assert "0.0.0.0" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_gate_lives_without_its_port_and_with_a_broker_that_refuses(site, tmp_path, free_port):
    place = site()
    gate = place.gate("e01", broker_port=free_port())
    gate.start()
    place.until(lambda: "K02" in gate.said(), 10, "the gate says that the port does not exist")
    feeder = Feeder(place.folder / "e01" / "port", pause=0.05)
    place.until(lambda: feeder.person(36.5) or place.recorded("e01"), 20, "it measures once the port is there")
    assert gate.process.poll() is None
    assert "Traceback" not in gate.said()
    feeder.close()
