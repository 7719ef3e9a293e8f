"""Simulated partners of CarLot Manager, all in one process on one port.

Run it with `python -m simulators --port 9000`. The modules:

- `__main__`      the command line: flags, ready line, clean shutdown
- `app`           assembles core and partners into one aiohttp application
- `core`          shared by all partners: ledger, faults, and the middleware that applies them
- `ledger`        records every request to a partner and its response
- `faults`        the fault knobs, their seeded random draw and their script
- `mishaps`       applies a fault to the connection: dropped connections, truncated bodies, stalls
- `control`       `/_sim`: ledger, faults, reset, and the list of control endpoints
- `partner`       the interface of a partner module
- `wayne_reeves`  the DMS: its lot, its API, its controls, its webhooks
- `quickbooks`    the books: consent, tokens, the Accounting API, their controls and webhooks
- `listings`      CarGurus, TrueCar and Kelley Blue Book
- `alerts`        a sink for alert messages
- `vin`           VINs with a correct check digit
- `vin_decoder`  NHTSA's vPIC, for VINs
- `generate`      thousands of made-up vehicles

A new partner is one module with a class that satisfies `partner.Partner`, and one line in `app.make_partners`.
"""
