"""A store that is away for an hour, then wants a token, is slow, and refuses one line in a thousand.

Only those are missing, each is listed, and the embedded store is complete all the while. `KADIAN_OUTAGE=162000` is an
hour of nine gates at five screenings a second each, and a wrong token is then tried again after its full minute.
"""

import os
import time

import httpx
import pytest

from collector.ledger import Follower, aside
from collector.ledger.measured import after
from collector.series.open import MOST_AT_ONCE, MOST_COUNTED
from collector.series.victoriametrics import VictoriaMetrics

BEGIN = 1_750_000_000_000
COUNT = int(os.environ.get("KADIAN_OUTAGE", "12000"))
WHOLE = "KADIAN_OUTAGE" in os.environ
GATES = [f"e{number:02}" for number in range(1, 10)]
TIES = 1000
BAD = 1000
SLOW_SECONDS, SLOW_REQUESTS = (2.0, 10) if WHOLE else (0.2, 3)


class Gateway:
    """Stands before the real server: refuses a batch for one bad line as InfluxDB does, passes on all else."""

    def __init__(self, url):
        self.url, self.client = url, httpx.Client(timeout=30)
        self.status, self.slow, self.writes = 204, 0, 0

    def __call__(self, lines):
        self.writes += 1
        if self.status != 204:
            return self.status, {}, b'{"code":"unauthorized","message":"unauthorized access"}'
        if self.slow:
            self.slow -= 1
            time.sleep(SLOW_SECONDS)
        if any("kadian_probe" not in text and int(text[-6:]) % BAD == 0 for text in lines):
            return 400, {}, b'{"code":"invalid","message":"unable to parse a line"}'
        try:
            passed = self.client.post(f"{self.url}/api/v2/write?precision=ns", content="\n".join(lines))
        except httpx.HTTPError:
            return 502, {}, b"bad gateway"
        return passed.status_code, {}, passed.content


@pytest.fixture
def gateway(influx, own_victoria):
    influx.answer = standing = Gateway(own_victoria.url)
    yield standing
    standing.client.close()


def come_in(place):
    """An hour of readings, the first thousand of each gate in one millisecond."""
    each = COUNT // len(GATES)
    for gate in GATES:
        made = [
            place.screen(BEGIN + (0 if number < TIES else number * 3_600_000 // each), gate=gate)
            for number in range(each)
        ]
        for start in range(0, each, 3000):
            place.store(made[start : start + 3000], gate)
    return each * len(GATES)


def test_a_store_that_was_away_is_complete_soon_after_it_is_back_but_for_the_bad_lines_that_are_listed(
    place, remote, own_victoria, influx, gateway, eventually, kept, monkeypatch
):
    if not WHOLE:
        monkeypatch.setattr("collector.series.remote.answers.LONG_PAUSE", 1.0)
    here = VictoriaMetrics(own_victoria.url, "chuanchang", read_seconds=30)
    store = VictoriaMetrics(influx.url, "chuanchang")
    series = remote(store)
    own_victoria.end()
    followers = [
        Follower(place.ledger, "series", place.series.write, place.series.position, read=after, most=MOST_COUNTED),
        Follower(place.ledger, "series.victoriametrics", series.write, series.position, read=after, most=MOST_AT_ONCE),
    ]
    for follower in followers:
        follower.start()
    count = come_in(place)
    bad = sum(each % BAD == 0 for each in range(1, count // len(GATES) + 1)) * len(GATES)
    eventually(place.series.position, count, 60)
    eventually(lambda: series.trouble and series.trouble.code, "K0363", 5)
    assert series.position() == 0

    gateway.status = 401
    own_victoria.start()
    back = time.monotonic()
    eventually(lambda: series.trouble and series.trouble.code, "K0364", 20)
    gateway.status, gateway.slow = 204, SLOW_REQUESTS
    eventually(series.position, count, 600)
    caught_up = time.monotonic() - back
    with place.ledger.read() as connection:
        listed = aside.listing(connection, "victoriametrics", 10_000)
        numbers = dict.fromkeys(row.position for row in after(connection, 0, count).rows if row.seq % BAD == 0)
    assert [row.position for row in reversed(listed)] == list(numbers)
    assert {(row.count, row.reason) for row in listed} == {(1, "unable to parse a line")}
    assert len(listed) == bad
    eventually(lambda: sum(kept(here, gate) for gate in GATES), count - bad, 60)
    whole = BEGIN, BEGIN + 3_600_000
    sizes = {
        name: [sum(bucket.count for bucket in chart(gate, *whole, 500)) for gate in GATES]
        for name, chart in (("embedded", place.series.chart), ("remote", remote(here).chart))
    }
    assert sizes["embedded"] == [count // len(GATES)] * len(GATES)
    assert sizes["remote"] == [(count - bad) // len(GATES)] * len(GATES)
    print(
        f"\n{count:,} screenings of an hour while the store was away: embedded complete; back, 401, slow"
        f" ({SLOW_REQUESTS} x {SLOW_SECONDS:g} s), 400 for {bad} lines: remote complete {caught_up:.1f} s after its"
        f" return ({gateway.writes} requests in all), {bad} of {bad} bad lines listed, no other missing"
    )
    for follower in followers:
        follower.stop()
    for opened in (here, store):
        opened.close()
