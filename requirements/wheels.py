"""Which file each hash of a lock belongs to: reads a pylock.toml, writes `sha256 file name` lines without addresses."""

import sys
import tomllib
from pathlib import Path


def main(pylock: Path, target: Path) -> None:
    """Writes one line for each wheel of each locked package."""
    packages = tomllib.loads(pylock.read_text("utf-8"))["packages"]
    lines = sorted(
        f"{wheel['hashes']['sha256']} {wheel.get('name') or wheel['url'].rsplit('/', 1)[1]}"
        for package in packages
        for wheel in package.get("wheels", [])
    )
    target.write_text("\n".join(lines) + "\n", "utf-8")


main(Path(sys.argv[1]), Path(sys.argv[2]))
