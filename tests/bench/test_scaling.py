"""docs/scaling.md: its tables follow from docs/scaling.json, and the model from what was measured."""

import msgspec
import pytest

from bench import scaling
from bench.capacity import Costs, Observation, Place, costs, fitted, most_gates, plan
from bench.tables import renewed

TRUE = Costs(screening=90.0, message=40.0, receipt=25.0, gate=12.0)


def load(gates, screenings, messages, receipts):
    cores = TRUE.cores(gates, screenings, messages, receipts)
    return Observation("made", gates, screenings, messages, receipts, cores, cores / 2, 100 + gates / 100, 10)


LOADS = [
    load(1, 5_000, 5_000, 10),
    load(100, 4_000, 4_000, 400),
    load(1_000, 3_000, 3_000, 2_500),
    load(12_600, 4_200, 4_200, 4_100),
    load(9, 30_000, 60, 60),
]


def test_the_tables_of_the_page_follow_from_the_constants():
    page = scaling.PAGE.read_text("utf-8")
    assert page.count("<!-- figures:") == 6
    assert renewed(page, scaling.read()) == page


def test_the_constants_follow_from_the_loads_that_stand_beside_them():
    model = scaling.read()
    again = fitted(model.machine, model.observations, model.ledger_bytes)
    assert again.office == model.office
    assert again.broker == model.broker


def test_a_changed_constant_changes_the_page():
    page, model = scaling.PAGE.read_text("utf-8"), scaling.read()
    dearer = msgspec.structs.replace(model, ledger_bytes=model.ledger_bytes * 2)
    assert renewed(page, dearer) != page


def test_the_fit_finds_the_costs_that_the_loads_were_made_of():
    found = costs(LOADS, [one.office for one in LOADS])
    for name in ("screening", "message", "receipt", "gate"):
        assert getattr(found, name) == pytest.approx(getattr(TRUE, name), rel=0.02)


def test_no_cost_is_below_nothing():
    odd = [one.office * (0.3 if one.receipts > 1_000 else 1) for one in LOADS]
    found = costs(LOADS, odd)
    assert min(found.screening, found.message, found.receipt, found.gate) >= 0


def test_twice_the_neighbourhoods_take_twice_the_cores():
    model = fitted({}, LOADS, 300.0)
    one, two = plan(model, Place("one", 100)), plan(model, Place("two", 200))
    assert two["office_cores"] == pytest.approx(2 * one["office_cores"])
    assert two["ledger_gb_a_day"] == pytest.approx(2 * one["ledger_gb_a_day"])


def test_a_collector_with_as_many_gates_as_it_takes_is_at_its_share_of_a_core():
    model = fitted({}, LOADS, 300.0)
    gates = most_gates(model)
    assert model.office.cores(gates, gates / 3, gates / 3, gates / 3) == pytest.approx(0.6, rel=0.01)
