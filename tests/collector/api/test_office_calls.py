import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from collector.api.routes import pages


def test_a_healthy_office_says_so(call):
    assert call.get("/healthz").json() == {"state": "ok", "version": "9.9.9"}


def test_an_office_that_cannot_store_says_why(call, place):
    place.reasons[:] = ["the disk is full"]
    answer = call.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "the disk is full"


def test_metrics_tell_every_figure_and_name_no_person(call, place):
    place.screen(ago=90)
    place.find("fever:1")
    place.reasons[:] = ["the disk is full"]
    answer = call.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    size = samples["kadian_database_bytes",]
    assert samples == {
        ("kadian_up",): 0,
        ("kadian_info", "chuanchang", "9.9.9"): 1,
        ("kadian_screenings_stored_total",): 11,
        ("kadian_screenings_duplicate_total",): 2,
        ("kadian_rejected_total",): 1,
        ("kadian_receipts_total",): 7,
        ("kadian_resends_asked_total",): 0,
        ("kadian_messages_received_total",): 12,
        ("kadian_messages_shed_total",): 5,
        ("kadian_commits_failed_total",): 3,
        ("kadian_commit_seconds_count",): 4,
        ("kadian_commit_seconds_sum",): 0.25,
        ("kadian_gate_age_seconds", "e01"): 89.5,
        ("kadian_follower_lag", "series"): 0,
        ("kadian_follower_lag", "rules"): 3,
        ("kadian_series_store_up", "influxdb"): 0,
        ("kadian_series_set_aside", "influxdb"): 0,
        ("kadian_alerts_open", "confirmed_fever"): 1,
        ("kadian_deliveries_waiting",): 0,
        ("kadian_retention_deleted_total", "screenings"): 4,
        ("kadian_retention_oldest_timestamp_seconds", "screenings"): 1795390110.5,
        ("kadian_database_bytes",): size,
        ("kadian_database_free_bytes",): samples["kadian_database_free_bytes",],
    }
    assert size > 10_000
    labels = {"gate", "follower", "rule", "backend", "class", "version", "site"}
    assert set(re.findall(r"[{,](\w+)=", answer.text)) <= labels


@pytest.fixture
def built(tmp_path, monkeypatch):
    folder = tmp_path / "pages"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>hello", "utf-8")
    (folder / "assets" / "index-abc123.js").write_text("1", "utf-8")
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    monkeypatch.setattr(pages, "PAGES", folder)
    return folder


def test_the_page_is_asked_for_again_and_its_hashed_parts_are_kept(call, built):
    index = call.get("/")
    assert (index.text, index.headers["cache-control"]) == ("<!doctype html>hello", "no-cache")
    part = call.get("/assets/index-abc123.js")
    assert "immutable" in part.headers["cache-control"]
    assert "javascript" in part.headers["content-type"]


@pytest.mark.parametrize(
    "path", ["/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/%2fetc%2fpasswd", "/a%00b", "/" + "x" * 5000]
)
def test_nothing_outside_the_pages_is_given(call, built, path):
    assert call.get(path).status_code == 404


def test_pages_that_were_not_built_say_so_in_both_languages(call, tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "PAGES", tmp_path / "none")
    answer = call.get("/")
    assert answer.status_code == 503
    assert "make pages" in answer.text
    assert "网页还没有生成" in answer.text
