"""What is heard: the prompts are there and audible, each class has its switch, and silence is always told."""

import re
from pathlib import Path

from playwright.sync_api import expect

from agent.settings import KioskSettings
from tests.agent.kiosk.conftest import FLAGS

VOICE = Path(__file__).parents[3] / "agent" / "kiosk" / "voice"
PAGE = VOICE.parent / "page"
LINES = [line.split("\t") for line in (VOICE / "lines.tsv").read_text("utf-8").splitlines()]
HEARD = """async (word) => {
  const answer = await fetch(`voice/${word}.mp3`);
  const sound = await new OfflineAudioContext(1, 16000, 16000).decodeAudioData(await answer.arrayBuffer());
  const samples = sound.getChannelData(0);
  const loud = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
  const first = samples.findIndex((one) => Math.abs(one) > 0.02) / sound.sampleRate;
  return { seconds: sound.duration, loud, first, channels: sound.numberOfChannels };
}"""


def said(page):
    return [(one["word"], one["kind"], one["heard"]) for one in page.evaluate("kiosk.sound.said")]


def day(**more):
    return KioskSettings(port=0, night_from=0, night_to=0, **more)


def test_every_prompt_is_rendered_loud_short_and_begins_at_once(gate, open_page):
    page = open_page(gate, "pi")
    for word, text, _ in LINES:
        sound = page.evaluate(HEARD, word)
        assert 0.2 * len(re.findall("[一-鿿]", text)) * 0.6 < sound["seconds"] < 0.6 * len(text) + 1, word
        assert sound["loud"] > 0.05, word
        assert sound["first"] < 0.15, word
    assert sum(path.stat().st_size for path in VOICE.glob("*.mp3")) < 400_000


def test_every_word_that_the_page_says_has_its_prompt_and_no_prompt_is_left_over():
    source = "\n".join(path.read_text("utf-8") for path in PAGE.glob("*.js"))
    words = {word for word, _, _ in LINES}
    assert {path.stem for path in VOICE.glob("*.mp3")} == words
    states = re.search(r"SPOKEN_STATES = \[(.*?)\]", source, re.DOTALL)[1]
    asked = set(re.findall(r'"(\w+)"', states)) | set(re.findall(r'say\("(\w+)"\)', source))
    asked |= {"no_camera", "silent_camera"}
    assert asked <= words
    assert {word for word in words if f'"{word}"' not in source and f" {word}:" not in source} == set()


def test_each_answer_is_said_once_and_in_its_class(make_gate, open_page):
    gate = make_gate(day())
    page = open_page(gate, "pi")
    for verdict in ("pass", "recheck", "stop", "none"):
        gate.show(verdict, 36.5)
        expect(page.locator("body")).to_have_attribute("data-face", verdict)
    gate.show("pass", 36.6)
    expect(page.locator("#value")).to_have_text("36.6 °C")
    assert said(page) == [
        ("pass", "pass", True), ("recheck", "attention", True), ("stop", "stop", True), ("none", "attention", True),
        ("pass", "pass", True),
    ]  # fmt: skip


def test_a_switch_silences_its_class_alone_and_the_screen_says_that_it_is_muted(make_gate, open_page):
    gate = make_gate(day())
    page = open_page(gate, "pi")
    expect(page.locator("#muted")).to_be_hidden()
    page.locator("#open-settings").click()
    switch = page.get_by_role("switch", name=re.compile("通过音"))
    expect(switch).to_have_attribute("aria-checked", "true")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    page.keyboard.press("Escape")
    expect(page.locator("#muted")).to_have_text("静音")
    gate.show("pass", 36.5)
    expect(page.locator("body")).to_have_attribute("data-face", "pass")
    gate.show("stop", 38.4)
    expect(page.locator("body")).to_have_attribute("data-face", "stop")
    assert said(page) == [("pass", "pass", False), ("stop", "stop", True)]
    page.reload()
    expect(page.locator("#muted")).to_be_visible()  # this screen keeps its own setting


NIGHTS = [(22, 6, 23, 0.3), (22, 6, 5, 0.3), (22, 6, 6, 1), (22, 6, 21, 1), (1, 5, 3, 0.3), (1, 5, 5, 1), (0, 0, 0, 1)]


def test_by_night_the_sound_is_low(make_gate, open_page):
    page = open_page(make_gate(KioskSettings(port=0, night_from=20, night_to=7, night_volume=0.1)), "pi")
    volume = (
        "([from, to, hour]) => { Object.assign(kiosk.sound.settings, {from, to}); return kiosk.sound.volume(hour); }"
    )
    assert page.evaluate("kiosk.sound.volume(21)") == 0.1
    page.evaluate("kiosk.sound.settings.volume = 0.3")
    for begin, end, hour, expected in NIGHTS:
        assert page.evaluate(volume, [begin, end, hour]) == expected, (begin, end, hour)


def test_the_configuration_says_which_classes_are_on(make_gate, open_page):
    gate = make_gate(day(sounds=("stop",)))
    page = open_page(gate, "pi")
    expect(page.locator("#muted")).to_be_visible()
    gate.show("recheck", 38.0)
    expect(page.locator("body")).to_have_attribute("data-face", "recheck")
    assert said(page) == [("recheck", "attention", False)]


def test_a_browser_that_lets_no_sound_out_is_told_of_and_the_first_tap_opens_it(make_gate, chromium):
    gate = make_gate(day())
    flags = [flag for flag in FLAGS if "autoplay" not in flag]
    browser = chromium.launch(flags)
    page = browser.new_page(viewport={"width": 480, "height": 800})
    page.goto(gate.url)
    expect(page.locator("#sound-blocked")).to_have_text("声音未开，点一下")
    gate.show("pass", 36.5)
    expect(page.locator("body")).to_have_attribute("data-face", "pass")
    assert said(page) == [("pass", "pass", False)]
    page.locator("#sound-blocked").click()
    expect(page.locator("#sound-blocked")).to_be_hidden()
    gate.show("stop", 38.4)
    expect(page.locator("body")).to_have_attribute("data-face", "stop")
    assert said(page)[-1] == ("stop", "stop", True)
    browser.close()


def test_hold_still_is_said_only_to_whom_it_takes_long(make_gate, open_page):
    gate = make_gate(day())
    page = open_page(gate, "pi")
    gate.board.stage("hold_still")
    page.wait_for_timeout(500)
    gate.show("pass", 36.5)
    expect(page.locator("body")).to_have_attribute("data-face", "pass")
    assert said(page) == [("pass", "pass", True)]
