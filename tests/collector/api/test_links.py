"""The page behind a message's link."""

import re
import threading
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from collector.access.links import LinkKey
from collector.alerts.linked import GOOD_FOR_MS
from collector.api import make_app
from collector.ledger import deliveries, incidents
from collector.ledger.deliveries import Delivery, delivery_id
from collector.settings import Alerts, Channel, CollectorSettings, Person
from tests.collector.api.conftest import NOW_MS, Caller

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LINKED = CollectorSettings(
    site="x",
    alerts=Alerts(link="https://kadian.example"),
    channels=(Channel("duty", "webhook+http://x"),),
    people=(Person("v-12"),),
)


class Links:
    """Messages about incidents of one office, and their links."""

    def __init__(self, place, folder):
        self.place, self.key, self.now_ms = place, LinkKey(folder), NOW_MS
        office = replace(place.office(), settings=LINKED, links=self.key, now_ms=lambda: self.now_ms)
        self.app = make_app(office)
        self.call = Caller(self.app)

    def send(self, *about, person="v-12", kind="alarm", nth=0):
        name = delivery_id(about[0], "duty", kind, nth)
        new = Delivery(name, about[0], "duty", "accepted", "{}", 1, NOW_MS, NOW_MS, kind=kind, person=person)
        with self.place.ledger.begin() as connection:
            deliveries.put(connection, new, about)
        return f"/a/{self.key.token(name, NOW_MS + GOOD_FOR_MS)}"

    def press(self, link, pressed, **headers):
        return self.call.post(link, content=pressed, headers=FORM | headers)

    def incident(self, id_):
        with self.place.ledger.read() as connection:
            return incidents.find(connection, id_)

    def words(self, id_):
        with self.place.ledger.read() as connection:
            return [(event.what, event.who, event.note) for event in incidents.timeline(connection, id_)]


@pytest.fixture
def links(place, tmp_path):
    return Links(place, tmp_path)


def test_looking_changes_nothing_however_often(links):
    alert = links.place.find("fever:1")
    link = links.send(alert)
    for method in ("GET", "HEAD", "GET"):
        assert links.call(method, link).status_code == 200
    assert links.incident(alert).state == "open"
    assert [what for what, _, _ in links.words(alert)] == ["opened"]


def test_the_page_tells_what_happened_and_what_to_do_and_calls_nobody_else(links):
    page = links.call.get(links.send(links.place.find("fever:1")))
    assert "38.1" in page.text
    assert "我去处理" in page.text
    assert "处理完了" not in page.text
    assert "<script" not in page.text
    assert re.findall(r'(?:src|href|action)="([^"]*)"', page.text) == ["../a.css"]
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert links.call.get("/a.css").headers["content-type"].startswith("text/css")


def test_a_press_takes_it_with_a_promise_and_then_offers_how_it_ended(links):
    alert = links.place.find("fever:1")
    page = links.press(links.send(alert), "minutes=5")
    taken = links.incident(alert)
    assert (taken.state, taken.acknowledged_by, taken.minutes) == ("acknowledged", "v-12", 5)
    assert "v-12 已接手，约 5 分钟到" in page.text
    assert "处理完了" in page.text


def test_how_it_ended_is_kept_in_the_timeline(links):
    alert = links.place.find("fever:1")
    link = links.send(alert)
    links.press(link, "minutes=10")
    page = links.press(link, "outcome=false_alarm")
    assert links.incident(alert).state == "resolved"
    assert ("outcome", "v-12", "false_alarm") in links.words(alert)
    assert "误报" in page.text
    assert "<form" not in page.text


def test_a_second_press_of_either_button_changes_nothing_and_says_so(links):
    alert = links.place.find("fever:1")
    link = links.send(alert)
    links.press(link, "minutes=5")
    assert "已经用过" in links.press(link, "minutes=20").text
    assert links.incident(alert).minutes == 5
    links.press(link, "outcome=device")
    assert "已经了结" in links.press(link, "outcome=fever").text
    assert ("outcome", "v-12", "fever") not in links.words(alert)


def test_whoever_comes_second_is_told_who_was_first(links):
    alert = links.place.find("fever:1")
    first, second = links.send(alert), links.send(alert, person=None, nth=1)
    links.press(first, "minutes=5")
    page = links.press(second, "minutes=10").text
    assert "已经有人先接手了" in page
    assert "v-12 已接手，约 5 分钟到" in page
    assert links.incident(alert).acknowledged_by == "v-12"


def test_of_two_presses_at_the_same_moment_one_acts(links):
    alert = links.place.find("fever:1")
    each = [links.send(alert, nth=n, person=f"v-{n}") for n in range(4)] * 2
    pages, together = [], threading.Barrier(len(each))

    def press(link):
        together.wait()
        pages.append(links.press(link, "minutes=5").text)

    threads = [threading.Thread(target=press, args=(link,)) for link in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("记下了" in page for page in pages) == 1
    assert [what for what, _, _ in links.words(alert)].count("acknowledged") == 1


def test_a_message_about_several_takes_them_all(links):
    several = [links.place.find(f"fever:{n}") for n in range(3)]
    links.press(links.send(*several), "minutes=20")
    assert {links.incident(one).state for one in several} == {"acknowledged"}


def test_a_digest_shows_its_list_and_takes_nothing(links):
    several = [links.place.find(f"fever:{n}") for n in range(3)]
    link = links.send(*several, kind="digest")
    page = links.call.get(link).text
    assert page.count("<h1>") == 3
    assert "<button" not in page
    for pressed in ("minutes=5", "outcome=fever"):
        assert "什么都没有改" in links.press(link, pressed).text
    assert {links.incident(one).state for one in several} == {"open"}


def test_after_a_shift_the_link_is_over(links):
    alert = links.place.find("fever:1")
    link = links.send(alert)
    links.now_ms += GOOD_FOR_MS + 3_600_000
    for page in (links.call.get(link), links.press(link, "minutes=5")):
        assert page.status_code == 410
        assert "过期" in page.text
    assert links.incident(alert).state == "open"


def test_a_wrong_link_says_the_same_whether_or_not_there_is_such_a_message(links):
    alert = links.place.find("fever:1")
    link = links.send(alert)
    pages = [links.call.get(link[:-1] + ("A" if link[-1] != "A" else "B")), links.call.get("/a/" + "x" * 32)]
    pages += [links.press("/a/short", "minutes=5"), links.call.get("/a/" + "y" * 3000)]
    assert {(page.status_code, page.text) for page in pages} == {(404, pages[0].text)}


def test_without_a_key_no_link_opens_anything(links, call):
    assert call.get(links.send(links.place.find("fever:1"))).status_code == 404


@pytest.mark.parametrize(
    "pressed", ["", "minutes=500", "minutes=5x", "outcome=dance", "a" * 60_000, "a=1&" * 900, "%ff=%00"]
)
def test_a_press_that_says_nothing_changes_nothing(links, pressed):
    alert = links.place.find("fever:1")
    assert links.press(links.send(alert), pressed).status_code == 400
    assert links.incident(alert).state == "open"


def test_a_name_that_somebody_wrote_at_the_office_is_not_shown_to_a_phone(links):
    alert = links.place.find("fever:1")
    link = links.send(alert)
    links.call.post(f"/api/v1/alerts/{alert}/acknowledge", json={"by": "王书记", "note": "13800000000"})
    page = links.call.get(link).text
    assert "有人 已接手" in page
    assert "王书记" not in page
    assert "13800000000" not in page


def test_browsers_that_hide_where_a_form_was_may_press_it(links):
    """From a page without referrer Chromium posts `Origin: null`."""
    alert = links.place.find("fever:1")
    assert links.press(links.send(alert), "minutes=5", Origin="null").status_code == 200
    assert links.incident(alert).state == "acknowledged"
    other = links.call.post(f"/api/v1/alerts/{alert}/resolve", headers={"Origin": "null"})
    assert other.status_code == 403


def test_the_office_answers_to_the_name_that_its_links_use(links):
    link = links.send(links.place.find("fever:1"))
    assert links.call.get(link, headers={"Host": "kadian.example"}).status_code == 200
    assert links.call.get(link, headers={"Host": "elsewhere.example"}).status_code == 421


def test_no_link_stands_in_a_log(links, monkeypatch):
    link = links.send(links.place.find("fever:1"))
    monkeypatch.setattr("collector.alerts.taking.told_of", lambda *_: 1 / 0)
    with capture_logs() as logs:
        assert links.call.get(link).status_code == 500
    assert logs
    assert link.rpartition("/")[2] not in str(logs)
