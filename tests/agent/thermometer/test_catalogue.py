import pytest

from agent.thermometer import find, names
from agent.thermometer.catalogue import all_names
from kadian.errors import KadianError


def test_the_names_are_the_files_that_hold_a_driver():
    assert {"gy614v3", "gy_mcu90614"} <= set(names())
    assert not {"link", "sample", "plateau", "framing", "catalogue", "agreement", "answers", "face"} & set(names())


def test_a_name_finds_its_driver():
    assert find("gy614v3").kind == "body_estimate"
    assert find("gy614v3").conversion == "device"
    assert find("gy614v3").start is None
    assert find("gy_mcu90614").kind == "surface"
    assert find("gy_mcu90614").start == bytes.fromhex("A545EA")


@pytest.mark.parametrize(
    ("name", "near"), [("gy-614v3", "gy614v3"), ("GY614", "gy614v3"), ("gymcu90614", "gy_mcu90614")]
)
def test_a_misspelt_name_is_answered_with_the_likely_one(name, near):
    with pytest.raises(KadianError) as error:
        find(name)
    assert error.value.code == "K0210"
    assert error.value.values["near"] == near


@pytest.mark.parametrize("name", ["link", "", "../gy614v3", "os.path", "xyzzy"])
def test_what_is_no_driver_is_refused_with_the_list(name):
    with pytest.raises(KadianError) as error:
        find(name)
    assert error.value.code in {"K0210", "K0211"}
    assert error.value.values["names"] == ", ".join(all_names())


def test_a_driver_that_is_nothing_without_options_is_named_to_people_and_never_tried():
    assert set(all_names()) - set(names()) == {"learned"}
    with pytest.raises(KadianError) as error:
        find("learned")
    assert error.value.code == "K0213"
    assert "profile" in error.value.values["reason"]
