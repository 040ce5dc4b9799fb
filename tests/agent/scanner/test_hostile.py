"""Files and payloads that mean harm: never a crash, never a picture unpacked that says it is too large."""

import io
import os
import struct
import zlib

import cv2
import numpy as np
import pytest

from agent.scanner.cascade import Cascade
from agent.scanner.header import header
from agent.scanner.pictures import MOST_PIXELS, decode, load
from kadian.errors import KadianError
from tests.agent.scanner.conftest import byte_segment, draw


@pytest.fixture(scope="module")
def cascade():
    return Cascade()


def packed(suffix, image, *options):
    return cv2.imencode(suffix, image, list(options))[1].tobytes()


@pytest.fixture
def picture():
    return np.random.default_rng(1).integers(0, 255, (37, 61, 3), np.uint8).astype(np.uint8)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".webp", ".tif", ".gif"])
def test_the_size_is_known_before_anything_is_unpacked(picture, suffix):
    payload = packed(suffix, picture)
    said = header(payload)
    assert (said.width, said.height) == (61, 37)
    assert decode(np.frombuffer(payload, np.uint8)).shape[:2] == (37, 61)


def bomb_png(width, height):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(100_000))) + chunk(b"IEND", b"")


def test_a_picture_that_says_it_is_too_large_is_refused_with_its_size(tmp_path):
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb_png(60_000, 60_000))
    with pytest.raises(KadianError) as refused:
        load(path)
    assert refused.value.code == "K0254"
    assert "60000 × 60000" in refused.value.what()
    assert decode(np.frombuffer(bomb_png(60_000, 60_000), np.uint8)) is None
    assert decode(np.frombuffer(bomb_png(0, 5), np.uint8)) is None


def test_a_jpeg_of_a_thousand_scans_is_not_unpacked(picture):
    payload = packed(".jpg", picture, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    assert decode(np.frombuffer(payload, np.uint8)) is not None
    place = payload.index(b"\xff\xda")
    assert (
        decode(np.frombuffer(payload[:place] + payload[place : place + 20] * 1000 + payload[place:], np.uint8)) is None
    )


def test_what_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", tmp_path):
        with pytest.raises(KadianError) as refused:
            load(path)
        assert refused.value.code == "K0250"


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".webp", ".tif", ".gif"])
def test_cut_off_and_damaged_files_are_read_in_part_or_refused(picture, suffix, cascade):
    payload = packed(suffix, picture)
    rng = np.random.default_rng(3)
    for number in range(60):
        damaged = bytearray(payload[: int(rng.integers(1, len(payload)))] if number % 2 else payload)
        for _ in range(number % 7):
            damaged[int(rng.integers(0, len(damaged)))] = int(rng.integers(0, 256))
        image = decode(np.frombuffer(bytes(damaged), np.uint8))
        if image is not None:
            assert image.dtype == np.uint8
            assert image.shape[0] * image.shape[1] <= MOST_PIXELS
            assert cascade.read(image) == []


def test_any_bytes_have_a_header_or_none():
    rng = np.random.default_rng(5)
    starts = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"GIF89a", b"BM", b"RIFF\0\0\0\0WEBPVP8X", b"II*\0", b"MM\0*", b"")
    for number in range(4000):
        said = header(starts[number % len(starts)] + rng.bytes(int(rng.integers(0, 60))))
        assert said is None or min(said.width, said.height) >= 0


def test_sixteen_bits_transparency_and_four_inks_are_read(cascade, pen):
    code = pen.text("kadian", 6)
    deep = code.astype(np.uint16) * 16
    clear = np.dstack([code, code, code, np.where(code < 128, 255, 0).astype(np.uint8)])
    for image in (deep, clear):
        assert [one.text for one in cascade.read(decode(np.frombuffer(packed(".png", image), np.uint8)))] == ["kadian"]
    image_module = pytest.importorskip("PIL.Image", reason="Pillow, which writes four inks, is not installed here")
    inks = io.BytesIO()
    image_module.fromarray(code).convert("CMYK").save(inks, "JPEG")
    assert [one.text for one in cascade.read(decode(np.frombuffer(inks.getvalue(), np.uint8)))] == ["kadian"]


@pytest.mark.parametrize("shape", [(1, 20_000), (20_000, 1), (3, 9000), (2, 2), (25, 25), (24, 400, 3)])
def test_any_shape_is_looked_through(cascade, shape):
    assert cascade.read(np.random.default_rng(7).integers(0, 255, shape, np.uint8).astype(np.uint8)) == []


def test_forty_eight_megapixels_with_a_small_code_are_read(cascade, pen):
    page = np.full((6000, 8000), 230, np.uint8)
    code = pen.text("kadian", 24)
    page[3000 : 3000 + len(code), 5000 : 5000 + len(code)] = code
    assert [one.text for one in cascade.read(page)] == ["kadian"]


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (b"a\0b\0", "a\0b\0"),
        ("中文\0国".encode("gb18030"), "中文\0国"),
        ("𠀀居民".encode("gb18030"), "𠀀居民"),
        (b"=cmd()\n<script>", "=cmd()\n<script>"),
        (bytes(range(32)), bytes(range(32)).decode()),
    ],
)
def test_odd_payloads_come_through_as_they_are(cascade, payload, text):
    assert [one.text for one in cascade.read(draw(byte_segment(payload)))] == [text]


def test_random_bytes_as_a_payload_never_raise(cascade):
    rng = np.random.default_rng(9)
    for _ in range(60):
        assert len(cascade.read(draw(byte_segment(rng.bytes(int(rng.integers(1, 100))))))) == 1


def test_the_largest_code_of_all_is_read(cascade):
    import zxingcpp

    text = "k" * 2953
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="L")
    picture = np.array(code.to_image(scale=4, add_quiet_zones=True))
    assert [one.text for one in cascade.read(picture)] == [text]
