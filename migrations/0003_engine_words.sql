-- A discarded task is marked by a column, and no longer by a sentence.
ALTER TABLE sync_tasks ADD COLUMN discarded_at TEXT;
UPDATE sync_tasks SET discarded_at = updated_at, outcome = NULL WHERE state = 'done' AND outcome = 'Discarded.';

-- Tasks that read an invoice or an expense back are checks.
UPDATE sync_tasks SET kind = 'invoice_check' WHERE kind = 'invoice_look';
UPDATE sync_tasks SET kind = 'expense_check' WHERE kind = 'expense_look';

-- A price of 0 means that the car has no price. It was stored, and shown as $0.
UPDATE vehicles SET price_cents = NULL, version = version + 1 WHERE price_cents = 0;
