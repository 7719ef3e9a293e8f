"""The trade: values and pure functions."""
