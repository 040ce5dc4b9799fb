"""The scanning loop itself: heads in payloads, held frames, counts; and answers that the quiet around them frames."""

from agent.thermometer.answers import Answer, Answers
from agent.thermometer.framing import Frames, sum8, tail, word_sum
from agent.thermometer.gy614v3 import DRIVER as GY614V3
from agent.thermometer.gy_mcu90614 import DRIVER as GY_MCU90614
from agent.thermometer.rqvk002 import LAYOUT as RQVK002
from agent.thermometer.sample import Sample
from kadian.demo.thermometers import gy_mcu90614_frame


def test_the_head_inside_the_payload_is_payload():
    parser = GY_MCU90614.make_parser()
    # An ambient value of 5A45 is 231 °C: the sum is right, so the frame is refused by its range and nothing else.
    assert parser.feed(bytes.fromhex("5A5A45045A5A5A4550")) == []
    assert (parser.counts.out_of_range, parser.counts.bad_checksum) == (1, 0)
    frame = gy_mcu90614_frame(231.30, 25.10)
    assert frame[4:6] == b"\x5a\x5a"
    assert [sample.surface for sample in parser.feed(frame + frame)] == [231.30, 231.30]


def test_a_sum_that_looks_like_the_next_head_waits_for_one_byte_or_a_quiet_line():
    frame = next(f for n in range(500) if (f := gy_mcu90614_frame(36.40, 20 + n / 100))[-1] == 0x5A)
    parser = GY_MCU90614.make_parser()
    assert parser.feed(frame) == []
    assert len(parser.settle()) == 1
    assert parser.settle() == []
    assert parser.feed(frame) == []
    assert len(parser.feed(frame[:4])) == 1
    assert parser.feed(frame[4:]) == []
    assert len(parser.feed(b"\x00")) == 1


def test_of_two_frames_that_both_fit_the_first_is_taken_as_torn():
    parser = Frames(RQVK002)
    assert parser.feed(bytes.fromhex("5A005A0400A5")) == []
    assert parser.settle() == [Sample(raw=4, surface=36.4, ambient=34.0)]
    # From the second 5A on there is a frame too, as after a lost byte; which of the two was sent, agreement must say.
    assert parser.feed(bytes.fromhex("5A005A0400A500A5")) == [Sample(raw=-91, surface=26.9, ambient=25.0)]
    assert parser.counts.torn == 1


def test_each_way_of_failing_has_its_own_count():
    parser = GY_MCU90614.make_parser()
    good = GY_MCU90614.captured[0]
    parser.feed(good + good[:-1] + b"\x00" + gy_mcu90614_frame(36.0, 200.0) + bytes.fromhex("5A5A2504") + b"\x01")
    counts = parser.counts
    assert (counts.good, counts.bad_checksum, counts.out_of_range, counts.foreign) == (1, 1, 1, 1)
    assert counts.skipped == 9 + 9 + 5
    assert counts.bad == 3


def test_emissivity_beyond_its_range_is_refused():
    frame = bytes.fromhex("A403070765") + GY614V3.captured[0][5:-1]
    parser = GY614V3.make_parser()
    assert parser.feed(frame + bytes([sum(frame) & 0xFF])) == []
    assert parser.counts.out_of_range == 1


def test_a_proof_is_a_sum_of_bytes_of_words_or_a_tail():
    assert sum8(bytes.fromhex("01FF00"))
    assert not sum8(bytes.fromhex("01FF01"))
    assert word_sum(bytes.fromhex("5A5A02065C60"))
    assert not word_sum(bytes.fromhex("5A5A0206605C"))
    assert tail(b"\r\n")(b"36.5\r\n")
    assert not tail(b"\r\n")(b"36.5\n\r")


def answers(lengths=(3, 5), head=b"\x01"):
    return Answers(Answer(lengths, lambda answer: Sample(answer[1], answer[1] / 10) if answer[1] else None, head))


def test_an_answer_counts_when_the_line_falls_quiet_and_not_before():
    parser = answers()
    assert parser.feed(b"\x01") + parser.feed(b"\x64\x00") == []
    assert parser.settle() == [Sample(100, 10.0)]
    assert parser.settle() == []
    assert (parser.counts.good, parser.counts.skipped) == (1, 0)


def test_an_answer_of_another_length_or_head_or_without_a_value_is_refused_whole():
    parser = answers()
    for wrong in (b"\x01\x64", b"\x01\x64\0\0", b"\x01\x64\0\0\0\0", b"\x02\x64\0", b"\x01\0\0", b"\x01\x64\0" * 400):
        assert parser.feed(wrong) + parser.settle() == []
    counts = parser.counts
    assert (counts.good, counts.foreign, counts.out_of_range) == (0, 5, 1)
    assert counts.skipped == 2 + 4 + 6 + 3 + 3 + 1200
    assert parser.feed(b"\x01\x64\0") + parser.settle() == [Sample(100, 10.0)]
