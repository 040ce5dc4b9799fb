"""`kadian cards` as a process: sheets are rendered as a printer would, and read back with the gate's own scanner."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import cv2
import pytest

from agent.codes.judge import judge
from agent.codes.judged import Trust
from agent.scanner.cascade import Cascade
from collector.operations.cards.font import PLACES
from kadian.messages import PassKey

LIST = """姓名,楼栋,单元,房号,成员
张建国,3,2,501,
,5,,101,"甲一,乙二,丙三,丁四,戊五,己六,庚七,辛八,壬九,癸十,子一,丑二"
欧阳娜娜·买买提·阿不都热合曼,12,1,1203,
,5,,102,李秀英、王强
""" + "".join(f"住户{number},7,1,{number},\n" for number in range(101, 106))
UNTIL = (datetime.now(UTC) + timedelta(days=90)).date()
NOW = datetime.now(UTC)


def cards(*arguments, fails=False):
    command = [sys.executable, "-m", "kadian", "cards", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode != 0) == fails, done.stderr
    return done.stdout if not fails else done.stderr


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    if not any(Path(place).is_file() for place in PLACES):
        pytest.skip("no font with Chinese characters is installed here (apt-get install fonts-noto-cjk)")
    folder = tmp_path_factory.mktemp("office")
    (folder / "list.csv").write_text(LIST, "utf-8")
    key = json.loads(cards("key", "--json", "--folder", folder / "cards"))
    where = ("--out", folder / "cards.pdf", "--folder", folder / "cards")
    cards("issue", folder / "list.csv", "--until", UNTIL, "--title", "川昌社区", *where)
    return folder, PassKey(**key)


@pytest.fixture(scope="module")
def pages(office, need):
    """The sheets at 150 dots an inch, a poor printer's."""
    folder, _ = office
    subprocess.run(
        [need("pdftoppm", "poppler-utils"), "-r", "150", "-gray", folder / "cards.pdf", folder / "page"], check=True
    )
    return [cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) for path in sorted(folder.glob("page-*.pgm"))]


def test_every_printed_code_is_read_back_and_valid_for_the_gate(office, pages):
    _, key = office
    texts = [found.text for page in pages for found in Cascade().read(page)]
    judged = [judge(text, Trust((key,)), NOW) for text in texts]
    assert len(texts) == len(set(texts)) == 9
    assert {(one.status, one.expires) for one in judged} == {("valid", UNTIL.isoformat())}
    assert sorted(len(one.members) for one in judged) == [0] * 7 + [2, 12]


def test_a_sheet_keeps_its_margins_and_is_black_on_white(pages):
    twelve = round(12 / 25.4 * 150)
    for page in pages:
        edge = twelve - 3
        assert all(side.min() == 255 for side in (page[:edge], page[-edge:], page[:, :edge], page[:, -edge:]))
        assert ((page > 60) & (page < 200)).mean() < 0.05


def test_names_are_on_paper_and_in_no_code(office, pages, need):
    folder, key = office
    command = [need("pdftotext", "poppler-utils"), "-raw", folder / "cards.pdf", "-"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for word in (
        "张建国",
        "12 丑二",
        "3栋2单元501室",
        "00009",
        "第 1/2 页",
        "第 2/2 页",
        f"有效到 {UNTIL}",
        "川昌社区",
    ):
        assert word in printed
    assert "阿不都热合曼" in printed, "a long name is printed in full"
    for text in (found.text for page in pages for found in Cascade().read(page)):
        assert text.isascii()
        assert set(judge(text, Trust((key,)), NOW).personal) == {"holder"}


def test_a_revoked_number_is_refused_at_the_gate_and_the_others_are_not(office, pages):
    folder, key = office
    told = cards("revoke", "4.1", "--folder", folder / "cards"), cards("revoke", "00001", "--folder", folder / "cards")
    assert all("revoked" in one for one in told)
    revoked = frozenset((folder / "cards/revoked").read_text().split())
    trust = Trust((key,), revoked, NOW)
    judged = [judge(found.text, trust, NOW) for page in pages for found in Cascade().read(page)]
    assert sorted(one.status for one in judged) == ["revoked", *["valid"] * 8]
    assert [[member.status for member in one.members] for one in judged if len(one.members) == 2] == [
        ["revoked", "valid"]
    ]
    assert "revoked" in cards("list", "--folder", folder / "cards")
    assert "K0270" in cards("revoke", "4711", "--folder", folder / "cards", fails=True)


def test_bad_rows_are_told_by_number_and_nothing_is_issued_unless_asked(office, tmp_path):
    folder, _ = office
    (tmp_path / "list.csv").write_text("姓名\n=1+1\n好人\n", "utf-8")
    where = ("--until", UNTIL, "--out", tmp_path / "out.pdf", "--folder", folder / "cards")
    before = (folder / "cards/register.jsonl").read_bytes()
    said = cards("issue", tmp_path / "list.csv", *where, fails=True)
    assert "list.csv:2" in said
    assert "K0268" in said
    assert (folder / "cards/register.jsonl").read_bytes() == before
    assert "00010–00010" in cards("issue", tmp_path / "list.csv", *where, "--skip-bad")


def test_what_cannot_be_is_said(office, tmp_path):
    folder, _ = office
    (tmp_path / "list.csv").write_text("姓名\n好人\n", "utf-8")
    good = ("issue", tmp_path / "list.csv", "--folder", folder / "cards")
    assert "--until" in cards(*good, "--until", date(2020, 1, 1), "--out", tmp_path / "x.pdf", fails=True)
    assert "K0269" in cards(*good, "--until", UNTIL, "--out", tmp_path / "no/x.pdf", fails=True)
    assert "K0266" in cards(
        *good, "--until", UNTIL, "--out", tmp_path / "x.pdf", "--font", tmp_path / "f.ttf", fails=True
    )
    unmade = ("--until", UNTIL, "--out", tmp_path / "x.pdf", "--folder", tmp_path)
    assert "K0265" in cards("issue", tmp_path / "list.csv", *unmade, fails=True)
    (tmp_path / "no.ttf").write_text("no font")
    unfit = ("--until", UNTIL, "--out", tmp_path / "x.pdf", "--font", tmp_path / "no.ttf")
    assert "K0266" in cards(*good, *unfit, fails=True)
