"""The long fault run: CarLot, killed every few seconds beside partners that fail, loses nothing and doubles nothing.

- `plan`      what happens, all of it from a seed: changes, kills, faults
- `contact`   a Worker that is killed and started again, and what is asked of it until it answers
- `actors`    the dealer, who changes cars through the API, and the DMS, which changes its own and tells of it
- `sides`     what must agree at the end: CarLot with itself, and with each partner
- `run`       one run from its start to its judgement
- `__main__`  the command line: `make soak`

A partner joins with one class in `sides` and its line in `run.SIDES`.
"""
