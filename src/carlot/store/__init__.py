"""Every SQL statement, by table. A change and the sync tasks it raises are one batch."""
