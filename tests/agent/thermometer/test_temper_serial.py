"""TEMPerX232's lines."""

import pytest

from agent.thermometer.catalogue import find
from agent.thermometer.sample import Sample
from agent.thermometer.temper_serial import decode

LINE = b"Temp-Inner:30.53 [C],39.92 [%RH]<\r\n"


def test_every_hundredth_is_given_as_it_was_written_and_minus_is_not_lost():
    for centi in range(-4000, 12501):
        line = b"Temp-Inner:%.2f [C],39.92 [%%RH]<" % (centi / 100)
        assert decode(line, sensor="inner") == Sample(centi, centi / 100, centi / 100)


@pytest.mark.parametrize(
    "line",
    [b"Temp-Inner:30.53", b"emp-Inner:30.53 [C]<", b"Temp-Inner:30.53 [F]<", b"TEMPerX232_V2.0", b"Temp-Inner: [C]<"],
)
def test_a_cut_line_is_foreign(line):
    assert decode(line, sensor="inner") == "foreign"


@pytest.mark.parametrize("line", [b"Temp-Inner:125.01 [C]<", b"Temp-Inner:-40.01 [C]<"])
def test_a_value_that_cannot_be_is_refused(line):
    assert decode(line, sensor="inner") == "out_of_range"


def test_no_single_error_makes_a_value_after_three_agree():
    driver = find("temper_serial")
    wrong = [LINE[:at] + LINE[at + 1 :] for at in range(len(LINE))]
    wrong += [LINE[:at] + bytes([LINE[at] ^ 1 << bit]) + LINE[at + 1 :] for at in range(len(LINE)) for bit in range(8)]
    wrong += [LINE[:at] + bytes([byte]) + LINE[at:] for at in range(len(LINE)) for byte in b"0159.-\r\n\x00\xff"]
    for damaged in wrong:
        samples = driver.make_parser().feed(LINE * 4 + damaged + LINE * 4)
        assert {sample.surface for sample in samples} == {30.53}
