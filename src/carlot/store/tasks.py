"""The sync_tasks table: raise, lease, settle, sweep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from carlot.platform.ports import Database, Row, Statement, statement

DELIVERY_S = 30
"""How long a wake-up may take before the recovery sends another."""


def enqueue_select(
    *, target: str, kind: str, subject: str, vehicle: str = "NULL", now: str, deadline: str = "NULL", source: str
) -> str:
    """Build the statement that enqueues one task for each row of `source`, a FROM clause with its WHERE. All are SQL expressions.

    There is one row for each (target, kind, subject): enqueued again, its wanted revision rises. A task in back-off keeps its time, so
    that a burst of changes cannot storm a partner, unless it gets a deadline now; so does one that is blocked. A dead task is tried again. The first deadline
    counts until the task is done. Every row that comes back has the id of a task to wake.
    """
    return f"""
INSERT INTO sync_tasks (id, target, kind, subject_id, vehicle_id, next_attempt_at, wake_due_at, deadline_at, created_at, updated_at)
SELECT lower(hex(randomblob(16))), {target}, {kind}, {subject}, {vehicle}, {now},
  strftime('%Y-%m-%dT%H:%M:%fZ', {now}, '+{DELIVERY_S} seconds'), {deadline}, {now}, {now}
{source}
ON CONFLICT (target, kind, subject_id) DO UPDATE SET
  wanted_rev = wanted_rev + 1,
  state = iif(state IN ('done', 'dead') OR (state = 'blocked' AND deadline_at IS NULL AND excluded.deadline_at IS NOT NULL), 'pending', state),
  next_attempt_at = iif(state IN ('done', 'dead') OR (state IN ('pending', 'blocked') AND deadline_at IS NULL AND excluded.deadline_at IS NOT NULL),
    excluded.next_attempt_at, next_attempt_at),
  wake_due_at = iif(state IN ('done', 'dead', 'blocked'), excluded.wake_due_at, wake_due_at),
  attempts = iif(state = 'dead', 0, attempts),
  interrupted = iif(state = 'dead', 0, interrupted),
  verdict = iif(state = 'dead', NULL, verdict),
  repeats = iif(state = 'dead', 0, repeats),
  failing_since = iif(state = 'dead', NULL, failing_since),
  denied_at = iif(state = 'dead', NULL, denied_at),
  discarded_at = NULL,
  deadline_at = iif(excluded.deadline_at IS NULL, NULL, coalesce(deadline_at, excluded.deadline_at)),
  updated_at = excluded.updated_at
RETURNING id"""


# A change wants one partner brought in step. ?1 now, ?2 to ?6 the request.
ENQUEUE = enqueue_select(target="?2", kind="?3", subject="?4", vehicle="?5", now="?1", deadline="?6", source="WHERE true")

# Take those of the given tasks that are due and that nobody holds. The attempt is counted before the work; a lease that ran out
# without being settled is counted as interrupted. What was interrupted may be what killed its worker: asked for with others, it comes
# back without a lease, to be asked for alone. A partner that is blocked says why, unless its probe is due. Nothing is taken of a
# partner that is paused by hand.
# A car of a site that takes files brings the file along that is due: in a burst, its own message would come after those of all the cars.
# ?1 ids as JSON, ?2 lease token, ?3 now, ?4 JSON array of [target, kind, until when].
LEASE = """
UPDATE sync_tasks SET
  interrupted = interrupted + (state = 'running'), attempts = attempts + due.taken, state = iif(due.taken, 'running', 'pending'),
  lease_token = iif(due.taken, ?2, NULL), leased_until = iif(due.taken, due.until, NULL),
  wake_due_at = iif(due.taken, due.until, wake_due_at), updated_at = ?3
FROM (
  SELECT t.id, coalesce((SELECT l.value ->> 2 FROM json_each(?4) AS l WHERE l.value ->> 0 = t.target AND l.value ->> 1 = t.kind), ?3) AS until,
    (t.state = 'pending' AND t.interrupted = 0) OR json_array_length(?1) = 1 AS taken
  FROM sync_tasks t WHERE t.id IN (SELECT value FROM json_each(?1) UNION ALL
      SELECT f.id FROM sync_tasks f WHERE f.kind = 'file' AND f.subject_id = 'all' AND f.state = 'pending' AND f.target IN (
        SELECT a.target FROM sync_tasks a WHERE a.kind = 'listing' AND a.id IN (SELECT value FROM json_each(?1))))
    AND ((t.state = 'pending' AND t.next_attempt_at <= ?3) OR (t.state = 'running' AND t.leased_until <= ?3))
    AND NOT EXISTS (SELECT 1 FROM partners p WHERE p.target = t.target AND p.held_at IS NOT NULL)) AS due
WHERE sync_tasks.id = due.id
RETURNING id, target, kind, subject_id, vehicle_id, wanted_rev, attempts, interrupted, verdict, repeats, failing_since, deadline_at,
  lease_token,
  updated_at AS leased_at,
  (SELECT p.blocked_reason FROM partners p WHERE p.target = sync_tasks.target AND p.probe_at > ?3) AS blocked_reason"""

# The fence. `state` may not be NULL: when the lease is no longer ours, this statement fails and takes the whole batch with it.
FENCED = "CASE WHEN lease_token = ?2 THEN {state} END"

# It worked up to the revision that was leased; if more was wanted since, or there is more to do, it goes on at once.
# ?3 leased revision, ?4 now, ?5 what the partner took, ?6 1 when there is more to do, ?7 when the sweep wakes it,
# ?8 until when whoever holds it goes on with what there is more to do; NULL: it lets go.
SETTLE_DONE = f"""
UPDATE sync_tasks SET
  state = {FENCED.format(state="CASE WHEN ?8 IS NOT NULL THEN 'running' WHEN wanted_rev > ?3 OR ?6 THEN 'pending' ELSE 'done' END")},
  done_rev = iif(?6, done_rev, ?3), attempts = ?8 IS NOT NULL, interrupted = 0, verdict = NULL, repeats = 0, failing_since = NULL, denied_at = NULL, error = NULL,
  exchange = NULL,
  outcome = coalesce(?5, outcome), discarded_at = NULL, done_at = iif(?6, done_at, ?4), deadline_at = iif(wanted_rev > ?3 OR ?6, deadline_at, NULL),
  lease_token = iif(?8 IS NULL, NULL, lease_token), leased_until = ?8, next_attempt_at = ?4, wake_due_at = ifnull(?8, ?7), updated_at = ?4
WHERE id = ?1
RETURNING state, wanted_rev"""

# It did not work. ?3 the state it goes to, ?4 now, ?5 the error, ?6 next attempt, ?7 when the sweep wakes it, ?8 1 when it was tried,
# ?9 what the partner said against this request; NULL: it gave no verdict. ?10 1 when it refused our credentials.
SETTLE_FAILED = f"""
UPDATE sync_tasks SET
  state = {FENCED.format(state="?3")}, error = ?5, failing_since = iif(?8, coalesce(failing_since, ?4), failing_since),
  attempts = attempts - (NOT ?8), interrupted = 0,
  verdict = coalesce(?9, verdict), repeats = CASE WHEN ?9 IS NULL THEN repeats WHEN ?9 = verdict THEN repeats + 1 ELSE 1 END,
  denied_at = iif(?10, coalesce(denied_at, ?4), denied_at),
  lease_token = NULL, leased_until = NULL, next_attempt_at = ?6, wake_due_at = ?7, updated_at = ?4
WHERE id = ?1
RETURNING state"""

# The last call of a task that failed.
KEEP_EXCHANGE = "UPDATE sync_tasks SET exchange = ?2 WHERE id = ?1"

# It is still being worked on. ?3 until when the lease holds now.
EXTEND = f"UPDATE sync_tasks SET state = {FENCED.format(state='state')}, leased_until = ?3, wake_due_at = ?3 WHERE id = ?1"

# Tasks that should have been awake by now: their message was lost or their lease ran out. They are given time to be delivered.
# Those with a deadline come first. ?1 now, ?2 when they are woken again, ?3 the most of each.
SWEEP = """
UPDATE sync_tasks SET wake_due_at = ?2
WHERE (id IN (SELECT id FROM sync_tasks WHERE deadline_at IS NOT NULL AND state IN ('pending', 'running') AND wake_due_at <= ?1
      AND target NOT IN (SELECT target FROM partners WHERE held_at IS NOT NULL) ORDER BY deadline_at LIMIT ?3)
  OR id IN (SELECT id FROM sync_tasks WHERE state IN ('pending', 'running') AND wake_due_at <= ?1
      AND target NOT IN (SELECT target FROM partners WHERE held_at IS NOT NULL) ORDER BY wake_due_at LIMIT ?3))
RETURNING id, target, kind, deadline_at"""

# Blocked tasks of a partner that is ready again.
RELEASE = """
UPDATE sync_tasks SET state = 'pending', error = NULL, failing_since = NULL, probed_at = NULL, next_attempt_at = ?2, wake_due_at = ?2,
  updated_at = ?2
WHERE state = 'blocked' AND target = ?1"""

# One blocked task of a partner, to see whether it lets us in again: the most urgent one of those that were not tried yet. Where cars go
# out in a file, only the task of the file calls the partner.
PROBE = """
UPDATE sync_tasks SET state = 'pending', error = NULL, failing_since = NULL, probed_at = ?2, next_attempt_at = ?2, wake_due_at = ?2,
  updated_at = ?2
WHERE id = (SELECT id FROM sync_tasks WHERE state = 'blocked' AND target = ?1
  ORDER BY kind <> 'file', probed_at, deadline_at IS NULL, deadline_at, created_at LIMIT 1)"""

# Targets that have blocked tasks.
BLOCKED_TARGETS = "SELECT DISTINCT target FROM sync_tasks WHERE state = 'blocked'"

# The work on a subject need not wait for its time.
RUN_NOW = """
UPDATE sync_tasks SET next_attempt_at = ?2, wake_due_at = ?2, updated_at = ?2
WHERE subject_id = ?1 AND state = 'pending'
RETURNING id"""


# A partner is no longer paused: what waits for it is due now, unless it waits for a later time of its own.
HASTEN = """
UPDATE sync_tasks SET wake_due_at = ?2 WHERE target = ?1 AND state = 'pending' AND next_attempt_at <= ?2
RETURNING id"""


@dataclass(frozen=True, slots=True)
class Lease:
    """A task that is ours until its lease runs out.

    `attempts` counts this one; `verdict`: what its partner last said against it, `repeats` times in a row; `blocked_reason`: why its
    partner takes no calls.
    """

    id: str
    target: str
    kind: str
    subject_id: str
    vehicle_id: str | None
    wanted_rev: int
    attempts: int
    interrupted: int
    failing_since: str | None
    lease_token: str
    leased_at: str
    blocked_reason: str | None = None
    verdict: str | None = None
    repeats: int = 0
    deadline_at: str | None = None

    def refusals(self, verdict: str) -> int:
        """How many times in a row its partner has refused it so, this one counted."""
        return self.repeats + 1 if verdict == self.verdict else 1


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """A partner is to be brought in step with a subject, before a deadline where one was promised."""

    target: str
    kind: str
    subject_id: str
    vehicle_id: str | None = None
    deadline: str | None = None


Enqueue = TaskRequest | Statement
"""What enqueues tasks: a request for one, or a statement made with `enqueue_select`."""


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What the work of several tasks came to together: written once, in the one batch that settles them all."""

    writes: tuple[Statement, ...] = ()
    enqueue: tuple[Enqueue, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a task's work came to.

    `writes` and `enqueue` go into the batch that settles the task, in that order; `summary` says in plain words what the partner
    took; with `more` the task continues at once. Tasks with the same `shared` writes are settled in one batch, which has them
    behind the writes of each; such a task enqueues nothing of its own and has no more to do.
    """

    writes: tuple[Statement, ...] = ()
    summary: str | None = None
    more: bool = False
    enqueue: tuple[Enqueue, ...] = ()
    shared: Shared | None = None


def _lease(row: Row) -> Lease:
    text: dict[str, Any] = {name: row[name] for name in ("id", "target", "kind", "subject_id", "vehicle_id")}
    return Lease(
        **text,
        wanted_rev=int(row["wanted_rev"]),
        attempts=int(row["attempts"]),
        interrupted=int(row["interrupted"]),
        failing_since=row["failing_since"],
        lease_token=row["lease_token"],
        leased_at=row["leased_at"],
        blocked_reason=row["blocked_reason"],
        verdict=row["verdict"],
        repeats=int(row["repeats"]),
        deadline_at=row["deadline_at"],
    )


def enqueue(requests: Iterable[Enqueue], now: str) -> list[Statement]:
    """Return the statements that enqueue tasks; the rows that come back have the ids to wake."""
    return [
        statement(ENQUEUE, now, request.target, request.kind, request.subject_id, request.vehicle_id, request.deadline)
        if isinstance(request, TaskRequest)
        else request
        for request in requests
    ]


async def lease(
    database: Database, task_ids: list[str], token: str, now: str, until: Mapping[tuple[str, str], str]
) -> tuple[list[Lease], list[str]]:
    """Take the tasks that are due and free, each until the time for its (target, kind).

    Return them, those with the earliest deadline first, and the ids to be taken alone.
    """
    ends = to_json([[*key, end] for key, end in until.items()]).decode()
    rows = await database.all(LEASE, to_json(task_ids).decode(), token, now, ends)
    taken = sorted((_lease(row) for row in rows if row["lease_token"]), key=lambda lease: lease.deadline_at or "9")
    return taken, [str(row["id"]) for row in rows if not row["lease_token"]]


def settle_done(
    taken: Lease, *, now: str, summary: str | None, more: bool, wake_due: str, held_until: str | None = None
) -> Statement:
    """It worked; fails its batch when the lease is lost.

    When there is `more` to do and whoever holds the lease goes on with it, it is `held_until` then. The row that comes back has
    the `state` and the `wanted_rev`.
    """
    return statement(SETTLE_DONE, taken.id, taken.lease_token, taken.wanted_rev, now, summary, int(more), wake_due, held_until)


def settle_failed(
    taken: Lease,
    *,
    state: str,
    now: str,
    error: str,
    next_attempt: str,
    wake_due: str,
    tried: bool,
    verdict: str | None,
    denied: bool,
) -> Statement:
    """It did not work; `state` is `pending`, `blocked` or `dead`, `verdict` what the partner said against this very request.

    `denied`: it refused our credentials.

    Fails its batch when the lease is lost.
    """
    return statement(
        SETTLE_FAILED, taken.id, taken.lease_token, state, now, error, next_attempt, wake_due, int(tried), verdict, int(denied)
    )


def keep_exchange(taken: Lease, exchange: str) -> Statement:
    """Keep the call that failed, in JSON, for whoever looks at the task."""
    return statement(KEEP_EXCHANGE, taken.id, exchange)


def extend(taken: Lease, until: str) -> Statement:
    """Hold a lease for longer; fails its batch when it is lost."""
    return statement(EXTEND, taken.id, taken.lease_token, until)


async def sweep(database: Database, now: str, wake_due: str, most: int, urgent_by: str) -> list[str]:
    """The ids of tasks whose wake-up is overdue, each put off until `wake_due`.

    Those with a deadline up to `urgent_by` come first; those that can be worked on together stand side by side.
    """
    rows = await database.all(SWEEP, now, wake_due, most)
    ahead = sorted(rows, key=lambda row: ((row["deadline_at"] or "9") > urgent_by, str(row["target"]), str(row["kind"])))
    return [str(row["id"]) for row in ahead]


async def run_now(database: Database, subject_id: str, now: str) -> list[str]:
    """Make the waiting tasks of a subject due now; answer their ids, to be woken."""
    return [str(row["id"]) for row in await database.all(RUN_NOW, subject_id, now)]


def hasten(target: str, now: str) -> Statement:
    """Make what waits for a partner due now; the rows that come back have the ids to wake."""
    return statement(HASTEN, target, now)


def release(target: str, now: str) -> Statement:
    """Let the blocked tasks of a partner go again; the sweep wakes them."""
    return statement(RELEASE, target, now)


def probe(target: str, now: str) -> Statement:
    """Let one blocked task of a partner go."""
    return statement(PROBE, target, now)


async def blocked_targets(database: Database) -> list[str]:
    """The partners that have blocked tasks."""
    return [str(row["target"]) for row in await database.all(BLOCKED_TARGETS)]
