"""The VIN decoder: its answers in our words, and that no failure of it is anybody's problem."""
