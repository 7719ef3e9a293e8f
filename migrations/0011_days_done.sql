-- A day's job is noted when it is done; the pull of a day is done when a run for that day is complete.
ALTER TABLE daily_jobs RENAME COLUMN started_at TO done_at;
ALTER TABLE import_runs ADD COLUMN day TEXT CHECK (day GLOB '????-??-??');
CREATE INDEX import_runs_day ON import_runs (day) WHERE day IS NOT NULL;
-- The pull of the day of the upgrade counts as done when it is complete.
UPDATE import_runs SET day = (SELECT max(local_date) FROM daily_jobs WHERE job = 'wayne-reeves-pull')
WHERE status IN ('queued', 'running', 'completed')
  AND created_at >= (SELECT max(done_at) FROM daily_jobs WHERE job = 'wayne-reeves-pull');
DELETE FROM daily_jobs WHERE job = 'wayne-reeves-pull';
