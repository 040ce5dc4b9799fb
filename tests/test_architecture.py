"""The rules of the house, as tests: who imports whom, one door for each third-party package, pure rooms stay pure."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for side in ("kadian", "agent", "collector") for path in (ROOT / side).rglob("*.py"))
IMPORTS = {
    path.relative_to(ROOT).as_posix(): {
        name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom) and node.module
            else []
        )
    }
    for path in SOURCES
}

DOORS = {
    "paho": ("agent/uplink/mqtt.py", "collector/ingest/mqtt.py"),
    "sqlalchemy": ("collector/ledger/", "collector/series/"),
    "alembic": ("collector/ledger/",),
    "psycopg": ("collector/ledger/",),
    "sqlite3": ("agent/outbox/", "collector/ledger/copying.py", "collector/ledger/restoring.py"),
    "serial": ("agent/wire/", "collector/alerts/modem/port.py"),
    "cv2": ("agent/scanner/", "agent/wire/y16.py", "kadian/demo/pictures.py"),
    "bleak": ("agent/wire/gatt.py",),
    "re2": ("agent/thermometer/ascii_line.py",),
    "zxingcpp": ("agent/scanner/engines/zxing.py", "kadian/demo/pictures.py"),
    "pyzbar": ("agent/scanner/engines/zbar.py",),
    "cbor2": ("agent/codes/cose.py",),
    "joserfc": ("agent/codes/shc.py",),
    "base45": ("agent/codes/dcc.py", "kadian/passcard.py", "kadian/invitation.py"),
    "asn1crypto": ("kadian/trust/",),
    "fpdf": ("collector/operations/cards/sheet.py",),
    "fontTools": ("collector/operations/cards/font.py",),
    "openpyxl": ("collector/operations/cards/table.py",),
    "apprise": ("collector/alerts/apprised.py",),
    "smtplib": ("collector/alerts/mailing.py",),
    "httpx": ("collector/alerts/posting.py", "collector/series/victoriametrics.py"),
    "influxdb_client": ("collector/series/influxdb.py", "collector/series/remote/writing.py"),
    "urllib3": ("collector/series/influxdb.py", "collector/series/remote/writing.py"),
    "fastapi": ("collector/api/",),
    "uvicorn": ("collector/api/",),
    "prometheus_client": ("collector/api/",),
    "amqtt": ("collector/broker/amqtt.py",),
    "nacl": ("agent/kiosk/seal.py", "collector/"),
}
PURE = ("agent/screening/", "agent/codes/", "collector/rules/", "kadian/messages/")
IMPURE = {
    "time",
    "socket",
    "threading",
    "sqlite3",
    "sqlalchemy",
    "httpx",
    "paho",
    "requests",
    "subprocess",
    "random",
    "cv2",
    "serial",
}
# Each folder may import what stands to its left in the picture of the architecture, never what stands to its right.
FORBIDDEN = {
    "agent/wire": ("thermometer", "guns", "scanner", "codes", "screening", "outbox", "uplink"),
    "agent/thermometer": ("guns", "scanner", "codes", "screening", "outbox", "uplink"),
    "agent/guns": ("thermometer", "scanner", "codes", "screening", "outbox", "uplink"),
    "agent/scanner": ("thermometer", "guns", "codes", "screening", "outbox", "uplink"),
    "agent/codes": ("thermometer", "scanner", "screening", "outbox", "uplink"),
    "agent/outbox": ("thermometer", "scanner", "codes", "screening", "uplink"),
    "agent/screening": ("scanner", "outbox", "uplink"),
    "agent/kiosk": ("wire", "thermometer", "scanner", "codes", "screening", "outbox", "uplink"),
    "agent/uplink": ("thermometer", "scanner", "codes", "screening"),
    "collector/ledger": ("ingest", "series", "alerts", "api", "broker"),
    "collector/series": ("ingest", "rules", "alerts", "api", "broker"),
    "collector/ingest": ("series", "rules", "alerts", "api"),
    "collector/rules": ("ingest", "series", "alerts", "api", "broker"),
    "collector/alerts": ("ingest", "series", "api", "broker"),
}


def of(name, package):
    return name == package or name.startswith(package + ".")


def test_the_two_sides_never_import_each_other_and_the_language_imports_neither():
    for path, names in IMPORTS.items():
        for side, others in (("agent/", ["collector"]), ("collector/", ["agent"]), ("kadian/", ["agent", "collector"])):
            if path.startswith(side):
                assert not [name for name in names for other in others if of(name, other)], path


@pytest.mark.parametrize("package", DOORS)
def test_a_third_party_package_has_its_own_door(package):
    elsewhere = [
        path
        for path, names in IMPORTS.items()
        if any(of(name, package) for name in names) and not path.startswith(DOORS[package])
    ]
    assert elsewhere == []


def test_pure_rooms_stay_pure():
    for path, names in IMPORTS.items():
        if path.startswith(PURE):
            assert not {name.split(".")[0] for name in names} & IMPURE, path


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_arrows_follow_the_picture_from_left_to_right(folder):
    side = folder.split("/")[0]
    for path, names in IMPORTS.items():
        if path.startswith(folder + "/"):
            assert not [name for name in names for other in FORBIDDEN[folder] if of(name, f"{side}.{other}")], path


def test_a_package_only_hands_names_on():
    for path in SOURCES:
        if path.name == "__init__.py":
            body = ast.parse(path.read_text("utf-8")).body
            assert all(isinstance(node, ast.Import | ast.ImportFrom | ast.Expr | ast.Assign) for node in body), path


def test_a_file_is_one_room():
    tracked = [*SOURCES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "bench").rglob("*.py")]
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in tracked}
    assert {path: length for path, length in lengths.items() if length > 300} == {}


def test_tests_have_no_packages():
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_the_repository_names_no_machine_and_no_registry():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so there is no list of tracked files")
    pattern = "(^|[^a-zA-Z0-9.])/(wo[r]k|ro[o]t)/|//[a-z.-]*(pyp[i]|pythonhoste[d]|npmj[s])[.]"
    found = subprocess.run(
        ["git", "grep", "-nIE", pattern, "--", "."], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert found.stdout == ""
