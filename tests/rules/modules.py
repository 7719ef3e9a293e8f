"""The Worker's modules as their source tells: what each imports, and what is in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from runtime.paths import ROOT

SRC = ROOT / "src"


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """One module: `name` as it is imported, `imports` as full names, of our own modules or of others' packages."""

    name: str
    path: Path
    tree: ast.Module
    imports: frozenset[str]

    @property
    def file(self) -> str:
        """Its path below src."""
        return self.path.relative_to(SRC).as_posix()

    @property
    def package(self) -> str:
        """The package it is in; of an `__init__`, that package itself."""
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]


def name_of(path: Path, root: Path = SRC) -> str:
    """The name a file is imported by."""
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def imports_of(tree: ast.AST, ours: frozenset[str]) -> Iterator[str]:
    """Every module that a piece of source imports. `from carlot.store import sales` imports `carlot.store.sales`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in ours else str(node.module)


@cache
def modules(root: Path = SRC) -> dict[str, Module]:
    """Every module below a folder, by name; by default those of the Worker."""
    files = {name_of(path, root): path for path in sorted(root.rglob("*.py"))}
    ours = frozenset(files)
    trees = {name: ast.parse(path.read_text()) for name, path in files.items()}
    return {name: Module(name, path, trees[name], frozenset(imports_of(trees[name], ours))) for name, path in files.items()}


def reached(start: str, found: dict[str, Module]) -> set[str]:
    """Everything that a module imports, and what that imports, and so on."""
    result: set[str] = set()
    open_ends = [start]
    while open_ends:
        name = open_ends.pop()
        for imported in found[name].imports if name in found else ():
            if imported not in result:
                result.add(imported)
                open_ends.append(imported)
    return result


def docstrings(tree: ast.AST) -> set[int]:
    """The ids of the nodes that are docstrings."""
    result = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body
        else:
            continue
        # A text under an assignment documents what is assigned.
        result |= {id(line.value) for line in body if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)}
    return result
