"""The demo lot: sixty made-up used vehicles with drawn pictures.

- `cars.psv`   the vehicles, written by hand: one a line, fields separated by `|`
- `make_lot`   completes VINs and stock numbers, and writes `lot.json` and the pictures in `public/demo`
- `drawing`    draws the pictures
- `lot.json`   what `make_lot` made; the simulated DMS serves it
- `public/demo/lot.csv`   the same as a file to import, for a lot without a DMS
"""
