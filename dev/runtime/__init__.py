"""The local runtime: what makes it (setup, bundle), and what runs on it (worker, demo), looks at it (doctor) or leaves it (deploy)."""
