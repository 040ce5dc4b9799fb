from collector.hearing import Ears
from kadian.messages import Status
from kadian.messages.telemetry import Telemetry
from tests.collector.alerts.lookout import AT, telemetry


class Clock:
    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


def topic(gate, kind="telemetry"):
    return f"kadian/v1/chuanchang/{gate}/{kind}"


def test_a_gate_is_silent_no_longer_than_the_office_has_listened():
    clock = Clock()
    ears = Ears(clock)
    clock.seconds += 50
    assert ears.hearing().offline_ms == 50_000
    ears.connected()
    clock.seconds += 20
    assert (ears.hearing().offline_ms, ears.hearing().silent_ms("g1")) == (None, 20_000)
    ears.take([topic("g1"), topic("g2", "screening")])
    clock.seconds += 5
    assert [ears.hearing().silent_ms(gate) for gate in ("g1", "g2", "g3")] == [5_000, 5_000, 25_000]
    ears.lost()
    clock.seconds += 100
    assert (ears.hearing().offline_ms, ears.hearing().silent_ms("g1")) == (100_000, 105_000)
    ears.connected()
    assert ears.hearing().silent_ms("g1") == 0
    assert ears.hearing().at - ears.hearing().heard["g1"] == 105


def test_a_line_that_breaks_for_a_moment_again_and_again_hides_no_silent_gate():
    clock = Clock()
    ears = Ears(clock)
    clock.seconds += 1
    ears.connected()
    for _ in range(4):
        clock.seconds += 28
        ears.lost()
        clock.seconds += 2
        ears.connected()
    assert ears.hearing().silent_ms("g1") == 120_000


def test_a_last_will_is_not_the_gates_own_word_nor_is_what_the_broker_kept():
    clock = Clock()
    ears = Ears(clock)
    ears.take([topic("g1", "status"), topic("g1", "policy"), "nonsense"])
    ears.said("g1", Status("lost", AT, "1"), None, retained=False)
    ears.said("g2", Status("online", AT, "1"), None, retained=True)
    assert (ears.hearing().heard, ears.hearing().states) == ({}, {"g1": "lost", "g2": "online"})
    ears.said("g1", Status("stopped", AT, "1"), None, retained=False)
    assert (set(ears.hearing().heard), ears.hearing().states["g1"]) == ({"g1"}, "stopped")


def test_the_devices_are_as_the_gate_said_last():
    ears = Ears(Clock())
    for state in ("ok", "lost"):
        one: Telemetry = telemetry(thermometer=state, lens="dark")
        ears.said("g1", None, one, retained=False)
    words = ears.hearing().words["g1"]
    assert (words.thermometer, words.camera, words.lens, words.stuck) == ("lost", "ok", "dark", False)
