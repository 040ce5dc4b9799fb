"""How a backup gets its name: with its manifest or not at all, and never over another."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

import msgspec

from collector.ledger.copying import Manifest, manifest_of, to_disk
from kadian.errors import KadianError


def part_of(target: Path) -> Path:
    """Where a backup is made, before it gets its name; nobody else makes one there.

    Raises:
        KadianError: K0382 the name, or its manifest's, is taken.
    """
    for name in (target, manifest_of(target)):
        if os.path.lexists(name):
            raise KadianError("K0382", str(name))
    return target.with_name(f"{target.name}.{token_hex(4)}.part")


def publish(part: Path, target: Path, manifest: Manifest) -> None:
    """Give a finished backup its name, never over another.

    Whoever has got the manifest's name, of several that want it, has the backup's.

    Raises:
        KadianError: K0382 the name is taken; K0383 the disk refuses.
    """
    beside, fresh = manifest_of(target), manifest_of(part)
    taken = beside
    try:
        _claim(fresh)
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        to_disk(fresh)
        _name(fresh, beside)
        try:
            taken = target
            _name(part, target)
        except OSError:
            beside.unlink()
            raise
        to_disk(target.parent)
    except FileExistsError:
        raise KadianError("K0382", str(taken)) from None
    except OSError as error:
        raise KadianError("K0383", str(target), why=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _name(file: Path, name: Path) -> None:
    try:
        os.link(file, name)
    except FileExistsError:
        raise
    except OSError:  # a disk that knows no hard links, as most USB sticks: the name is claimed, then taken
        _claim(name)
        try:
            file.replace(name)
        except OSError:
            name.unlink()
            raise


def _claim(name: Path) -> None:
    os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
