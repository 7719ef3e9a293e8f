"""Benchmarks of CarLot beside a TypeScript peer.

`servers` starts and stops what is measured, `imports`, `lists` and `memory` measure, `report` compares and keeps.
"""
