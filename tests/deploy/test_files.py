import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
import yaml

from agent.settings import AgentSettings
from collector.settings import CollectorSettings
from kadian.settings import Secret, check, load

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy/systemd").glob("*.service"))
CONFIGS = {"agent.toml": AgentSettings, "collector.toml": CollectorSettings}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_example_configuration_has_no_mistakes(name):
    assert check(ROOT / "config" / name, CONFIGS[name], {}) == []


def settings_of(kind):
    """Every setting of a struct, as (table, key)."""
    for field in msgspec.structs.fields(kind):
        inner = [part for part in (getattr(field.type, "__args__", None) or (field.type,)) if part is not type(None)]
        structs = [part for part in inner if isinstance(part, type) and issubclass(part, msgspec.Struct)]
        if not structs:
            yield field.encode_name, Secret in inner
        for struct in structs:
            yield from settings_of(struct)


@pytest.mark.parametrize("name", CONFIGS)
def test_the_example_describes_every_setting(name):
    text = (ROOT / "config" / name).read_text("utf-8")
    rarely = {"pass_keys", "id", "public", "token", "gate", "path", "site", "record_to", "protocol"}
    for key, secret in settings_of(CONFIGS[name]):
        shown = f"{key}_file" if secret else key
        assert key in rarely or re.search(rf"^#?\s*{shown} = ", text, re.MULTILINE), f"{name} does not show {shown}"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_accepts_the_unit(unit, tmp_path, need):
    need("systemd-analyze")
    # The program is not installed at its place on this machine: verify the unit with one that is.
    text = re.sub(r"^ExecStart=\S+", f"ExecStart={shutil.which('true')}", unit.read_text("utf-8"), flags=re.MULTILINE)
    copy = tmp_path / unit.name
    copy.write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False
    )
    complaints = [line for line in (done.stdout + done.stderr).splitlines() if unit.name in line]
    assert complaints == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_units_exposure_is_low(unit, need):
    need("systemd-analyze")
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=30", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr


def test_systemd_accepts_the_office_with_a_modem_and_its_exposure_stays_low(tmp_path, need):
    need("systemd-analyze")
    (unit,) = (unit for unit in UNITS if "collector" in unit.name)
    with_modem = tmp_path / unit.name
    drop_in = (unit.parent / "modem.conf").read_text("utf-8")
    with_modem.write_text(
        re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text("utf-8")) + drop_in, "utf-8"
    )
    for command in (["verify", "--man=no"], ["security", "--offline=true", "--threshold=35"]):
        done = subprocess.run(
            ["systemd-analyze", *command, str(with_modem)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-500:] + done.stderr
        assert not [line for line in done.stderr.splitlines() if unit.name in line]


def test_a_gate_that_hangs_is_back_within_half_a_minute():
    unit = (ROOT / "deploy/systemd/kadian-agent.service").read_text("utf-8")
    seconds = {name: int(value) for name, value in re.findall(r"^(\w+Sec)=(\d+)$", unit, re.MULTILINE)}
    start = 3
    assert seconds["WatchdogSec"] + seconds["TimeoutAbortSec"] + seconds["RestartSec"] + start <= 30
    assert "Type=notify" in unit
    assert not re.search("^ProcSubset=pid", unit, re.MULTILINE), (
        "the boot's name would be hidden, and times of this boot never set right"
    )


def test_the_compose_file_names_files_that_exist():
    compose = yaml.safe_load((ROOT / "deploy/compose/compose.yaml").read_text("utf-8"))
    assert set(compose["services"]) == {"broker", "office"}
    for service in compose["services"].values():
        assert service["restart"] == "unless-stopped"
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            if source.startswith("../"):
                assert (ROOT / "deploy/compose" / source).is_file(), source
    build = compose["services"]["office"]["build"]
    assert (ROOT / build["dockerfile"]).is_file()
    assert (ROOT / "deploy/compose" / build["context"]).resolve() == ROOT


def test_the_packages_entry_points_and_extras_are_as_the_contract_says():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] == "kadian"
    assert {"agent", "collector"} <= set(project["optional-dependencies"])
    agent, office = (" ".join(project["optional-dependencies"][side]) for side in ("agent", "collector"))
    assert not re.search("fastapi|uvicorn|sqlalchemy", agent)
    assert not re.search("opencv|zxing|zbar|serial", office)


def test_load_accepts_the_examples():
    assert load(ROOT / "config/collector.toml", CollectorSettings, {}).entrances[0].state == "open"
    assert load(ROOT / "config/agent.toml", AgentSettings, {}).gate == "e01"
