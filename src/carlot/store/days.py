"""The daily_jobs table: what was started on which of the dealer's days."""

from __future__ import annotations

from carlot.errors import UniqueViolation
from carlot.ports import Database, Statement, statement

# A job was started on a day. Breaks the primary key when it was already.
INSERT = "INSERT INTO daily_jobs (job, local_date, started_at) VALUES (?1, ?2, ?3)"


def insert(job: str, local_date: str, now: str) -> Statement:
    """Note that a job was started on that day; fails its batch when it was before."""
    return statement(INSERT, job, local_date, now)


async def note(database: Database, day: Statement) -> None:
    """Note it unless it is noted."""
    try:
        await database.batch([day])
    except UniqueViolation:
        return
