"""The tests' own database refuses what D1 refuses: just above each limit, and not at it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from carlot.engine.worker import AT_ONCE
from carlot.errors import AnswerTooLarge, ConstraintViolation, LeaseLost, StatementRefused, UniqueViolation
from carlot.partners.http import MAX_BYTES
from carlot.platform.database_errors import database_error
from carlot.platform.ports import HttpResponse, Statement, Value
from support.invocation import CountedDatabase, CountedHttp, Exceeded, Stopwatch
from support.platform import NoDownloads, SqliteDatabase

TWO_MB = 2_000_000
HEADER = 8
"""At most so many bytes of a stored row of one text are the row's own."""


def compound(terms: int) -> str:
    return " UNION ALL ".join(["SELECT 1"] * terms)


def deep(depth: int) -> str:
    return "SELECT " + "+".join(["1"] * depth)


def arguments(count: int) -> str:
    return f"SELECT max({', '.join(['1'] * count)})"


def columns(count: int) -> str:
    return "SELECT " + ", ".join(["1"] * count)


def long(size: int) -> str:
    """A statement of so many bytes."""
    return "SELECT length('" + "x" * (size - 17) + "')"


# By the limit: a statement at it and one above it, each with its parameters.
CASES: dict[str, tuple[tuple[str, list[Value]], tuple[str, list[Value]], str]] = {
    "compound": ((compound(5), []), (compound(6), []), "too many terms in compound SELECT"),
    "depth": ((deep(100), []), (deep(101), []), "Expression tree is too large"),
    "arguments": ((arguments(32), []), (arguments(33), []), "too many arguments"),
    "columns": ((columns(100), []), (columns(101), []), "too many columns"),
    "SQL": ((long(100_000), []), (long(100_001), []), "too"),
    "LIKE": (("SELECT 'a' LIKE ?1", ["%" * 50]), ("SELECT 'a' LIKE ?1", ["%" * 51]), "too complex"),
    "LIKE in bytes": (("SELECT 'a' LIKE ?1", ["é" * 25]), ("SELECT 'a' LIKE ?1", ["é" * 26]), "too complex"),
    "GLOB": (("SELECT 'a' GLOB ?1", ["*" * 50]), ("SELECT 'a' GLOB ?1", ["*" * 51]), "too complex"),
    "parameters": (("SELECT ?100", [None] * 100), ("SELECT ?101", [None] * 101), "variable number"),
    "bound": (("SELECT length(?1)", ["x" * TWO_MB]), ("SELECT length(?1)", ["x" * (TWO_MB + 1)]), "too big"),
    "bound, in bytes": (("SELECT length(?1)", ["é" * 1_000_000]), ("SELECT length(?1)", ["é" * 1_000_001]), "too big"),
    "made": ((f"SELECT length(zeroblob({TWO_MB}))", []), (f"SELECT hex(zeroblob({TWO_MB // 2 + 1}))", []), "too big"),
    "read": (
        ("SELECT ?1 AS a, ?1 AS b", ["x" * (TWO_MB // 2)]),
        ("SELECT ?1 AS a, ?1 AS b", ["x" * (TWO_MB // 2 + 1)]),
        "too big",
    ),
    "stored": (
        ("INSERT INTO big VALUES (?1, ?1)", ["x" * (TWO_MB // 2 - HEADER)]),
        ("INSERT INTO big VALUES (?1, ?1)", ["x" * (TWO_MB // 2)]),
        "too big",
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
async def test_each_limit(case: tuple[tuple[str, list[Value]], tuple[str, list[Value]], str]) -> None:
    (fits, given), (above, too_much), message = case
    database = SqliteDatabase()
    await database.all("CREATE TABLE big (a TEXT, b TEXT)")
    await database.all(fits, *given)
    with pytest.raises(StatementRefused, match=message):
        await database.all(above, *too_much)
    with pytest.raises(StatementRefused, match=message):
        await database.batch([Statement("INSERT INTO big VALUES (1, 2)", ()), Statement(above, tuple(too_much))])
    assert await database.all("SELECT count(*) AS n FROM big WHERE b = '2.0'") == [{"n": 0}]


@pytest.mark.parametrize(
    "sql", ["SELECT nothing FROM vehicles", "SELECT 1 FROM nothing", "SELEC", "SELECT ?1", "SELECT json('x')", "SELECT nothing()"]
)
async def test_a_statement_that_cannot_run_is_refused(sql: str) -> None:
    with pytest.raises(StatementRefused):
        await SqliteDatabase().all(sql)


# What D1 said in the local runtime, and the messages of developers.cloudflare.com/d1/observability/debug-d1.
@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Error: D1_ERROR: UNIQUE constraint failed: vehicles.vin: SQLITE_CONSTRAINT", "UniqueViolation"),
        ("D1_ERROR: NOT NULL constraint failed: sync_tasks.state: SQLITE_CONSTRAINT", "LeaseLost"),
        ("D1_ERROR: CHECK constraint failed: price_cents: SQLITE_CONSTRAINT", "ConstraintViolation"),
        ("Error: D1_ERROR: too many terms in compound SELECT: SQLITE_ERROR", "StatementRefused"),
        ("D1_ERROR: no such column: nope at offset 7: SQLITE_ERROR", "StatementRefused"),
        ("D1_ERROR: no such table: nope", "StatementRefused"),
        ('D1_ERROR: near "SELEC": syntax error at offset 0: SQLITE_ERROR', "StatementRefused"),
        ("D1_ERROR: string or blob too big: SQLITE_TOOBIG", "StatementRefused"),
        ("D1_ERROR: statement too long: SQLITE_TOOBIG", "StatementRefused"),
        ("D1_ERROR: parser stack overflow: SQLITE_ERROR", "StatementRefused"),
        ("D1_ERROR: datatype mismatch: SQLITE_MISMATCH", "StatementRefused"),
        ("D1_ERROR: malformed JSON: SQLITE_ERROR", "StatementRefused"),
        ("D1_ERROR: LIKE or GLOB pattern too complex: SQLITE_ERROR", "StatementRefused"),
        ("D1_ERROR: Wrong number of parameter bindings for SQL query.", "StatementRefused"),
        ("D1_TYPE_ERROR: Type 'object' not supported for value '[object Object]'", "StatementRefused"),
        ("D1_ERROR: D1 DB is overloaded. Too many requests queued.", "DatabaseUnavailable"),
        ("D1_ERROR: D1 DB is overloaded. Requests queued for too long.", "DatabaseUnavailable"),
        ("D1_ERROR: Network connection lost.", "DatabaseUnavailable"),
        ("D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.", "DatabaseUnavailable"),
        ("D1_ERROR: D1 DB reset because its code was updated.", "DatabaseUnavailable"),
        ("D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.", "DatabaseUnavailable"),
        ("D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.", "DatabaseUnavailable"),
        ("D1_ERROR: database is locked: SQLITE_BUSY", "DatabaseUnavailable"),
        ("D1_ERROR: interrupted: SQLITE_INTERRUPT", "DatabaseUnavailable"),
        ("D1_ERROR: disk I/O error: SQLITE_IOERR", "DatabaseUnavailable"),
        ("D1_ERROR: database or disk is full: SQLITE_FULL", "DatabaseUnavailable"),
    ],
)
def test_what_d1_says_is_told_apart(message: str, kind: str) -> None:
    assert type(database_error(message)).__name__ == kind


async def test_the_constraints_are_told_apart_as_d1_does() -> None:
    database = SqliteDatabase()
    await database.all("CREATE TABLE once (name TEXT UNIQUE, size INTEGER CHECK (size > 0))")
    await database.all("INSERT INTO once VALUES ('a', 1)")
    with pytest.raises(UniqueViolation, match=r"once\.name"):
        await database.all("INSERT INTO once VALUES ('a', 1)")
    with pytest.raises(ConstraintViolation) as refused:
        await database.all("INSERT INTO once VALUES ('b', 0)")
    assert not isinstance(refused.value, (UniqueViolation, LeaseLost))


class Slow(NoDownloads):
    """A network whose answers wait until all have come that come."""

    async def request(self, *args: object, **limits: object) -> HttpResponse:
        for _ in range(20):
            await asyncio.sleep(0)
        return HttpResponse(200, {}, b"12345")


async def ask(http: CountedHttp, max_bytes: int = 5) -> HttpResponse:
    return await http.request("GET", "http://partner.test/", {}, None, timeout_s=1, max_bytes=max_bytes)


async def test_six_connections_at_once() -> None:
    http = CountedHttp(Slow())
    await asyncio.gather(*(ask(http) for _ in range(6)))
    assert http.most_open == 6
    with pytest.raises(Exceeded, match="7 connections"):
        await asyncio.gather(*(ask(http) for _ in range(7)))


async def test_an_answer_that_is_too_large() -> None:
    with pytest.raises(AnswerTooLarge):
        await ask(CountedHttp(Slow()), max_bytes=4)


async def test_a_thousand_queries() -> None:
    database = CountedDatabase(SqliteDatabase())
    await database.batch([Statement("SELECT 1")] * 998)
    await database.all("SELECT 1")
    await database.first("SELECT 1")
    with pytest.raises(Exceeded):
        await database.all("SELECT 1")


def test_a_delivery_of_fifteen_minutes() -> None:
    watch = Stopwatch(datetime(2025, 2, 3, tzinfo=UTC))
    watch.stop(datetime(2025, 2, 3, 0, 15, tzinfo=UTC))
    with pytest.raises(Exceeded):
        watch.stop(datetime(2025, 2, 3, 0, 15, 1, tzinfo=UTC))


def test_the_answers_of_one_invocation_fit_into_an_isolate() -> None:
    """128 MB, of which the program itself takes 43 MiB when it starts (measured on workerd)."""
    assert AT_ONCE * MAX_BYTES <= (128 - 43 - 20) * 1024 * 1024
