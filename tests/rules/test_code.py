"""Conventions that no linter knows: sizes, the last nets, how outside text is read, where SQL stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rules.modules import Module, docstrings, modules
from runtime.paths import ROOT

MODULE_LINES = 250
FUNCTION_LINES = 40
# A file of tests is a list of cases, and may be longer.
TEST_MODULE_LINES = 400
TEST_FUNCTION_LINES = 60
# Where a mistake of ours becomes an answer, or one task's failure, instead of the end of everything else.
NETS = {"carlot.app", "carlot.engine.worker"}
STATEMENT = re.compile(r"\b(SELECT\s.*\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\s", re.DOTALL)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*patterns: str) -> list[Path]:
    """Every Python file of ours that fits."""
    return [path for pattern in patterns for path in sorted(ROOT.glob(pattern))]


def code_lines(text: str) -> set[int]:
    """The numbers of the lines that have code: blank lines, comments and docstrings do not count."""
    tree = ast.parse(text)
    documentation = docstrings(tree)
    prose = {
        line
        for node in ast.walk(tree)
        if id(node) in documentation and isinstance(node, ast.Constant)
        for line in range(node.lineno, int(node.end_lineno or 0) + 1)
    }
    lines = enumerate(text.splitlines(), 1)
    return {number for number, line in lines if line.strip() and not line.lstrip().startswith("#")} - prose


def too_long(path: Path, module_lines: int, function_lines: int) -> Iterator[str]:
    """Each module and function of a file that has more lines of code than it may have."""
    text, name = path.read_text(), path.relative_to(ROOT).as_posix()
    code = code_lines(text)
    if len(code) > module_lines:
        yield f"{name}: {len(code)} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function):
            lines = len(code & set(range(node.lineno, int(node.end_lineno or 0) + 1)))
            if lines > function_lines:
                yield f"{name}:{node.lineno} {node.name}: {lines} lines"


PUTTING_TOGETHER = frozenset({"format", "format_map", "replace", "join", "substitute", "safe_substitute"})


def sql_texts(tree: ast.AST) -> Iterator[ast.expr]:
    """Every text, finished or put together, that reads as an SQL statement; without docstrings."""
    documentation = docstrings(tree)
    parts = {id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in node.values}
    for node in ast.walk(tree):
        if id(node) in documentation | parts:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
        else:
            continue
        if STATEMENT.search(f"{text} "):
            yield node


def has_hole(text: ast.expr) -> bool:
    """Whether something is put into it when it is evaluated."""
    return isinstance(text, ast.JoinedStr) and any(isinstance(part, ast.FormattedValue) for part in text.values)


def test_modules_and_functions_are_short() -> None:
    found = [
        fault
        for path in files("src/**/*.py", "dev/**/*.py", "bench/*.py", "bench/harness/*.py")
        for fault in too_long(path, MODULE_LINES, FUNCTION_LINES)
    ]
    found += [fault for path in files("tests/**/*.py") for fault in too_long(path, TEST_MODULE_LINES, TEST_FUNCTION_LINES)]
    assert found == []


def test_length_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.test_code.ROOT", tmp_path)
    file = tmp_path / "long.py"
    file.write_text('"""A module."""\n\n\ndef f():\n    """One\n    two."""\n    # Why.\n' + "    pass\n" * 3)
    assert list(too_long(file, 3, 3)) == ["long.py: 4 lines", "long.py:4 f: 4 lines"]
    assert list(too_long(file, 4, 4)) == []


def test_nothing_catches_everything_but_the_nets() -> None:
    catching = {
        module.name
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
    }
    assert catching == NETS


def test_what_comes_from_outside_is_parsed_by_pydantic() -> None:
    """`json.loads` ends the interpreter on deep nesting; so do `request.json()` and `response.json()`."""
    called = [
        f"{module.name}:{node.lineno}"
        for module in modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr in ("json", "loads", "load")
    ]
    assert called == []
    assert not [module.name for module in modules().values() if "json" in module.imports and module.name != "carlot.log"]


def test_sql_stands_in_the_store_alone() -> None:
    with_sql = {module.file for module in modules().values() if any(True for _ in sql_texts(module.tree))}
    assert len(with_sql) > 10
    assert {name for name in with_sql if not name.startswith("carlot/store/")} == set()


def is_sql(node: ast.expr, names: frozenset[str]) -> bool:
    """Whether an expression is a statement: a text that reads as one, or a constant of a module of the store."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        return any(True for _ in sql_texts(node))
    return isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in names


def puts_together(function: ast.AST, names: frozenset[str]) -> bool:
    """Whether a function puts something into a statement when it is called, in whatever way Python has for that."""
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            parts: list[ast.expr] = [node.left, node.right]
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            parts = [node.target, node.value]
        elif isinstance(node, ast.JoinedStr):
            if has_hole(node) and any(True for _ in sql_texts(node)):
                return True
            parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)] if len(node.values) > 1 else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PUTTING_TOGETHER:
            parts = [node.func.value, *node.args, *(e for a in node.args if isinstance(a, ast.List | ast.Tuple) for e in a.elts)]
        else:
            continue
        if any(is_sql(part, names) for part in parts):
            return True
    return False


def sql_names(module: Module) -> frozenset[str]:
    """The constants of a module that are statements, or parts of one."""
    return frozenset(
        target.id
        for node in module.tree.body
        if isinstance(node, ast.Assign) and any(True for _ in sql_texts(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    )


def test_no_value_gets_into_a_statement_but_by_a_parameter() -> None:
    """A statement is put together from constants: what puts one together is called while modules are loaded, and never later."""
    building, later = set(), set()
    elsewhere = {f"{module.name.rpartition('.')[2]}.{name}" for module in modules().values() for name in sql_names(module)}
    assert len(elsewhere) > 100
    for module in modules().values():
        names = sql_names(module) | elsewhere
        for function in ast.walk(module.tree):
            if not isinstance(function, Function):
                continue
            fills_in = any(isinstance(node, ast.Attribute) and node.attr == "format" for node in ast.walk(function))
            if puts_together(function, names) or (fills_in and module.name.startswith("carlot.store.")):
                building.add(function.name)
            else:
                calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
                later |= {
                    call.id if isinstance(call, ast.Name) else call.attr
                    for call in calls
                    if isinstance(call, ast.Name | ast.Attribute)
                }
    assert building
    assert building & later == set()


@pytest.mark.parametrize(
    "line",
    [
        *('return "SELECT 1 FROM cars WHERE name = \'" + name', "return FIND + name", "return name + FIND", "FIND += name"),
        *('return "SELECT 1 FROM cars WHERE id = %s" % name', "return FIND % name", "return store.FIND % name"),
        *('return "SELECT 1 FROM cars WHERE id = {}".format(name)', "return FIND.format(name)", "return FIND.format_map(names)"),
        *('return f"SELECT 1 FROM {name}"', 'return f"{FIND} AND {name}"', 'return FIND.replace("?1", name)'),
        *('return " ".join([FIND, name])', 'return "".join((FIND, name))'),
    ],
)
def test_whatever_puts_a_value_into_a_statement_is_seen(line: str) -> None:
    function = ast.parse(f"def find(name):\n    {line}").body[0]
    assert puts_together(function, frozenset({"FIND", "store.FIND"}))


@pytest.mark.parametrize(
    "line", ["return statement(FIND, name)", 'return f"{name} {count}"', "return 1 + 1", 'return "a" % name']
)
def test_what_puts_nothing_into_a_statement_is_not(line: str) -> None:
    assert not puts_together(ast.parse(f"def find(name):\n    {line}").body[0], frozenset({"FIND"}))


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ('X = "SELECT 1 FROM cars"', True),
        ('X = f"DELETE FROM {table}"', True),
        ('X = """\nUPDATE cars SET sold = 1"""', True),
        ('"""SELECT one FROM cars is what it does."""', False),
        ('X = "Select a car from the list"', False),
    ],
)
def test_statements_are_seen(line: str, seen: bool) -> None:
    assert any(True for _ in sql_texts(ast.parse(line))) == seen
