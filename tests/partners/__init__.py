"""One folder a partner."""
