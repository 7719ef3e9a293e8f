-- An open alert tells what has come to it since, and is a reminder each day while something is overdue.
ALTER TABLE alerts ADD COLUMN newest TEXT NOT NULL DEFAULT '';
ALTER TABLE alerts ADD COLUMN sent_newest TEXT;
