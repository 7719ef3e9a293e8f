"""Simulated partners of CarLot Manager, all in one process on one port.

Run with `python -m simulators --port 9000`. What is where:

- `__main__`      the command line: flags, ready line, clean end
- `app`           puts core and partners together as one aiohttp application
- `core`          what every partner shares: ledger, faults, and the middleware that applies them
- `ledger`        every request a partner heard, and what it answered
- `faults`        the fault knobs, their seeded draw and their script
- `mishaps`       carries a fault out on the wire: dropped connections, cut bodies, stalls
- `control`       `/_sim`: ledger, faults, reset, and the list of control endpoints
- `partner`       what a partner module has to offer
- `wayne_reeves`  the DMS: its lot, its API, its controls, its webhooks
- `quickbooks`    the books: consent, tokens, the Accounting API, their controls and webhooks
- `listings`      CarGurus, TrueCar and Kelley Blue Book
- `alerts`        a sink for alert messages
- `vin`           VINs with a right check digit
- `generate`      made-up vehicles by the thousand

A new partner is one module with a class that satisfies `partner.Partner`, and one line in `app.make_partners`.
"""
