"""Every fever rings under one id, whatever is killed meanwhile and however long its service is away."""

import pytest

from tests.faults.ringing import fevers_under_kills
from tests.system.service import Service

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]


@pytest.fixture
def service():
    opened = Service()
    yield opened
    opened.close()


def test_each_fever_rings_under_one_id_through_kills_and_an_outage_of_its_service(site, service, seed):
    place = site(channel=service.url)
    rung = fevers_under_kills(place, service, fevers=36, seconds=18, outage=(6, 12), kills=8, seed=seed)
    print(rung)
    assert rung.incidents == rung.ids == rung.fevers
    assert rung.repeated <= rung.kills
