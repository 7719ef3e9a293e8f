"""The snippets that the documentation prints, to be run as printed."""

from __future__ import annotations

import re

from runtime.paths import ROOT

PRINTED = "https://YOUR-WORKER.workers.dev"
GUIDE = "docs/embedding.md"


def snippet(heading: str, language: str, document: str = GUIDE) -> str:
    """The first block of code in a language under a heading. Raises: ValueError when there is none."""
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.search(rf"^#+ {re.escape(heading)}$(?:(?!^#+ ).)*?^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"{document} prints no {language} under {heading!r}")
    return found[1]


def on(worker_url: str, printed: str) -> str:
    """A snippet with the only thing in it that the reader is told to replace."""
    assert PRINTED in printed
    return printed.replace(PRINTED, worker_url)
