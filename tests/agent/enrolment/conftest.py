"""The office's real enrolment service, on loopback."""

import time
from datetime import UTC, datetime

import pytest

from collector.access.authority import Authority
from collector.access.enrolment import Enrolments
from collector.api.enrolment import EnrolmentService
from collector.ledger import Ledger


class Office:
    def __init__(self, folder, names=("127.0.0.1",)):
        self.ledger = Ledger.open(f"sqlite:///{folder}/office.db")
        self.authority = Authority(folder / "access", "here", datetime.now(UTC))
        self.enrolments = Enrolments(
            self.ledger,
            self.authority,
            address="",
            broker_url="mqtts://127.0.0.1:8883",
            now_ms=lambda: time.time_ns() // 1_000_000,
        )
        self.service = EnrolmentService(self.enrolments, self.authority, "127.0.0.1", 0, names)
        self.service.start()
        self.enrolments._address = f"127.0.0.1:{self.service.port}"

    def stop(self):
        self.service.stop()
        self.ledger.close()


@pytest.fixture
def make_office(tmp_path):
    running = []

    def make(name="office", **more):
        folder = tmp_path / name
        folder.mkdir()
        running.append(Office(folder, **more))
        return running[-1]

    yield make
    for office in running:
        office.stop()


@pytest.fixture
def office(make_office):
    return make_office()
