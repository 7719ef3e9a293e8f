"""The corpus: per target one file of inputs, each a line in base64."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
MAX_INPUTS = 150
MAX_BYTES = 2000


def read_corpus(name: str) -> list[bytes]:
    """The inputs of a target."""
    path = FOLDER / f"{name}.txt"
    return [base64.b64decode(line) for line in path.read_text().splitlines()] if path.exists() else []


def write_corpus(name: str, inputs: Iterable[bytes]) -> None:
    """Keep the shortest inputs."""
    kept = sorted((content for content in set(inputs) if len(content) <= MAX_BYTES), key=lambda content: (len(content), content))
    FOLDER.mkdir(exist_ok=True)
    lines = [base64.b64encode(content).decode() for content in kept[:MAX_INPUTS]]
    (FOLDER / f"{name}.txt").write_text("".join(f"{line}\n" for line in lines))
