"""README is short, names every main command and no other, and what it links to is there."""

from __future__ import annotations

import re

from runtime.paths import ROOT

TEXT = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def test_it_is_at_most_180_lines_long() -> None:
    assert len(TEXT.splitlines()) <= 180


def test_every_command_that_it_names_is_there() -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)\b", " ".join(re.findall(r"`[^`]+`|```.*?```", TEXT, re.DOTALL))))
    targets = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
    assert {"dev", "test", "check", "bench", "deploy", "doctor"} <= named <= targets


def test_make_says_what_each_command_does() -> None:
    targets = re.findall(r"^([a-z][a-z-]*):(.*)$", MAKEFILE, re.MULTILINE)
    assert [name for name, rest in targets if "## " not in rest] == []
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == {name for name, _ in targets}
