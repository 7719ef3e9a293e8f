"""Every statement of the store, found twice: in the loaded modules, and in their source. What only the source has is missing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module

from rules.modules import modules
from rules.test_code import sql_texts

STORE = "carlot.store."
_STATEMENT = re.compile(r"\s*(WITH|SELECT|INSERT|UPDATE|DELETE|REPLACE)\s")
_FIELD = re.compile(r"\{\w+\}")
"""What `.format` fills in. Braces with nothing between them are an empty JSON object."""


def texts_in(value: object) -> Iterator[str]:
    """Every text that a value is made of: of mappings, sequences and dataclasses, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts_in(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from texts_in(getattr(value, field.name))
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from texts_in(item)


def texts_of_the_store() -> set[str]:
    """Every text among the globals of the store's modules that begins as a statement does and has nothing left to fill in."""
    found: set[str] = set()
    for name in modules():
        if name.startswith(STORE):
            namespace = vars(import_module(name))
            values = [value for key, value in namespace.items() if not key.startswith("__")]
            found |= {text for value in values for text in texts_in(value)}
    return {text for text in found if _STATEMENT.match(text) and not _FIELD.search(text)}


def pattern(node: ast.expr) -> re.Pattern[str]:
    """What a text of the source is in a finished statement: whatever is put into it may be anything."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    constants = [str(part.value) if isinstance(part, ast.Constant) else "{hole}" for part in parts]
    return re.compile(".*?".join(re.escape(piece) for piece in _FIELD.split("".join(constants))), re.DOTALL)


def not_in(statements: set[str]) -> list[str]:
    """The SQL of the store's source that is part of none of the statements."""
    return [
        f"{module.name}:{node.lineno}"
        for module in modules().values()
        if module.name.startswith(STORE)
        for node in sql_texts(module.tree)
        if not any(pattern(node).search(text) for text in statements)
    ]
