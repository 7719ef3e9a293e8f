"""The local commands: setup, dev, worker, doctor, deploy, backup and restore, and the code that they share."""
