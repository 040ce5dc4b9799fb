"""A store that was away, and then refuses one line in a thousand: only those are missing, each is listed."""

import time

import httpx
import pytest

from collector.ledger import Follower, aside
from collector.ledger.measured import after
from collector.series.victoriametrics import VictoriaMetrics

BEGIN = 1_750_000_000_000
COUNT = 12_000
BAD = 1000


@pytest.fixture
def gateway(influx, own_victoria):
    """Stands before the real server: refuses a batch for one bad line as InfluxDB does, passes on all else."""

    client = httpx.Client()

    def answer(lines):
        for text in lines:
            if "kadian_probe" not in text and int(text[-6:]) % BAD == 0:
                return 400, {}, b'{"code":"invalid","message":"unable to parse a line"}'
        try:
            passed = client.post(f"{own_victoria.url}/api/v2/write?precision=ns", content="\n".join(lines))
        except httpx.HTTPError:
            return 502, {}, b"bad gateway"
        return passed.status_code, {}, passed.content

    influx.answer = answer
    yield influx
    client.close()


def test_a_store_that_was_away_is_complete_soon_after_it_is_back_but_for_the_bad_lines_that_are_listed(
    place, remote, own_victoria, gateway, eventually, kept
):
    here = VictoriaMetrics(own_victoria.url, "chuanchang", read_seconds=10)
    store = VictoriaMetrics(gateway.url, "chuanchang")
    series = remote(store)
    own_victoria.end()
    followers = [
        Follower(place.ledger, "series", place.series.write, place.series.position, read=after, most=5000),
        Follower(place.ledger, "series.victoriametrics", series.write, series.position, read=after, most=5000),
    ]
    for follower in followers:
        follower.start()
    for start in range(0, COUNT, 3000):
        place.store([place.screen(BEGIN + (start + number) * 300) for number in range(3000)])
    eventually(place.series.position, COUNT, 15)
    eventually(lambda: series.trouble and series.trouble.code, "K0363", 5)
    assert series.position() == 0

    own_victoria.start()
    back = time.monotonic()
    eventually(series.position, COUNT, 30)
    caught_up = time.monotonic() - back
    eventually(lambda: kept(here), COUNT - COUNT // BAD)
    print(f"embedded complete; remote complete {caught_up:.1f} s after its return, but for {COUNT // BAD} bad lines")
    with place.ledger.read() as connection:
        listed = {row.position for row in aside.listing(connection, "victoriametrics", 1000)}
    assert listed == set(range(BAD, COUNT + 1, BAD))
    whole = BEGIN, BEGIN + COUNT * 300
    assert sum(bucket.count for bucket in place.series.chart("e01", *whole, 500)) == COUNT
    for follower in followers:
        follower.stop()
    for opened in (here, store):
        opened.close()
