import msgspec

from collector.alerts.settings import Channel
from collector.api import make_app
from collector.ledger import channel_tests, deliveries
from collector.ledger.channel_tests import Trial
from collector.ledger.deliveries import Delivery
from collector.settings import CollectorSettings
from kadian.settings import Secret
from tests.collector.api.conftest import NOW_MS, Caller

CHANNELS = (
    Channel("group", "wecom_robot+https://h/send", Secret("k3y"), to=("13800138000",)),
    Channel("office", "webhook+http://127.0.0.1/hook"),
)


def asked(place):
    office = place.office()
    settings = msgspec.structs.replace(office.settings, channels=CHANNELS)
    assert isinstance(settings, CollectorSettings)
    object.__setattr__(office, "settings", settings)
    answer = Caller(make_app(office)).get("/api/v1/channels")
    assert answer.status_code == 200
    assert "k3y" not in answer.text
    assert "1380" not in answer.text
    return answer.json()["items"]


def test_a_channel_that_never_had_anything_to_do_says_so(place):
    untouched = {"test": None, "accepted_at": None, "waiting": 0}
    assert asked(place) == [
        {"name": "group", "kind": "wecom_robot", "room": {"fevers": 20, "others": 14}, **untouched},
        {"name": "office", "kind": "webhook", "room": None, **untouched},
    ]


def test_the_last_test_what_waits_and_the_room_that_is_left_are_told(place):
    with place.ledger.begin() as connection:
        for at, state in ((NOW_MS - 61_000, "accepted"), (NOW_MS - 2_000, "accepted"), (NOW_MS - 1_000, "waiting")):
            done_ms = at if state == "accepted" else None
            new = Delivery(f"d{at}", "i", "group", state, "{}", 1, at, at, done_ms=done_ms, tried_ms=at)
            deliveries.put(connection, new, [])
        channel_tests.put(connection, Trial("group", "2026-11-23", NOW_MS - 1000, "refused", "机器人的 key 不对"))
        channel_tests.put(connection, Trial("office", "2026-11-22", NOW_MS, "unknown", "HTTP 502"))
        channel_tests.put(connection, Trial("office", "2026-11-23", NOW_MS, "accepted", "HTTP 200"))
    group, office = asked(place)
    assert (group["waiting"], group["accepted_at"]) == (1, "2026-11-23T07:29:58.000+08:00")
    assert group["room"] == {"fevers": 18, "others": 12}
    assert group["test"] == {
        "day": "2026-11-23",
        "at": "2026-11-23T07:29:59.000+08:00",
        "result": "refused",
        "text": {"zh": "早测被拒绝", "en": "refused the morning's test"},
        "reason": "机器人的 key 不对",
    }
    assert (office["test"]["result"], office["test"]["day"]) == ("accepted", "2026-11-23")
