from typing import get_args, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
import pytest

from collector.series import open_series
from collector.series.open import back_ends
from collector.settings import CollectorSettings, Series
from kadian.errors import KadianError
from kadian.settings import check

ZONE = ZoneInfo("Asia/Shanghai")


def open_with(settings, place):
    return open_series(settings, place.ledger, "chuanchang", ZONE, lambda: place.now_ms)


def test_the_embedded_store_is_always_there_and_has_a_follower(place):
    stores = open_with(Series(), place)
    assert list(stores.by_name) == ["embedded"]
    assert list(stores.followers) == ["series"]
    stores.close()


def test_a_back_end_that_there_is_no_file_of_is_refused_by_name(place):
    with pytest.raises(KadianError) as caught:
        open_with(msgspec.structs.replace(Series(), backend="../open"), place)
    assert caught.value.code == "K0350"


def test_the_settings_know_every_back_end_that_is_a_file():
    known = get_args(get_type_hints(Series)["backend"])
    assert set(back_ends()) <= set(known)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('backend = "influxdb"', "url, org, token"),
        ('backend = "influxdb"\nurl = "http://127.0.0.1:8086"\norg = "o"', "token"),
        ('backend = "victoriametrics"', "url"),
    ],
)
def test_a_remote_store_without_what_it_needs_is_a_mistake_of_the_file(tmp_path, section, said):
    file = tmp_path / "collector.toml"
    file.write_text(f'site = "chuanchang"\n[series]\n{section}\n')
    (mistake,) = check(file, CollectorSettings, {})
    assert mistake.code == "K0352"
    assert mistake.where == f"{file}:3"
    assert said in mistake.what("zh")
