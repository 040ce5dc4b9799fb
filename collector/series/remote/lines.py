"""A screening as one line of InfluxDB's line protocol: numbers by gate, and nobody's hash, code or id. Pure.

    kadian_screening,gate=e01,kind=body_estimate,quality=ok,site=chuanchang celsius=37.62,recheck=1i 1790000000123004711

| field | stands there |
| --- | --- |
| `celsius` | for every temperature, good or bad: `quality` and `kind` say which are a result |
| `unmeasured` | instead of it, when there was none (quality `missing`), so each screening has one of the two |
| `recheck`, `stop`, `none` | for a verdict that is not `pass` |

The verdict is no tag: each gate's temperatures are then one series of VictoriaMetrics, whose quantiles do not reach
over several. There the fields are called `kadian_screening_celsius` and so on.
"""

from collector.ledger.measured import Measured
from collector.series.hundredths import hundredths_of

MEASUREMENT = "kadian_screening"
NS_PER_MS = 1_000_000


def line(site: str, row: Measured, lane: int = 0) -> str:
    """The line of one screening.

    The time is nanoseconds since 1970: the gate's milliseconds, and below them the last six digits of `seq`. InfluxDB
    tells points of one series apart by their time alone, so two people in one millisecond are two points, and a line
    that is written twice is one point.

    Args:
        site: the neighbourhood, so that several may share one store.
        row: the screening.
        lane: for a store that keeps milliseconds alone: how many screenings of this gate and millisecond stand before
            this one in the ledger; a tag when it is not 0.
    """
    kind = "" if row.kind is None else f",kind={row.kind}"
    tags = f"gate={row.gate}{kind}{f',lane={lane}' if lane else ''},quality={row.quality or 'missing'},site={site}"
    field = "unmeasured=1i" if row.celsius is None else f"celsius={hundredths_of(row.celsius) / 100:.2f}"
    verdict = "" if row.verdict == "pass" else f",{row.verdict}=1i"
    return f"{MEASUREMENT},{tags} {field}{verdict} {row.at_ms * NS_PER_MS + row.seq % NS_PER_MS}"


def probe(at_ms: int) -> str:
    """A line that nothing can be wrong with: who refuses it refuses everything."""
    return f"kadian_probe value=1i {at_ms * NS_PER_MS}"
