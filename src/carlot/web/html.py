"""HTML put together so that text cannot become markup.

`Html` is the only thing that is written into a page as it is, and only the functions here make one: they escape every text
and every attribute that they are given. A template's slots take texts, which are escaped, and `Html`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

Attribute = str | int | bool | None

_VOID = frozenset({"img", "link", "meta", "br", "input"})
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z]+)*(:[a-z]+)?|viewBox")
_SLOT = re.compile(r"\{\{(>?)\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Html:
    """Finished markup."""

    markup: str


NOTHING = Html("")
Child = str | Html | None


def el(tag: str, attributes: Mapping[str, Attribute] | None = None, *children: Child) -> Html:
    """An element. An attribute that is `None` or `False` is left out, `True` has no value; a child that is `None` is left out."""
    start = f"<{_named(tag)}{attributes_of(attributes or {}).markup}>"
    if tag in _VOID:
        return Html(start)
    return Html(f"{start}{joined(children).markup}</{tag}>")


def attributes_of(attributes: Mapping[str, Attribute]) -> Html:
    """Attributes as they stand in a start tag, with a space before each."""
    written = []
    for name, value in attributes.items():
        if value is True:
            written.append(f" {_named(name)}")
        elif value is not None and value is not False:
            written.append(f' {_named(name)}="{_escaped(str(value))}"')
    return Html("".join(written))


def joined(children: Iterable[Child]) -> Html:
    """Texts and markup in a row."""
    return Html("".join(_markup(child) for child in children if child is not None))


def json_block(media: str, identity: str, content: Any) -> Html:
    """A `script` element that holds JSON and runs nothing. `<` is escaped, so that no text can end the element."""
    start = f"<script{attributes_of({'type': media, 'id': identity}).markup}>"
    # U+2028 and U+2029 are line ends for some readers of JavaScript.
    text = to_json(content).decode().replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return Html(f"{start}{text}</script>")


class Template:
    """A page with slots: `{{word}}` takes one of the page's words, `{{> slot}}` what is made for each request."""

    def __init__(self, text: str, words: Mapping[str, str]) -> None:
        """Fill the words in at once. Raises: `KeyError` when one is missing."""
        filled = _SLOT.sub(lambda found: found[0] if found[1] else _escaped(words[found[2]]), text)
        parts = re.split(r"\{\{>\s*(\w+)\s*\}\}", filled)
        self._texts, self._slots = parts[::2], parts[1::2]

    def fill(self, slots: Mapping[str, Child]) -> str:
        """The whole page. Raises: `KeyError` when a slot gets nothing."""
        made = [self._texts[0]]
        for slot, text in zip(self._slots, self._texts[1:], strict=True):
            child = slots[slot]
            made += ["" if child is None else _markup(child), text]
        return "".join(made)


def _markup(child: str | Html) -> str:
    return child.markup if isinstance(child, Html) else _escaped(child)


def _escaped(text: str) -> str:
    # A NUL, and a surrogate without its pair, cannot stand in a page.
    return html.escape(text, quote=True).replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _named(name: str) -> str:
    """A tag or an attribute, which are ours and never a text from outside. Raises: `ValueError`."""
    if not _NAME.fullmatch(name):
        raise ValueError(name)
    return name
