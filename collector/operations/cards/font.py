"""A font with Chinese characters, as this machine has it; only the characters that are used go into the PDF."""

from pathlib import Path

from kadian.errors import KadianError

PLACES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
)
"""Of Debian (fonts-noto-cjk, fonts-wqy-*, fonts-droid-fallback), Arch and Fedora."""
SIMPLIFIED = "SC"


def find_font(given: Path | None) -> tuple[Path, int]:
    """A font's file, and which font of a collection.

    Raises:
        KadianError: K0266 there is none, or the given file is not there or no font.
    """
    for path in [given] if given else [Path(place) for place in PLACES]:
        if path.is_file():
            return path, _simplified(path)
    raise KadianError("K0266", str(given or "fonts"))


def _simplified(path: Path) -> int:
    """Which font of a collection is drawn for Simplified Chinese; the first where none says so."""
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    try:
        if path.suffix.lower() != ".ttc":
            TTFont(str(path), lazy=True).close()
            return 0
        with TTCollection(str(path), lazy=True) as collection:
            names = [font["name"].getDebugName(4) or "" for font in collection.fonts]
    except (TTLibError, OSError) as error:
        raise KadianError("K0266", str(path)) from error
    return next((number for number, name in enumerate(names) if SIMPLIFIED in name.split()), 0)
