"""The local commands: what makes the local runtime (setup, bundle), what runs on it (worker, demo), doctor, deploy."""
