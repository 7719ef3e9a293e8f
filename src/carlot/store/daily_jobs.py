"""The daily_jobs table: the jobs that were started on each of the dealer's days."""

from __future__ import annotations

from collections.abc import Collection

from pydantic_core import to_json

from carlot.platform.ports import Database, Statement, statement

# A job was started on a day. Breaks the primary key when it was already.
INSERT = "INSERT INTO daily_jobs (job, local_date, started_at) VALUES (?1, ?2, ?3)"

# Those of the jobs in ?1 that were ever started.
EVER = "SELECT job.value AS job FROM json_each(?1) AS job WHERE EXISTS (SELECT 1 FROM daily_jobs d WHERE d.job = job.value)"


def insert(job: str, local_date: str, now: str) -> Statement:
    """Note that a job was started on that day; fails its batch when it was before."""
    return statement(INSERT, job, local_date, now)


async def ever(database: Database, jobs: Collection[str]) -> set[str]:
    """Those of the jobs that were ever started."""
    return {str(row["job"]) for row in await database.all(EVER, to_json(list(jobs)).decode())}
