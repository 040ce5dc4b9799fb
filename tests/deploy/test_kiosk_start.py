import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "deploy" / "kiosk.sh"


def test_the_start_of_the_gates_own_screen_lets_sound_out_and_keeps_nothing(tmp_path):
    browser = tmp_path / "chromium"
    browser.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    browser.chmod(0o755)
    found = subprocess.run([SCRIPT], env={"PATH": f"{tmp_path}:/bin"}, capture_output=True, text=True, check=True)
    flags = found.stdout.split()
    assert {"--kiosk", "--incognito", "--autoplay-policy=no-user-gesture-required"} <= set(flags)
    assert flags[-1] == "http://127.0.0.1:8090/"
    other = subprocess.run(
        [SCRIPT, "http://127.0.0.1:9000/", "--lang=zh-CN"],
        env={"PATH": f"{tmp_path}:/bin"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert other.stdout.split()[-2:] == ["--lang=zh-CN", "http://127.0.0.1:9000/"]
