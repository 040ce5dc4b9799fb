"""Text lines: the forms that are understood without options, patterns, and what a wire can do to a line."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.thermometer.ascii_line import understand
from agent.thermometer.catalogue import find
from agent.thermometer.sample import Sample
from kadian.errors import KadianError

ONE = find("ascii_line", {"agree": 1})


def read(driver, *chunks):
    parser = driver.make_parser()
    parser.feed(b"\n")
    return [sample for chunk in chunks for sample in parser.feed(chunk)]


def configured(**options):
    return find("ascii_line", {"agree": 1, **options})


@pytest.mark.parametrize(
    ("line", "surface", "ambient"),
    [
        ("36.52", 36.52, None),
        ("-3.5", -3.5, None),
        ("T:36.52,A:24.10", 36.52, 24.1),
        ("T=36.5C", 36.5, None),
        ("t = 36.5 °C; amb = 24", 36.5, 24.0),
        ("Ambient = 24.15*C\tObject = 36.51*C", 36.51, 24.15),
        ("Ambient = 75.47*F\tObject = 97.72*F", 36.51, 24.15),
        ("Object: 36.51 deg C Ambient: -4.2 deg C", 36.51, -4.2),
        ('{"surface": 36.5, "ambient": 24.1, "seq": 77}', 36.5, 24.1),
        ("{'temp':36.5,'humidity':45%}", 36.5, None),
    ],
)
@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_the_usual_forms_are_understood_with_any_line_end(line, surface, ambient, end):
    for encoding in ("utf-8", "latin-1"):
        (sample,) = read(ONE, (line + end).encode(encoding))
        assert (sample.surface, sample.ambient) == (surface, ambient)


@pytest.mark.parametrize(
    "line",
    ["", "x", "36.5.2", "36,52", "36.52 24.1", "T:36.5,T:36.6", "T:36.5,X:1", "T:,A:24", "T:36.5,", "A:24.1", "nan",
     "T:inf", "1e3", "0x24", "36.5236.52", "T:36.52,A:24.10T:36.52,A:24.10", "H:45%", "36.5C0"],
)  # fmt: skip
def test_a_line_of_which_not_all_is_understood_is_no_reading(line):
    assert read(ONE, line.encode() + b"\n") == []


@pytest.mark.parametrize("line", ["-70.01", "380.1", "T:36.5,A:125.1", "T:36.5,A:-40.1", "999999"])
def test_a_value_that_cannot_be_is_counted_and_not_given_out(line):
    parser = ONE.make_parser()
    assert parser.feed(b"\n" + line.encode() + b"\n") == []
    assert parser.counts.out_of_range == 1


def test_half_a_line_is_no_reading_however_long_the_pause():
    parser = ONE.make_parser()
    assert parser.feed(b"\r\nT=36") == []
    assert parser.settle() == []
    assert parser.feed(b".7\r\n") == [Sample(raw=3670, surface=36.7)]


def test_the_line_under_way_when_the_port_is_opened_is_thrown_away():
    parser = ONE.make_parser()
    assert parser.feed(b"7.1\r\n37.2\r\n") == [Sample(raw=3720, surface=37.2)]
    parser.reset()
    assert parser.feed(b"6.9\r\n36.8\r\n") == [Sample(raw=3680, surface=36.8)]


def test_a_line_longer_than_any_thermometers_is_dropped_to_its_end():
    assert read(ONE, b"1" * 300 + b"\n36.5\n") == [Sample(raw=3650, surface=36.5)]
    assert read(ONE, b"1" * 200, b"1" * 200, b"36.4\n36.5\n") == [Sample(raw=3650, surface=36.5)]


def test_every_hundredth_is_given_as_it_was_written():
    lines = b"".join(b"%.2f\n" % (centi / 100) for centi in range(-7000, 38001))
    assert [sample.raw for sample in read(ONE, lines)] == list(range(-7000, 38001))
    assert [sample.surface for sample in read(ONE, lines)] == [centi / 100 for centi in range(-7000, 38001)]


@given(
    centi=st.integers(-7000, 38000), ambient=st.integers(-4000, 12500), name=st.sampled_from(["T", "Object", "temp"])
)
def test_what_a_device_writes_as_json_or_by_name_is_what_is_read(centi, ambient, name):
    values = {name: centi / 100, "ambient": ambient / 100}
    for line in (json.dumps(values), ", ".join(f"{key}={value}" for key, value in values.items())):
        assert read(ONE, line.encode() + b"\n") == [Sample(centi, centi / 100, ambient / 100)]


def test_no_single_error_in_a_line_makes_a_value_after_three_agree():
    driver = find("ascii_line")
    line = b"T:36.52,A:24.10\r\n"
    wrong = [line[:at] + line[at + 1 :] for at in range(len(line))]
    wrong += [line[:at] + bytes([line[at] ^ 1 << bit]) + line[at + 1 :] for at in range(len(line)) for bit in range(8)]
    wrong += [line[:at] + bytes([byte]) + line[at:] for at in range(len(line)) for byte in b"0159.-,:CFT\r\n\x00\xff"]
    single = 0
    for damaged in wrong:
        single += any(sample.surface != 36.52 or sample.ambient != 24.1 for sample in read(ONE, damaged))
        samples = read(driver, line * 4 + damaged + line * 4)
        assert samples
        assert {(sample.surface, sample.ambient) for sample in samples} == {(36.52, 24.1)}
    assert single > 50, "text has no sum: without agreement such lines pass"


def test_a_pattern_names_what_it_reads():
    driver = configured(pattern=r"RDing:#(?P<surface>[\d.]+)!(?P<ambient>-?[\d.]+)\*.*", kind="surface")
    assert read(driver, b"RDing:#34.6!-2.5*ok\r\n") == [Sample(3460, 34.6, -2.5)]
    driver = configured(pattern=r"体温(?P<body>\d+\.\d)", unit="C")
    assert (driver.kind, driver.conversion) == ("body_estimate", "device")
    assert read(driver, "体温36.5\n".encode()) == [Sample(3650, 36.5, None, 36.5)]
    driver = configured(pattern=r"S(?P<surface>\d+\.\d) B(?P<body>\d+\.\d)")
    assert read(driver, b"S34.1 B36.6\n") == [Sample(3410, 34.1, None, 36.6)]
    driver = configured(pattern=r"(?P<contact>\d+\.\d)F", unit="F")
    assert driver.kind == "contact"
    assert read(driver, b"98.6F\n") == [Sample(3700, 37.0)]


def test_air_stays_air():
    driver = configured(kind="ambient")
    assert (driver.kind, read(driver, b"T:24.5\n")) == ("ambient", [Sample(2450, 24.5, 24.5)])
    driver = configured(pattern=r"in (?P<surface>\d+) out (?P<ambient>\d+)", kind="ambient")
    assert read(driver, b"in 30 out 21\n") == [Sample(2100, 21.0, 21.0)]


def test_another_line_end_can_be_told():
    assert [sample.surface for sample in read(configured(end=";"), b";36.5;36.6;")] == [36.5, 36.6]


@pytest.mark.parametrize(
    "options",
    [
        {"pattern": "(unclosed"},
        {"pattern": r"(?P<surface>\d+)(?=x)"},
        {"pattern": r"(?P<surface>(\d)\2)"},
        {"pattern": r"\d+"},
        {"pattern": r"(?P<ambient>\d+)", "kind": "surface"},
        {"pattern": r"(?P<surface>\d+)", "kind": "body_estimate"},
        {"end": ""},
        {"end": "。"},
        {"unit": "K"},
        {"agree": 0},
        {"colour": "red"},
    ],
    ids=str,
)
def test_options_that_make_no_sense_are_refused_when_they_are_read(options, capfd):
    with pytest.raises(KadianError) as error:
        find("ascii_line", options)
    assert error.value.code == "K0213"
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "pattern",
    [r"(?P<surface>(\d+)+)x", r"(?P<surface>\d+)(\d*)*(\d*)*y", r"(?P<surface>(1|1)*)z", r"(?P<surface>(.*)*(.*)*)w"],
)
def test_no_pattern_can_hold_the_gate(pattern):
    parser = configured(pattern=pattern).make_parser()
    before = time.process_time()
    for _ in range(100):
        parser.feed(b"1" * 255 + b"\n")
    assert time.process_time() - before < 0.5


def test_the_built_in_form_takes_no_longer_on_hostile_lines():
    before = time.process_time()
    for line in ("T:" * 127, "1 " * 127, "{" * 255, "T: 1" * 60, '"' * 255, "A=1," * 63, "1" * 255):
        for _ in range(50):
            understand(line, "C")
    assert time.process_time() - before < 0.5
