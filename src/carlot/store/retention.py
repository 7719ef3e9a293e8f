"""What is deleted when it has had its time, a part of each table at a time. How long each table is kept stands in schema.sql."""

from __future__ import annotations

from carlot.platform.ports import Statement, statement

# Tasks that have done what they were for and that nothing refers to. The condition is that of their index.
TASKS = """
DELETE FROM sync_tasks WHERE id IN (SELECT id FROM sync_tasks INDEXED BY sync_tasks_passing
  WHERE state = 'done' AND kind IN ('event', 'payment', 'invoice_check', 'expense_check', 'alert', 'pull', 'old_listing') AND updated_at < ?1
  ORDER BY updated_at LIMIT ?2)
RETURNING 1"""

# Events that were settled.
EVENTS = """
DELETE FROM webhook_events WHERE id IN (SELECT id FROM webhook_events WHERE received_at < ?1 AND settled_at IS NOT NULL
  ORDER BY received_at LIMIT ?2)
RETURNING 1"""

# The pages and the files of old runs, and then the runs. The two last complete ones stay: the next run is compared with them.
_OLD_RUNS = """SELECT id FROM import_runs WHERE created_at < ?1 AND finished_at IS NOT NULL
  AND id NOT IN (SELECT id FROM import_runs WHERE status = 'completed' ORDER BY created_at DESC, id LIMIT 2)
  AND id NOT IN (SELECT id FROM import_runs WHERE status = 'completed' AND NOT shrunken ORDER BY created_at DESC, id LIMIT 2)"""
PAGES = f"""
DELETE FROM import_pages WHERE rowid IN (SELECT p.rowid FROM import_pages p WHERE p.run_id IN ({_OLD_RUNS}) LIMIT ?2)
RETURNING 1"""
FILES = f"""
DELETE FROM inventory_files WHERE id IN (SELECT f.id FROM inventory_files f WHERE f.deleted_at IS NOT NULL AND f.run_id IN ({_OLD_RUNS}) LIMIT ?2)
RETURNING 1"""
RUNS = f"""
DELETE FROM import_runs WHERE id IN (SELECT id FROM ({_OLD_RUNS}) AS old
  WHERE NOT EXISTS (SELECT 1 FROM import_pages p WHERE p.run_id = old.id)
    AND NOT EXISTS (SELECT 1 FROM inventory_files f WHERE f.run_id = old.id) LIMIT ?2)
RETURNING 1"""

# Calls of partners that are no longer called; those of the others go with each call.
CALLS = "DELETE FROM partner_calls WHERE id IN (SELECT id FROM partner_calls WHERE started_at < ?1 LIMIT ?2) RETURNING 1"

STATES = "DELETE FROM oauth_states WHERE state_sha256 IN (SELECT state_sha256 FROM oauth_states WHERE expires_at < ?1 LIMIT ?2) RETURNING 1"

ALERTS = "DELETE FROM alerts WHERE subject IN (SELECT subject FROM alerts WHERE cleared_at < ?1 LIMIT ?2) RETURNING 1"

# The last day of each job stays: it says that the job was ever done.
DAYS = """
DELETE FROM daily_jobs WHERE rowid IN (SELECT d.rowid FROM daily_jobs d WHERE d.local_date < substr(?1, 1, 10)
  AND EXISTS (SELECT 1 FROM daily_jobs later WHERE later.job = d.job AND later.local_date > d.local_date) LIMIT ?2)
RETURNING 1"""


def tasks(before: str, most: int) -> Statement:
    """Delete tasks that are done and that nothing refers to. A row comes back for each; so it is with all of these."""
    return statement(TASKS, before, most)


def events(before: str, most: int) -> Statement:
    """Delete events that were settled."""
    return statement(EVENTS, before, most)


def pages(before: str, most: int) -> Statement:
    """Delete the pages of old runs."""
    return statement(PAGES, before, most)


def files(before: str, most: int) -> Statement:
    """Delete what is known of files of old runs."""
    return statement(FILES, before, most)


def runs(before: str, most: int) -> Statement:
    """Delete old runs that have no page any more."""
    return statement(RUNS, before, most)


def calls(before: str, most: int) -> Statement:
    """Delete calls that are over."""
    return statement(CALLS, before, most)


def states(before: str, most: int) -> Statement:
    """Delete authorisations that have ended."""
    return statement(STATES, before, most)


def alerts(before: str, most: int) -> Statement:
    """Delete alerts that are over."""
    return statement(ALERTS, before, most)


def days(before: str, most: int) -> Statement:
    """Delete the days of jobs, except the last one of each."""
    return statement(DAYS, before, most)
