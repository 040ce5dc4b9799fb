import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from collector.operations.cards.homes import Home, Mistake, homes_of, place_of
from collector.operations.cards.issue import holder_of, issue, text_of
from collector.operations.cards.key import make_key, read_key
from collector.operations.cards.register import Register, Revoked
from collector.operations.cards.table import Line, read_table
from kadian import passcard
from kadian.errors import KadianError

AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
UNTIL = date(2026, 12, 31)
ROWS = [
    ["姓名", "楼栋", "单元", "房号", "成员", "电话"],
    ["张建国", 3, 2, 501, None, 138],
    [],
    [None, "5栋", None, "101", "甲、乙,丙", None],
]
FOUND = [
    Line(2, {"name": "张建国", "building": "3", "unit": "2", "room": "501"}),
    Line(4, {"building": "5栋", "room": "101", "people": "甲、乙,丙"}),
]


def drawing():
    count = iter(range(1, 10_000))
    return lambda size: next(count).to_bytes(size)


def workbook(rows):
    book, stream = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def text(rows, separator=","):
    quoted = [['"' + str(cell if cell is not None else "") + '"' for cell in row] for row in rows]
    return "\r\n".join(separator.join(row) for row in quoted)


@pytest.mark.parametrize(
    "raw",
    [
        workbook(ROWS),
        text(ROWS).encode(),
        text(ROWS).encode("utf-8-sig"),
        text(ROWS).encode("gb18030"),
        text(ROWS, ";").encode(),
        text(ROWS, "\t").encode(),
    ],
)
def test_the_offices_list_is_read_as_its_program_writes_it(tmp_path, raw):
    (tmp_path / "list").write_bytes(raw)
    assert read_table(tmp_path / "list") == FOUND


@pytest.mark.parametrize("raw", [b"PK\x03\x04rubbish", b"\xff\xff\xff", "楼栋,房号\n3,501".encode(), b""])
def test_a_list_that_is_none_is_refused_with_what_to_do(tmp_path, raw):
    (tmp_path / "list").write_bytes(raw)
    with pytest.raises(KadianError, match=r"K026[34]"):
        read_table(tmp_path / "list")


def test_a_list_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(KadianError, match="K0263"):
        read_table(tmp_path / "list")


def test_control_characters_reach_neither_paper_nor_register(tmp_path):
    (tmp_path / "list").write_bytes('姓名\n"张\0\x1b[31m三\n四"\n'.encode())
    assert read_table(tmp_path / "list")[0].cells == {"name": "张 [31m三 四"}


def lines(*cells):
    return [Line(number, one) for number, one in enumerate(cells, 2)]


def test_each_row_is_a_card_and_several_names_are_a_household():
    homes, mistakes = homes_of(FOUND, together=False)
    assert homes == [Home("3栋2单元501室", ("张建国",)), Home("5栋101室", ("甲", "乙", "丙"))]
    assert mistakes == []


def test_rows_of_one_home_become_one_card_if_wanted():
    rows = lines(
        {"name": "甲", "room": "1"},
        {"name": "乙", "room": "2"},
        {"name": "丙", "room": "1"},
        {"name": "丁"},
        {"name": "戊"},
    )
    together, apart = (homes_of(rows, together=wanted)[0] for wanted in (True, False))
    assert [home.people for home in together] == [("甲", "丙"), ("乙",), ("丁",), ("戊",)]
    assert len(apart) == 5


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"room": "501"}, "nobody"),
        ({"name": "、,"}, "nobody"),
        ({"name": '=HYPERLINK("http://x")'}, "formula"),
        ({"people": "张三、@SUM(A1)"}, "formula"),
        ({"name": "张三", "building": "=1+1"}, "formula"),
        ({"name": "长" * 41}, "long"),
        ({"people": "、".join(str(n) for n in range(13))}, "many"),
        ({"people": "张三、张三"}, "twice"),
    ],
)
def test_a_row_that_yields_no_card_is_told_by_its_number(cells, reason):
    homes, mistakes = homes_of([*lines({"name": "好"}), Line(9, cells)], together=True)
    assert mistakes == [Mistake(9, reason)]
    assert len(homes) == 1


NAMES = st.text("张王李赵 、=a", max_size=6)


@given(
    st.lists(
        st.fixed_dictionaries({"name": NAMES, "people": NAMES, "room": st.sampled_from(["1", "2", ""])}), max_size=20
    ),
    st.booleans(),
)
def test_no_row_is_lost(cells, together):
    rows = lines(*({name: value for name, value in one.items() if value.strip()} for one in cells))
    homes, mistakes = homes_of(rows, together=together)
    bad = {mistake.number for mistake in mistakes}
    wanted = [
        name
        for row in rows
        if row.number not in bad
        for home in homes_of([row], together=False)[0]
        for name in home.people
    ]
    assert sorted(wanted) == sorted(name for home in homes for name in home.people)


def test_a_place_is_written_as_people_say_it():
    assert place_of({"building": "12幢", "unit": "1", "room": "3B"}) == "12幢1单元3B室"
    assert place_of({}) == ""


def test_a_code_says_who_only_to_whom_has_the_register(tmp_path):
    key = make_key(tmp_path, 9)
    single, home = issue([Home("3栋", ("张建国",)), Home("5栋", ("甲", "乙"))], 17, UNTIL, AT, drawing())
    card, household = (passcard.parse(text_of(one, key)) for one in (single, home))
    assert passcard.verify(card, key.public)
    assert passcard.verify(household, key.public)
    assert (card.key_id, card.holder.hex(), card.expires) == (9, single.people[0].holder, UNTIL)
    assert [member.holder.hex() for member in household.members] == [person.holder for person in home.people]
    assert len({household.holder, *(member.holder for member in household.members)}) == 3


@pytest.mark.parametrize(
    ("named", "number", "who"),
    [
        ("17", 17, None),
        ("018", 18, None),
        ("18.2", 18, 1),
        ("17.1", 17, 0),
        ("18.3", None, None),
        ("18.", 18, None),
        ("99", None, None),
        ("x", None, None),
        ("²", None, None),
    ],
)
def test_the_office_names_a_card_by_what_is_printed_on_it(named, number, who):
    cards = issue([Home("", ("张",)), Home("", ("甲", "乙"))], 17, UNTIL, AT, drawing())
    found = holder_of(cards, named)
    assert (found and found[1].number) == number
    if found:
        assert found[0] == (found[1].holder if who is None else found[1].people[who].holder)
        assert holder_of(cards, found[0].upper()) == found


def test_the_register_remembers_cards_and_revocations_for_its_owner_alone(tmp_path):
    register = Register(tmp_path / "cards")
    cards = issue([Home("", ("张",)), Home("", ("甲", "乙"))], 1, UNTIL, AT, drawing())
    with register.adding():
        register.add(cards, AT.date())
        register.add([Revoked(cards[0].holder, AT)], AT.date())
    again = Register(tmp_path / "cards")
    assert again.cards() == cards
    assert again.revoked_path.read_text() == f"{cards[0].holder}\n"
    assert {path.stat().st_mode & 0o077 for path in (again.path, again.revoked_path, again.path.parent)} == {0}
    again.write_revoked(date(2027, 1, 1))
    assert again.revoked_path.read_text() == "", "a card that is past its day needs no line any more"


def test_a_damaged_register_is_not_gone_over(tmp_path):
    register = Register(tmp_path)
    register.path.write_bytes(b'{"type":"issued"\n')
    with pytest.raises(KadianError, match="K0267"):
        register.cards()


def test_a_key_is_made_once_and_guarded(tmp_path):
    with pytest.raises(KadianError, match="K0265"):
        read_key(tmp_path)
    key = make_key(tmp_path, 1)
    assert make_key(tmp_path, 2) == key == read_key(tmp_path)
    assert key.private not in repr(key)
    (tmp_path / "key.json").chmod(0o644)
    with pytest.raises(KadianError, match="K0501"):
        read_key(tmp_path)
    (tmp_path / "key.json").chmod(0o600)
    (tmp_path / "key.json").write_text('{"id":1,"private":"AA==","public":"AA=="}')
    with pytest.raises(KadianError, match="K0502"):
        read_key(tmp_path)
