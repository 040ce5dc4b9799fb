from collections.abc import Iterator

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, SummaryMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from collector.api.answers.gate import age_seconds
from collector.api.office import Office, OfficeHere
from collector.ledger import aside, deliveries, gates, lives, overview, retention, runs, screenings

router = APIRouter(tags=["office"])
COUNTS = {
    "screenings_stored": ("stored", "Screenings that were new, since the start"),
    "screenings_duplicate": ("duplicates", "Screenings that were in the ledger already, since the start"),
    "rejected": ("rejected", "Messages that were refused, since the start"),
    "messages_received": ("received", "MQTT messages that arrived, since the start"),
    "messages_shed": ("shed", "Messages left for their gate to send again, since too many waited"),
    "commits_failed": ("failed_commits", "Commits that the database refused, since the start"),
    "receipts": ("receipts", "Receipts sent to gates, since the start"),
    "resends_asked": ("resends_asked", "Holes that gates were asked for, since the start"),
}


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(office: OfficeHere) -> Response:
    """Prometheus text. Labels name gates, rules and followers; never a person."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(OfficeFigures(office))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


class OfficeFigures(Collector):
    """The office's figures, read when they are asked for."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def collect(self) -> Iterator[Metric]:
        """Each metric with its values now."""
        office = self._office
        up = not office.health()
        yield GaugeMetricFamily("kadian_up", "1 while the office can take and store a screening", value=float(up))
        yield InfoMetricFamily("kadian", "This office", {"version": office.version, "site": office.settings.site})
        yield from self._ingest()
        with office.ledger.read() as connection:
            last = screenings.last_position(connection)
            rows = gates.words(connection)
            alerts = overview.open_by_rule(connection)
            waiting = deliveries.waiting_count(connection)
            oldest = {kind: retention.oldest_ms(connection, kind) for kind in retention.BY_ARRIVAL}
            size, free = retention.database_bytes(connection)
            stores = {name: (takes, aside.count(connection, name)) for name, takes in office.stores().items()}
            gaps = runs.gaps(connection)
            lost = lives.lost_for_good(connection)
        now = office.now_ms()
        ages = {row.gate: age_seconds([row.last_screening_ms], now) for row in rows}
        yield _by("gate", "kadian_gate_age_seconds", "Seconds since a gate's last screening arrived", ages)
        lags = {"series": max(0, last - office.series.position()), **office.lags()}
        yield _by("follower", "kadian_follower_lag", "Screenings that a follower of the ledger is behind", lags)
        if stores:
            takes = {name: int(takes) for name, (takes, _) in stores.items()}
            refused = {name: count for name, (_, count) in stores.items()}
            yield _by("backend", "kadian_series_store_up", "1 while a series store takes what it is given", takes)
            yield _by("backend", "kadian_series_set_aside", "Screenings that a series store refused", refused)
        yield _by("rule", "kadian_alerts_open", "Incidents that nobody has taken yet", alerts)
        yield from self._kept(oldest)
        yield GaugeMetricFamily("kadian_database_bytes", "The size of the ledger's database", value=float(size))
        yield GaugeMetricFamily("kadian_database_free_bytes", "What of it is free to be used again", value=float(free))
        missing = {gate: lives.count(ranges) for gate, ranges in gaps.items()}
        yield _by("gate", "kadian_gaps", "Numbers of a gate's outbox that have not arrived", missing)
        gone: dict[str, int] = {}
        for one in lost:
            gone[one.gate] = gone.get(one.gate, 0) + one.last - one.first + 1
        yield _by("gate", "kadian_lost", "Numbers that were asked for and given up", gone)
        yield GaugeMetricFamily("kadian_deliveries_waiting", "Messages that wait to be accepted", value=float(waiting))

    def _kept(self, oldest: dict[str, int | None]) -> Iterator[Metric]:
        gone = CounterMetricFamily("kadian_retention_deleted", "Rows that were kept long enough", labels=["class"])
        for kind, count in self._office.deleted().items():
            gone.add_metric([kind], count)
        yield gone
        moments = {kind: None if ms is None else ms / 1000 for kind, ms in oldest.items()}
        name = "kadian_retention_oldest_timestamp_seconds"
        yield _by("class", name, "When the oldest that is kept arrived", moments)

    def _ingest(self) -> Iterator[Metric]:
        counts = self._office.ingest_counts
        for name, (field, meaning) in COUNTS.items():
            yield CounterMetricFamily(f"kadian_{name}", meaning, value=getattr(counts, field))
        yield SummaryMetricFamily(
            "kadian_commit_seconds",
            "How long commits of screenings took",
            count_value=counts.commits,
            sum_value=counts.commit_seconds,
        )


def _by(label: str, name: str, meaning: str, values: dict[str, float | None] | dict[str, int]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for key, value in values.items():
        if value is not None:
            family.add_metric([key], float(value))
    return family
