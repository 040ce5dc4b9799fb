"""Codes in pictures: those that the test draws, and the real ones beside the checkout."""

import json
import subprocess
import sys

import cv2
import numpy as np
import pytest
import zxingcpp

from agent.scanner.cascade import Cascade, engine
from agent.scanner.live import Live
from agent.scanner.seen import Seen

CHINESE = "健康码 江城 张三 2026"


@pytest.fixture(scope="module")
def cascade():
    return Cascade()


def texts(cascade, image):
    return [found.text for found in cascade.read(image)]


def test_chinese_is_read_in_utf_8_gbk_and_hanzi_mode(cascade):
    from tests.agent.scanner.conftest import byte_segment, draw, hanzi_segment

    assert texts(cascade, draw(byte_segment(CHINESE.encode()))) == [CHINESE]
    assert texts(cascade, draw(byte_segment(CHINESE.encode("gb18030")))) == [CHINESE]
    assert texts(cascade, draw(hanzi_segment("健康码江城"))) == ["健康码江城"]


@pytest.mark.parametrize("turn", [cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE])
def test_a_turned_code_is_read(cascade, pen, turn):
    assert texts(cascade, cv2.rotate(pen.text("kadian"), turn)) == ["kadian"]


def test_a_blurred_an_inverted_and_a_coloured_code_are_read(cascade, pen):
    picture = pen.text("kadian", 6)
    assert texts(cascade, cv2.GaussianBlur(picture, (0, 0), 2)) == ["kadian"]
    assert texts(cascade, 255 - picture) == ["kadian"]
    yellow = np.where((picture < 128)[..., None], np.array((90, 215, 250), np.uint8), np.uint8(255)).astype(np.uint8)
    assert texts(cascade, yellow) == ["kadian"]


def test_two_codes_in_one_picture_are_both_read(cascade, pen):
    first, second = pen.text("first"), pen.text("other")
    assert sorted(texts(cascade, np.hstack([first, second]))) == ["first", "other"]


@pytest.mark.parametrize("shape", [(1, 1), (2, 3000), (480, 640), (720, 1280, 3), (6000, 8000)])
def test_a_picture_without_a_code_gives_none(cascade, shape):
    assert texts(cascade, np.full(shape, 200, np.uint8)) == []


def test_noise_gives_none(cascade):
    noise = np.random.default_rng(3).integers(0, 255, (480, 640), np.uint8)
    assert texts(cascade, noise.astype(np.uint8)) == []


def test_zbar_is_not_trusted_with_chinese(pen):
    assert engine("zbar").read(pen.text("kadian", 5))[0].text == "kadian"
    assert engine("zbar").read(pen.text(CHINESE, 5)) == []


def test_the_live_look_reads_what_is_held_before_the_lens(cascade, pen):
    live = Live(cascade)
    frame = np.full((480, 640), 120, np.uint8)
    assert live.look(frame, 0.0) == []
    code = pen.text("kadian")
    frame = frame.copy()
    frame[100 : 100 + code.shape[0], 200 : 200 + code.shape[1]] = code
    assert [found.text for found in live.look(frame, 0.1)] == ["kadian"]


def test_a_text_in_view_appears_once_and_again_after_it_was_away():
    seen = Seen()
    assert [seen.note("a", at) for at in (0.0, 1.0, 2.0, 4.5, 8.0)] == [True, False, False, False, True]


def test_every_real_picture_that_can_be_read_is_read_right(cascade, shared):
    wrong = []
    read = total = 0
    for path in sorted(shared.glob("qr/*/*.png")):
        expected = path.with_suffix(".txt").read_bytes().decode("utf-8").replace("\r\n", "\n")
        if path.parent.name == "zxing-qrcode-2" and path.name == "13.png":
            expected = expected.replace("photograph ", "photography ")  # see the test below
        image = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
        found = [text.replace("\r\n", "\n") for text in texts(cascade, image)]
        total += 1
        read += expected in found
        wrong += [(path.name, text) for text in found if text != expected and expected not in found]
    assert wrong == []
    assert read >= 78, f"{read} of {total}"


def test_one_expected_text_lacks_a_letter_that_its_code_has(shared):
    path = shared / "qr" / "zxing-qrcode-2" / "13.png"
    assert "photograph of" in path.with_suffix(".txt").read_text("utf-8")
    # With its texture smoothed away the code is nearly free of errors: nine tenths of its error correction are not
    # needed, so that no letter can be the decoder's invention.
    gray = cv2.medianBlur(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), 7)
    (code,) = zxingcpp.read_barcodes(gray, binarizer=zxingcpp.Binarizer.GlobalHistogram)
    assert "photography of" in code.text
    assert code.extra["UEC"] > 0.9


def scan(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "kadian", "scan", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_scan_says_a_line_a_file_and_names_what_is_no_picture(tmp_path, pen):
    folder = tmp_path / "图片"
    folder.mkdir()
    cv2.imencode(".png", pen.text(CHINESE))[1].tofile(folder / "码.png")
    cv2.imencode(".png", np.full((50, 50), 255, np.uint8))[1].tofile(folder / "blank.png")
    (folder / "notes.txt").write_text("no picture")
    done = scan("--json", folder)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [len(row["codes"]) for row in rows] == [0, 1]
    assert rows[1]["codes"][0]["text"] == CHINESE
    assert set(rows[1]["codes"][0]) >= {"text", "format", "status", "colour", "engine"}
    assert rows[1]["milliseconds"] >= 0

    (folder / "broken.png").write_bytes(b"\x89PNG no picture")
    done = scan("--json", folder / "broken.png", folder / "gone.png", folder / "码.png")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [("error" in row) for row in rows] == [True, True, False]
    assert "Traceback" not in done.stderr
