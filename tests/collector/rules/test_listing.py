from pathlib import Path

import collector.rules
from collector.rules.listing import rules


def test_every_file_that_judges_is_a_rule_under_its_own_name():
    folder = Path(next(iter(collector.rules.__path__)))
    judging = {file.stem for file in folder.glob("*.py") if "\ndef judge(" in file.read_text("utf-8")}
    assert set(rules()) == judging >= {"confirmed_fever", "sealed_entrance"}
    assert all(name == rule.NAME for name, rule in rules().items())
