-- What the daily cleanup deletes of the tasks.
CREATE INDEX sync_tasks_passing ON sync_tasks (updated_at)
  WHERE state = 'done' AND kind IN ('event', 'payment', 'invoice_check', 'expense_check', 'alert', 'pull', 'old_listing');
-- The calls, states and counts that are over.
CREATE INDEX partner_calls_age ON partner_calls (started_at);
CREATE INDEX oauth_states_expires ON oauth_states (expires_at);
CREATE INDEX rate_limits_resets ON rate_limits (resets_at);
-- The list of tasks, last changed first.
CREATE INDEX sync_tasks_newest ON sync_tasks (updated_at DESC, id DESC);
CREATE INDEX webhook_events_bodies ON webhook_events (received_at) WHERE body <> '';
-- How many cars are on a site.
CREATE INDEX listings_live ON listings (vin) WHERE state = 'live';
