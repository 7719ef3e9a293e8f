-- A refusal of our credentials is looked at once more before its partner is blocked, and a probe is not the same task each time.
ALTER TABLE partners ADD COLUMN doubted_at TEXT;
ALTER TABLE partners ADD COLUMN let_in_at TEXT;
ALTER TABLE sync_tasks ADD COLUMN denied_at TEXT;
ALTER TABLE sync_tasks ADD COLUMN probed_at TEXT;
-- The sweep wakes what has a deadline first.
CREATE INDEX sync_tasks_urgent ON sync_tasks (deadline_at) WHERE deadline_at IS NOT NULL AND state IN ('pending', 'running');
-- The probe of a blocked partner, and the tasks that wait for it.
CREATE INDEX sync_tasks_blocked ON sync_tasks (target, probed_at, deadline_at) WHERE state = 'blocked';
