import pytest

from tests.system.site import Site


@pytest.fixture
def site(tmp_path, need, free_port):
    """`site(channel=…)` makes a site in real processes; whatever was started ends with the test."""
    made = []

    def make(**more):
        made.append(Site(tmp_path, need("mosquitto"), free_port, **more))
        return made[-1]

    yield make
    for one in made:
        one.stop()
