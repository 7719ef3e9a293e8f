"""Every statement of the store is prepared by the real D1, which takes less than SQLite does elsewhere."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from carlot.errors import StatementRefused
from carlot.platform.database_errors import database_error
from rules.statements import not_in, texts_of_the_store
from runtime import state, wrangler
from runtime.paths import NODE, ROOT

Asked = tuple[str, list[str | float | None]]
FEWEST = 120
"""The store has more statements than this."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A persist folder with a migrated D1."""
    folder = tmp_path_factory.mktemp("d1")
    state.migrate(folder)
    return folder


def said_by_d1(folder: Path, asked: Sequence[Asked]) -> list[str | None]:
    """What D1 says against each statement with its parameters; `None`: nothing."""
    done = subprocess.run(
        [str(NODE), "--no-warnings", "d1.mjs", str(folder)],
        cwd=ROOT / "tests" / "workerd",
        env=wrangler.local_environment(),
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    said: list[str | None] = json.loads(done.stdout)
    return said


def explained(sql: str) -> Asked:
    """The statement to be prepared and not run, each of its parameters NULL."""
    numbers = [int(number) for number in re.findall(r"\?(\d+)", sql)]
    return f"EXPLAIN {sql}", [None] * max(numbers, default=0)


def test_d1_prepares_every_statement_of_the_store(folder: Path) -> None:
    statements = sorted(texts_of_the_store())
    assert len(statements) > FEWEST
    assert not_in(set(statements)) == []
    said = dict(zip(statements, said_by_d1(folder, [explained(sql) for sql in statements]), strict=True))
    # The beginning of a statement that is put together with others is no statement: it has to be part of one that is.
    beginnings = {
        sql
        for sql, answer in said.items()
        if answer and "incomplete input" in answer and any(sql in other and other != sql for other in said)
    }
    assert {sql: answer for sql, answer in said.items() if answer and sql not in beginnings} == {}


def test_what_d1_refuses_is_known_as_refused(folder: Path) -> None:
    """The real D1's words for statements that cannot run, by the program's own reading of them."""
    wrong: list[Asked] = [
        ("SELECT 1" + " UNION ALL SELECT 1" * 5, []),
        ("SELECT nothing FROM vehicles", []),
        ("SELECT 1 FROM nothing", []),
        ("SELECT nothing()", []),
        ("SELEC", []),
        ("SELECT", []),
        ("SELECT ?1, ?2", [1]),
        ("SELECT ?101", [1] * 101),
        ("SELECT " + "+".join(["1"] * 101), []),
        ("SELECT ?1 LIKE ?2", ["a", "%" * 51]),
        ("SELECT '" + "x" * 100_000 + "'", []),
        ("SELECT json('x')", []),
        ("INSERT INTO sync_tasks (rowid) VALUES ('x')", []),
    ]
    for (sql, _), answer in zip(wrong, said_by_d1(folder, wrong), strict=True):
        assert answer, sql[:80]
        refused = database_error(answer)
        assert isinstance(refused, StatementRefused), answer
        assert "D1_ERROR" not in str(refused)
        assert "SQLITE_" not in str(refused)
