"""The sentences of the screen: what is asked for is there, what is there is asked for."""

import json
import re
from pathlib import Path

from agent.kiosk.pages import page as served
from kadian.text import catalogue

KIOSK = Path(__file__).parents[3] / "agent" / "kiosk"
PAGE = "\n".join(path.read_text("utf-8") for path in (KIOSK / "page").iterdir() if path.suffix in {".js", ".html"})
SERVER = "\n".join(path.read_text("utf-8") for path in KIOSK.glob("*.py"))
# Said by the gate: its stages, its troubles, and what its answers to acts may be.
GATE = {"warming_up", "step_closer", "hold_still", "measured", "waiting_for_code", "no_camera", "silent_camera",
        "no_thermometer", "silent_thermometer", "stuck_thermometer", "no_gun", "silent_gun", "outbox_full",
        "outbox_slow", "enrolling", "show_invitation"}  # fmt: skip


def keys():
    return {key.removeprefix("kiosk.") for key in catalogue("zh") if key.startswith("kiosk.")}


def stem(key):
    return key.removesuffix("_now").removesuffix(".next")


def test_every_sentence_that_the_page_or_the_server_asks_for_is_there():
    asked = set(re.findall(r"""\bt\(\s*"([\w.]+)\"""", PAGE)) | set(re.findall(r'data-t(?:-label)?="([\w.]+)"', PAGE))
    asked |= set(re.findall(r'"kiosk\.([\w.]+)"', SERVER)) | {"not_private", "no_office_key", "not_sent"}
    assert len(asked) > 40
    assert asked <= keys()


def test_whatever_refuses_an_act_is_served_to_the_page_with_its_cure():
    sources = [KIOSK.parent / name for name in ("screener.py", "inbox.py", "book.py")]
    sources += [*KIOSK.glob("desk.py"), *KIOSK.parent.glob("outbox/*.py")]
    codes = set(re.findall(r'"(K\d{4})"', "\n".join(path.read_text("utf-8") for path in sources)))
    assert {"K0442", "K0450", "K0465", "K0481"} <= codes
    for language in ("zh", "en"):
        texts = json.loads(served(f"/text/{language}.json").body)
        assert [code for code in codes if not {f"{code}.what", f"{code}.do"} <= set(texts)] == []


def test_every_sentence_is_asked_for():
    groups = ("reason.", "site.", "kind.", "sound.", "origin.", "purpose.", "colour.", "list.")
    left = {
        key
        for key in keys() - GATE
        if not key.startswith(groups) and not re.search(rf"\b{re.escape(stem(key))}\b", PAGE + SERVER)
    }
    assert left <= {"origin_missing", "purpose_missing", "host_missing"}


def test_a_sentence_for_a_gate_where_nobody_rests_stands_beside_the_one_with_the_rest_in_it():
    for language in ("zh", "en"):
        texts = catalogue(language)
        resting = {key for key, text in texts.items() if key.startswith("kiosk.") and "{rest}" in text}
        assert resting == {f"kiosk.{word}.next" for word in ("recheck", "too_cold", "too_hot")}
        assert all("{rest}" not in texts[f"{key}_now"] for key in resting)
        assert [key for key, text in texts.items() if "三分钟" in text or "three minutes" in text.lower()] == []
