"""How any sync task is queued, run and settled. It knows no partner.

Glossary:

- task            one thing that one partner must be brought in step with: (target, kind, subject), unique
- target, kind    the partner, and what the task does there; `task_kinds.TASKS` maps them to work
- enqueue         to raise a task's wanted revision, in the same batch as the change
- wanted, done    revisions: a task whose done revision equals its wanted one is in step
- wake-up         a queue message that says "look at this task"; losing one costs a minute
- lease           the right to work on a task until a time; settling demands the lease's token
- worker          what takes leases and runs the tasks of one delivery
- outcome         what a run came to: done, more to do, try later, blocked or dead; settled in one batch
- fence           a CASE without ELSE that yields NULL for a NOT NULL column when a lease is lost, and so refuses the batch
- throttle        the limit on a partner's calls, kept in D1 for all instances; a throttled try is no attempt
- blocked         waits for the dealer: to configure a partner, or to sign in again
- probe           one blocked task that goes from time to time, to see whether the partner lets us in again
- dead            given up: refused for good, or out of attempts; the dealer retries or discards it
- recovery        the cron's part: waking what was lost, releasing what is no longer blocked
- dead letter     a message that the queue gave up on
- question        what only the dealer can decide; its answer and what the choice does are one batch (`questions`)
- coalescing      sending the statements of tasks that run side by side in one database call
"""
