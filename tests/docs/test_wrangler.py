"""Every command of wrangler that the documentation prints is one that it knows, with options that it takes."""

from __future__ import annotations

import re
import shlex
import subprocess
from functools import cache

import pytest

from docs.printed import blocks, inline
from runtime import wrangler
from runtime.paths import ROOT

# In one process, what wrangler says of a command is asked once.
pytestmark = pytest.mark.xdist_group("wrangler")

# Spelled as wrangler once had it; the guide shows them beside what they are called today.
BEFORE = re.compile(r"wrangler (publish|\w+:\w+|queues consumer stats|d1 execute DB --command)\b")


def commands() -> list[str]:
    """Each command that is printed anywhere, once, without what follows it in the shell."""
    found: dict[str, None] = {}
    for document in ("README.md", *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("docs/*.md"))):
        texts = [line for block in blocks(document) if block.language == "sh" for line in block.text.splitlines()]
        for text in [*texts, *inline(document)]:
            if printed := re.search(r"npx (wrangler [^#|;]+)", text):
                found[printed[1].strip()] = None
    return list(found)


@cache
def help_of(*words: str) -> str:
    """What wrangler says of a command; of an unknown one it says something else."""
    done = subprocess.run(
        wrangler.command(*words, "--help"), env=wrangler.environment(), capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout + done.stderr


def known(command: str) -> tuple[bool, str]:
    """Whether wrangler has that command, and what it says of it. `secret put NAME` is the command `secret put`."""
    words = [word for word in shlex.split(command)[1:] if not word.startswith("-")]
    for length in (2, 3):
        said = help_of(*words[:length])
        title = next((line for line in said.splitlines() if line.startswith("wrangler ")), "")
        named = re.split(r"[\[<]", title)[0].split()[1:]
        if "COMMANDS" not in said:  # It is no group of commands.
            return bool(named) and named == words[: len(named)], said
    return False, ""


TODAY = [command for command in commands() if not BEFORE.match(command)]


def test_there_are_some() -> None:
    assert len(TODAY) > 8


@pytest.mark.parametrize("command", TODAY)
def test_wrangler_knows_it(command: str) -> None:
    is_known, said = known(command)
    assert is_known
    options = {word.split("=")[0] for word in shlex.split(command) if word.startswith("--")}
    assert {option for option in options if not re.search(rf"{option}\b", said)} == set()


def test_what_is_called_former_is_no_longer_known() -> None:
    """But for `d1 execute` without `--remote`, which means another database today."""
    former = [command for command in commands() if BEFORE.match(command) and "d1 execute" not in command]
    assert len(former) > 3
    assert [command for command in former if known(command)[0]] == []
