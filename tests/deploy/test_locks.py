import re
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.tags import Tag, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

REQUIREMENTS = Path(__file__).parents[2] / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
WHEELS = REQUIREMENTS / "agent-wheels.txt"
# Raspberry Pi OS: Debian 12 has glibc 2.36, Debian 13 has 2.41.
PI = [f"manylinux_2_{minor}_aarch64" for minor in range(36, 16, -1)] + ["manylinux2014_aarch64"]


def locked(path):
    """(name, version, marker or None, hashes) of each requirement of a lock."""
    text = path.read_text("utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        found = re.match(r"([A-Za-z0-9._-]+)==(\S+)\s*(?:;\s*(.*?))?\s*((?:--hash=sha256:[0-9a-f]{64}\s*)+)$", line)
        if line.strip() and not line.startswith("#"):
            assert found, line
            yield found[1], found[2], found[3], set(re.findall(r"sha256:([0-9a-f]{64})", found[4]))


@pytest.mark.parametrize("path", [path for path in LOCKS if path != WHEELS], ids=lambda path: path.name)
def test_every_requirement_is_pinned_with_hashes_and_names_no_address(path):
    assert list(locked(path))
    assert "://" not in path.read_text("utf-8")


@pytest.mark.parametrize("minor", [11, 12, 13])
def test_every_dependency_of_the_gate_has_a_wheel_for_a_raspberry_pi(minor):
    names = dict(line.split(" ", 1) for line in WHEELS.read_text("utf-8").splitlines())
    tags = {*cpython_tags((3, minor), platforms=PI), Tag(f"py3{minor}", "none", "any"), Tag("py2.py3", "none", "any")}
    tags |= {Tag("py3", "none", "any"), *(Tag("py3", "none", platform) for platform in PI)}
    environment = {
        "python_version": f"3.{minor}",
        "python_full_version": f"3.{minor}.1",
        "sys_platform": "linux",
        "platform_machine": "aarch64",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "platform_system": "Linux",
        "os_name": "posix",
    }
    checked = 0
    for name, version, marker, hashes in locked(REQUIREMENTS / "agent.txt"):
        if marker and not Marker(marker).evaluate(environment):
            continue
        fitting = [file for digest in hashes if (file := names.get(digest)) and parse_wheel_filename(file)[3] & tags]
        assert fitting, f"{name} {version} has no wheel for 64-bit ARM and Python 3.{minor}"
        assert all(canonicalize_name(file.split("-")[0]) == canonicalize_name(name) for file in fitting)
        checked += 1
    assert checked >= 10
