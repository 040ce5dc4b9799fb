from email.message import Message

import pytest

from agent.kiosk import guard
from agent.kiosk.pairing import LIFE_SECONDS, Pairing, TooManyTriesError
from agent.settings import KioskSettings
from kadian.settings import Secret, check


def headers(**fields):
    message = Message()
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    return message


@pytest.mark.parametrize("host", ["127.0.0.1:8090", "localhost", "[::1]:8090", "192.168.4.1:8090", "[fe80::1]", "pi"])
def test_an_address_or_the_gates_own_name_is_answered(host):
    assert guard.is_ours(host, {"pi"})


@pytest.mark.parametrize("host", ["", "evil.example", "evil.example:8090", "127.0.0.1.evil.example", "a@127.0.0.1",
                                  "127.0.0.1/x", "127.0.0.1:x", "[::1", "0x7f.1", "pi.evil.example"])  # fmt: skip
def test_another_name_is_not_answered_whatever_it_resolves_to(host):
    assert not guard.is_ours(host, {"pi"})


@pytest.mark.parametrize(
    ("peer", "host", "near"),
    [
        ("127.0.0.1", "127.0.0.1:8090", True),
        ("::ffff:127.0.0.1", "localhost:8090", True),
        ("192.168.4.7", "127.0.0.1:8090", False),
        ("192.168.4.7", "192.168.4.1:8090", False),
        ("127.0.0.1", "192.168.4.9:8090", False),
    ],
)
def test_only_this_computers_own_browser_is_near(peer, host, near):
    assert guard.is_near(peer, headers(Host=host)) is near
    assert not guard.is_near(peer, headers(Host=host, X_Forwarded_For="192.168.4.7"))


@pytest.mark.parametrize(
    ("fields", "same"),
    [
        ({"Origin": "http://127.0.0.1:8090"}, True),
        ({"Origin": "http://127.0.0.1:8090", "Sec_Fetch_Site": "same-origin"}, True),
        ({"Origin": "http://127.0.0.1:8090", "Sec_Fetch_Site": "same-site"}, False),
        ({"Origin": "https://127.0.0.1:8090"}, False),
        ({"Origin": "http://127.0.0.1:9000"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ],
)
def test_what_changes_something_comes_from_our_own_page(fields, same):
    assert guard.is_same_origin(headers(Host="127.0.0.1:8090", **fields), secure=False) is same


class Times:
    wall = 1_800_000_000.0
    mono = 0.0


@pytest.fixture
def times():
    return Times()


def pairing(times, pin="482913", gate="e01"):
    return Pairing(pin, gate, lambda: times.wall, lambda: times.mono)


def test_the_right_pin_gives_a_token_that_lasts_half_a_day_and_over_a_restart(times):
    token = pairing(times).enter("482913")
    again = pairing(times)
    assert again.holds(token)
    times.wall += LIFE_SECONDS + 1
    assert not again.holds(token)


def test_a_token_is_worth_nothing_changed_at_another_gate_after_a_new_pin_or_from_a_wrong_clock(times):
    token = pairing(times).enter("482913")
    end, mac = token.split(".")
    for wrong in (f"{int(end) + 60}.{mac}", f"{end}.{mac[:-1]}0", f"{end}.", "", ".", "x.y", "9" * 400, "１２.ａ"):
        assert wrong == token or not pairing(times).holds(wrong)
    assert not pairing(times, gate="e02").holds(token)
    assert not pairing(times, pin="482914").holds(token)
    times.wall -= 30 * 86400
    assert not pairing(times).holds(token)


def test_five_wrong_pins_a_minute_and_not_one_more_even_the_right_one(times):
    door = pairing(times)
    for second in range(5):
        times.mono = float(second)
        assert door.enter("000000") is None
    with pytest.raises(TooManyTriesError):
        door.enter("482913")
    times.mono = 60.5
    assert door.enter("482913")


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ('host = "127.0.0.1"', []),
        ('host = "0.0.0.0"', ["K0460"]),
        ('host = "0.0.0.0"\npin = "123456"', []),
        ('host = "0.0.0.0"\npin = "1234"', ["K0462"]),
        ('host = "0.0.0.0"\npin = "geheim123"', ["K0462"]),
        ('certificate_file = "a.pem"', ["K0463"]),
        ("night_volume = 3", ["K0103"]),
        ('sounds = ["pass", "music"]', ["K0103"]),
    ],
)
def test_a_kiosk_that_would_be_open_to_anybody_is_a_mistake_of_the_settings(tmp_path, lines, codes):
    path = tmp_path / "kiosk.toml"
    path.write_text(lines)
    assert [problem.code for problem in check(path, KioskSettings, {})] == codes


def test_the_pin_is_never_printed():
    assert "482913" not in repr(KioskSettings(pin=Secret("482913")))
