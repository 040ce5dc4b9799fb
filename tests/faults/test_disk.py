"""The office's disk full, failing and read-only: gates hold what it cannot store, it says why, it goes on by itself."""

import time
from contextlib import contextmanager
from functools import partial

import pytest

from tests.faults.crowd import back, crowd, said, settle
from tests.faults.disk import Disk, NoDisk, failing, noticed, well_again
from tests.faults.oracle import stored

pytestmark = [pytest.mark.system, pytest.mark.timeout(120)]
NOTICED_SECONDS = 30
BACK_SECONDS = 10


@pytest.fixture
def place(site):
    made = site()
    try:
        disk = Disk(made)
    except (NoDisk, FileNotFoundError) as why:
        pytest.skip(str(why))
    made.disk = disk
    crowd(made, 3, rate=5)
    made.start()
    made.until(lambda: said(made) > 10, 20, "people pass")
    yield made
    made.office.stop()
    disk.close()


@contextmanager
def full(place):
    place.disk.fill()
    try:
        yield
    finally:
        place.disk.free()


def test_a_disk_that_is_full_fails_or_is_read_only_loses_nothing_and_the_office_goes_on_by_itself(place):
    process = place.office.process
    for name, trouble in (("full", full), *((error, partial(failing, error=error)) for error in ("EIO", "EROFS"))):
        try:
            with trouble(place):
                seen, _ = noticed(place)
                time.sleep(2.5)  # the health asks the disk itself each two seconds
                told = "; ".join(place.ask("/api/v1/gates")["troubles"])
                assert told == place.health()[1]
                before = sum(1 for _ in stored(place))
                time.sleep(0.5)
                assert sum(1 for _ in stored(place)) == before, "it cannot have stored anything"
        except NoDisk as reason:
            pytest.skip(str(reason))
        well, again = well_again(place), back(place)
        print(
            f"{name}: 503 after {seen:.1f} s ({told}); 200 {well:.1f} s after its end, screenings {well + again:.1f} s"
        )
        assert seen <= NOTICED_SECONDS
        assert "磁盘" in told
        assert well + again <= BACK_SECONDS
    found, _ = settle(place, 30)
    print(found)
    assert found.sound
    assert place.office.process is process
    assert process.poll() is None
