"""Codes that no engine's detector finds: bent, spotted, torn, blurred; and that nothing is ever read into them."""

import cv2
import numpy as np
import pytest
import zxingcpp

from agent.scanner.budget import Budget
from agent.scanner.cascade import Cascade
from agent.scanner.engines import zxing
from agent.scanner.found import Found
from agent.scanner.hints import blank, hints
from agent.scanner.regions import regions, unexplained
from agent.scanner.rescue.finders import outlines, pairs, triples
from agent.scanner.rescue.modules import drawn, readings
from agent.scanner.rescue.rescue import Rescue
from agent.scanner.rescue.symbol import sides, symbol
from bench import kinds
from bench.degraded import clutter, modules, noisy

LONG = 9.0
"""Seconds: no test depends on how fast this machine is."""


def rescued(gray):
    return [one.text for one in Rescue(gray, zxing.read_drawn, Budget(LONG)).read()]


def gray(image):
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)


@pytest.mark.parametrize("version", [1, 2, 7, 14, 22, 32, 36, 40])
def test_the_fixed_modules_are_those_of_a_code_of_that_size(version):
    code = zxingcpp.create_barcode("kadian", zxingcpp.BarcodeFormat.QRCode, version=version)
    dark = np.array(code.to_image(scale=1, add_quiet_zones=False)) < 128
    known = symbol(17 + 4 * version)
    assert len(dark) in sides()
    assert (dark == known.dark)[known.fixed].all()


def test_three_finder_patterns_are_found_and_make_one_triple():
    picture = np.pad(modules("kadian").repeat(6, 0).repeat(6, 1), 60, constant_values=255)
    found = outlines(255 - picture)
    assert len(found) == 3
    assert all(abs(one.module - 6) < 0.4 for one in found)
    best = triples(found)[0]
    assert best.corner.x < best.right.x
    assert best.corner.y < best.below.y


def test_one_hidden_finder_pattern_is_supposed_where_it_could_be():
    picture = np.pad(modules("kadian").repeat(6, 0).repeat(6, 1), 60, constant_values=255)
    three = outlines(255 - picture)
    for gone in range(3):
        rest = [one for index, one in enumerate(three) if index != gone]
        supposed = [one for triple in pairs(rest) for one in triple if not one.seen]
        assert any(np.hypot(one.x - three[gone].x, one.y - three[gone].y) < 12 for one in supposed)


# Of each kind the least that is read of eight pictures of which no engine reads more than the figure behind.
@pytest.mark.parametrize(
    ("kind", "least", "engines"),
    [
        ("curved", 4, 1),
        ("bright_spots", 7, 6),
        ("shadows", 7, 6),
        ("glare", 5, 7),
        ("damaged", 6, 8),
        ("blurred", 4, 6),
    ],
)
def test_more_codes_are_read_than_any_engine_alone_reads(kind, least, engines):
    cascade = Cascade(seconds=LONG)
    ours = theirs = 0
    for number in range(8):
        one = kinds.sample(getattr(kinds, kind), number)
        found = {code.text for code in cascade.read(one.image)}
        assert found <= set(one.texts)
        ours += bool(found)
        theirs += one.texts[0] in {code.text for code in zxing.read(gray(one.image))}
    assert ours >= max(least, theirs)
    assert theirs <= engines


def test_a_code_with_a_hidden_finder_pattern_is_read():
    rng = np.random.default_rng(5)
    picture = np.pad(modules("kadian 2026", "H").repeat(6, 0).repeat(6, 1), 60, constant_values=255)
    picture[76:130, 76:130] = rng.integers(60, 200, (54, 54))
    assert zxing.read(picture) == []
    assert rescued(picture) == ["kadian 2026"]


def test_a_blur_is_undone_by_what_the_fixed_modules_show():
    dark = modules("kadian 2026", "L")[4:-4, 4:-4] < 128
    seen = cv2.GaussianBlur(np.where(dark, 20.0, 220.0).astype(np.float32), (0, 0), 0.7)
    simple, *others = (int((reading != dark).sum()) for reading in readings(seen))
    assert simple > 12
    assert min(others) <= simple / 2


def test_a_drawing_is_what_the_engine_reads_back():
    dark = modules("居民 张三", "M")[4:-4, 4:-4] < 128
    assert [one.text for one in zxing.read_drawn(drawn(dark))] == ["居民 张三"]
    assert zxing.read_drawn(drawn(np.zeros((25, 25), bool))) == []


def test_random_modules_are_never_read_as_a_text():
    rng = np.random.default_rng(13)
    texts = []
    for number in range(3000):
        side = 21 + 4 * (number % 6)
        texts += [
            one.text for one in zxing.read_drawn(drawn(rng.random((side, side)) < 0.5)) if (one.spare or 0) >= 0.3
        ]
    assert texts == []


def test_codes_with_too_many_wrong_modules_are_refused_not_guessed():
    rng = np.random.default_rng(17)
    wrong = []
    for number in range(1500):
        text = f"kadian {number}"
        dark = modules(text, "LMQH"[number % 4])[4:-4, 4:-4] < 128
        flipped = dark ^ (rng.random(dark.shape) < rng.uniform(0.05, 0.3))
        wrong += [one.text for one in zxing.read_drawn(drawn(flipped)) if (one.spare or 0) >= 0.3 and one.text != text]
    assert wrong == []


def test_a_text_that_took_all_of_the_error_correction_is_not_believed():
    class Weak:
        NAME = "weak"

        @staticmethod
        def available():
            return True

        @staticmethod
        def read(gray):
            return [Found(str(spare), "qr", "weak", (), spare) for spare in (0.0, 0.05, 0.3, None)]

    assert {one.text for one in Cascade([Weak]).read(np.zeros((50, 50), np.uint8))} == {"0.3", "None"}


def test_damaged_pictures_are_read_right_or_not_at_all():
    rng, cascade = np.random.default_rng(37), Cascade(seconds=0.02)
    wrong, right = [], 0
    for number in range(300):
        text = f"k{number}"
        dark = modules(text, "LMQH"[number % 4])[4:-4, 4:-4] < 128
        found = [one.text for one in cascade.read(drawn(dark ^ (rng.random(dark.shape) < rng.uniform(0, 0.16)), 5))]
        right += found == [text]
        wrong += [(text, one) for one in found if one != text]
    assert wrong == []
    assert right > 40


def test_pictures_without_a_code_give_nothing_however_hard_one_looks():
    cascade, rng = Cascade(seconds=LONG), np.random.default_rng(19)
    assert [cascade.read(noisy(clutter(rng), rng, 6)) for _ in range(6)] == [[]] * 6


def test_finder_patterns_are_hinted_at_and_an_empty_frame_has_none():
    rng = np.random.default_rng(23)
    slope = np.broadcast_to(np.linspace(90, 150, 720)[:, None], (720, 1280))
    empty = noisy(slope, rng, 2.0)
    assert hints(empty) == []
    code = modules("kadian").repeat(5, 0).repeat(5, 1)
    for picture in (code, 255 - code):
        frame = empty.copy()
        frame[200 : 200 + len(code), 400 : 400 + len(code)] = picture
        found = hints(frame)
        assert len(found) >= 3
        assert all(400 <= one.x <= 400 + len(code) and 200 <= one.y <= 200 + len(code) for one in found)
        (box,) = regions(found, frame.shape)
        assert box.pixels < frame.size / 6


def test_what_was_read_explains_its_own_finder_patterns():
    code = np.pad(modules("kadian").repeat(5, 0).repeat(5, 1), 40, constant_values=255)
    found = zxing.read(code)
    assert hints(code)
    assert unexplained(hints(code), found) == []


def test_the_same_modules_judged_in_seven_ways_are_one_judgement():
    clean = np.pad(modules("kadian").repeat(6, 0).repeat(6, 1), 20, constant_values=255)
    drawings = []

    def decode(drawing):
        drawings.append(drawing.tobytes())
        return [Found("kadian", "qr", "zxing", (), 0.2)] if drawings[0] == drawings[-1] else []

    assert Rescue(clean, decode, Budget(LONG)).read() == []
    assert drawings


def test_two_judgements_that_differ_are_believed_unless_next_to_nothing_is_spare():
    soft = cv2.GaussianBlur(np.pad(modules("kadian").repeat(6, 0).repeat(6, 1), 20, constant_values=255), (0, 0), 3)
    soft = noisy(soft, np.random.default_rng(37), 10)

    def taken(spare):
        return Rescue(soft, lambda _: [Found("kadian", "qr", "zxing", (), spare)], Budget(LONG)).read()

    assert [one.text for one in taken(0.2)] == ["kadian"]
    assert [taken(spare) for spare in (0.0, 0.09, None)] == [[], [], []]


def test_thousands_of_fake_finder_patterns_are_looked_through_in_bounded_steps():
    ring = np.maximum(*np.abs(np.indices((9, 9)) - 4))
    fake = np.where((ring == 3) | (ring < 2), 0, 255).astype(np.uint8).repeat(3, 0).repeat(3, 1)
    page = np.tile(fake, (26, 47))
    asked = []

    def decode(drawing):
        asked.append(drawing.shape)
        return []

    assert Rescue(page, decode, Budget(LONG)).read() == []
    assert len(asked) < 2000


def test_a_page_of_small_codes_is_read_whole_where_the_engine_reads_half_of_it():
    rng = np.random.default_rng(29)
    page = np.full((720, 1280), 220, np.uint8)
    texts = []
    for row in range(8):
        for column in range(14):
            texts.append(f"kadian {row} {column}")
            grid = modules(texts[-1]).repeat(8, 0).repeat(8, 1)
            small = cv2.resize(grid, None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)
            top, left = 10 + row * 85 + int(rng.integers(0, 9)), 10 + column * 90 + int(rng.integers(0, 9))
            page[top : top + len(small), left : left + len(small)] = small
    page = noisy(page, rng, 3)
    ours = {one.text for one in Cascade(seconds=LONG).read(page)}
    theirs = {one.text for one in zxing.read(page)}
    assert ours <= set(texts)
    assert len(ours) > 0.95 * len(texts) > len(theirs)


def test_a_large_photograph_is_looked_at_smaller_first_and_corners_lie_in_its_own_pixels():
    page = np.full((3000, 4000, 3), 220, np.uint8)
    code = modules("kadian").repeat(20, 0).repeat(20, 1)
    page[1000 : 1000 + len(code), 2000 : 2000 + len(code)] = code[..., None]
    cascade = Cascade(seconds=LONG)
    asked = []
    plain = cascade.cheap
    cascade.cheap = plain._replace(
        look=lambda picture, budget: asked.append(picture.gray.size) or plain.look(picture, budget)
    )
    (found,) = cascade.read(page)
    assert max(asked) <= 1_500_000
    xs, ys = [x for x, _ in found.corners], [y for _, y in found.corners]
    assert abs(min(xs) - 2080) < 12
    assert abs(max(ys) - (1000 + len(code) - 80)) < 12


def test_a_wall_is_blank_and_the_faintest_readable_code_is_not():
    rng = np.random.default_rng(31)
    slope = np.broadcast_to(np.linspace(90, 150, 720)[:, None], (720, 1280))
    assert blank(noisy(slope, rng, 4))
    assert blank(np.zeros((40, 3000), np.uint8))
    faint = np.full((720, 1280), 120, np.uint8)
    code = modules("kadian").repeat(4, 0).repeat(4, 1) // 15 + 112
    faint[300 : 300 + len(code), 500 : 500 + len(code)] = code
    faint = noisy(faint, rng, 1)
    assert not blank(faint)
    assert [one.text for one in Cascade(seconds=LONG).read(faint)] == ["kadian"]


def test_a_blank_picture_gets_the_cheap_look_alone():
    cascade, asked = Cascade(seconds=LONG), []
    cascade.costly = [one._replace(look=lambda *_: asked.append(1) or []) for one in cascade.costly]
    assert cascade.read(np.full((720, 1280, 3), 140, np.uint8)) == []
    assert asked == []
