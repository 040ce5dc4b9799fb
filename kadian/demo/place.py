"""The neighbourhood of the demonstration: an old riverside one with 23 entrances, 9 of them open."""

from typing import NamedTuple


class Place(NamedTuple):
    """One entrance: its id, name, zone, and where it lies on the plan (0…1 from the upper left)."""

    id: str
    name: str
    zone: str
    x: float
    y: float


_NAMES = (
    ("正门", "a", 0.12, 0.80),
    ("菜场门", "a", 0.22, 0.86),
    ("学校门", "a", 0.35, 0.90),
    ("江堤门", "b", 0.90, 0.30),
    ("码头口", "b", 0.94, 0.48),
    ("老船厂门", "b", 0.86, 0.66),
    ("北门", "c", 0.48, 0.08),
    ("粮店口", "c", 0.30, 0.12),
    ("车站门", "c", 0.64, 0.10),
    ("一巷口", "a", 0.10, 0.64),
    ("二巷口", "a", 0.09, 0.54),
    ("三巷口", "a", 0.08, 0.44),
    ("煤场口", "a", 0.48, 0.92),
    ("锅炉房旁", "a", 0.58, 0.92),
    ("五巷口", "b", 0.92, 0.20),
    ("六巷口", "b", 0.91, 0.40),
    ("泵站口", "b", 0.93, 0.57),
    ("货栈口", "b", 0.76, 0.82),
    ("七巷口", "b", 0.68, 0.88),
    ("八巷口", "c", 0.16, 0.22),
    ("幼儿园后门", "c", 0.22, 0.16),
    ("配电房口", "c", 0.74, 0.12),
    ("九巷口", "c", 0.82, 0.14),
)

PLACES = tuple(Place(f"e{number:02}", *place) for number, place in enumerate(_NAMES, 1))
