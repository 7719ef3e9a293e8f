"""The inputs that fuzzing has found worth keeping, and small changes of them, run by every `make test`."""

from __future__ import annotations

import random

import pytest

from fuzz.corpus import read_corpus
from fuzz.targets import SEEDS, TARGETS

CHANGES = 5
PIECES = (
    b"\x00",
    b"\xff\xfe",
    b'"',
    b"{",
    b"[" * 2000,
    b"\\ud800",
    b"1e999",
    b"9" * 400,
    b"\r\n",
    b"NaN",
    "🚗".encode(),
    b"",
)


def changed(content: bytes, chance: random.Random) -> bytes:
    """The input with something put in, taken out or repeated."""
    at, to = sorted((chance.randrange(len(content) + 1), chance.randrange(len(content) + 1)))
    middle = chance.choice([chance.choice(PIECES), content[at:to] * 2, chance.randbytes(3)])
    return content[:at] + middle + content[to if chance.random() < 0.5 else at :]


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_but_a_refusal_gets_out(name: str) -> None:
    chance = random.Random(name)
    inputs = [*SEEDS[name], *read_corpus(name)]
    assert inputs
    for content in inputs:
        TARGETS[name](content)
        for _ in range(CHANGES):
            TARGETS[name](changed(content, chance))


def test_every_target_has_its_seeds() -> None:
    assert set(SEEDS) == set(TARGETS)


def test_a_finding_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carlot.partners.wayne_reeves.webhook.read_head", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        TARGETS["event"](b"{}")
