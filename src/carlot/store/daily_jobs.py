"""The daily_jobs table: the jobs that were done on each of the dealer's days."""

from __future__ import annotations

from collections.abc import Collection

from pydantic_core import to_json

from carlot.platform.ports import Database, Statement, statement

# A job was done on a day. Breaks the primary key when it was already.
INSERT = "INSERT INTO daily_jobs (job, local_date, done_at) VALUES (?1, ?2, ?3)"

# Whether a job was done on a day.
DONE = "SELECT 1 FROM daily_jobs WHERE job = ?1 AND local_date = ?2"

# Those of the jobs in ?1 that were ever done.
EVER = "SELECT job.value AS job FROM json_each(?1) AS job WHERE EXISTS (SELECT 1 FROM daily_jobs d WHERE d.job = job.value)"

# What was done does not count any more. ?1 the beginning of the names of jobs.
FORGET = "DELETE FROM daily_jobs WHERE substr(job, 1, length(?1)) = ?1"


def insert(job: str, local_date: str, now: str) -> Statement:
    """Note that a job was done on that day; fails its batch when it was before."""
    return statement(INSERT, job, local_date, now)


async def is_done(database: Database, job: str, local_date: str) -> bool:
    """Whether a job was done on that day."""
    return await database.first(DONE, job, local_date) is not None


async def ever(database: Database, jobs: Collection[str]) -> set[str]:
    """Those of the jobs that were ever done."""
    return {str(row["job"]) for row in await database.all(EVER, to_json(list(jobs)).decode())}


def forget(prefix: str) -> Statement:
    """Forget when the jobs were done whose names begin so."""
    return statement(FORGET, prefix)
