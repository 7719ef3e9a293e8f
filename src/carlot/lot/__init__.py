"""What a change on the lot means: what is written and who must be notified."""
