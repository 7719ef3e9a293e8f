-- A time ahead of our clock made every later record of its car look old. Such a time counts as not given.
UPDATE vehicles SET dms_updated_at = NULL WHERE dms_updated_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+10 minutes');
