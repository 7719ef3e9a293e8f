"""The real runtime: workerd with its D1, its queue and its crons, and the simulated partners beside it."""
