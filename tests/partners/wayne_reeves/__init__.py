"""The dealer management system."""
