"""What the documentation prints: its blocks of code, and the commands in its sentences."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from functools import cache

from runtime.paths import ROOT

DOCUMENTS = ("README.md", "docs/guide.md")
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code: where it begins, its language, its text."""

    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


@cache
def read(document: str) -> str:
    """A document's text."""
    return (ROOT / document).read_text(encoding="utf-8")


def blocks(document: str) -> list[Block]:
    """Every block of code of a document."""
    text = read(document)
    return [
        Block(document, text.count("\n", 0, found.start()) + 1, found[2], textwrap.dedent(found[3]))
        for found in _BLOCK.finditer(text)
    ]


def prose(document: str) -> str:
    """A document without its blocks of code."""
    return _BLOCK.sub("", read(document))


def codes(text: str) -> list[str]:
    """Every piece of code in the sentences and tables of a text."""
    return _INLINE.findall(_BLOCK.sub("", text))


def inline(document: str) -> list[str]:
    """Every piece of code in a document's sentences and tables."""
    return codes(read(document))


def sections(document: str) -> dict[str, str]:
    """A document's text by the headings of its second level."""
    parts = re.split(r"^## (.+)$", read(document), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))
