"""The VIN decoder, NHTSA's vPIC: what a car is, by its VIN. Down or slow, it means only that nothing is offered.

- `client`  the two requests: one VIN, and up to fifty
- `mapping`  vPIC's words as a dealer says them
- `decode`  the work: a VIN that the desk asks about, and the empty fields of a car that was imported
"""
