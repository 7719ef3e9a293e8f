"""README and the guides are true: what they name is there, and what they print runs."""
