"""HMAC-SHA-256, as every webhook's signature is made of it, against Project Wycheproof's vectors.

The examples of the RFCs and of Standard Webhooks stand with the schemes, in tests/webhooks/test_signature.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from carlot.partners import signature

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors" / "wycheproof_hmac_sha256.json").read_text())[
    "tests"
]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['tcId']}-{vector['result']}")
def test_hmac_agrees_with_the_wycheproof_vectors(vector: dict[str, Any]) -> None:
    made = signature._hmac(bytes.fromhex(vector["key"]), bytes.fromhex(vector["msg"]))
    assert signature._same(made.hex(), vector["tag"]) == (vector["result"] == "valid")


def test_a_flipped_tag_is_one_bit_away_from_the_right_one() -> None:
    """So that a vector copied wrongly does not pass for a forged one."""
    flipped = [vector for vector in VECTORS if vector["result"] == "invalid"]
    assert len(flipped) == 8
    for vector in flipped:
        made = signature._hmac(bytes.fromhex(vector["key"]), bytes.fromhex(vector["msg"]))
        assert (int.from_bytes(made, "big") ^ int(vector["tag"], 16)).bit_count() == 1


@pytest.mark.parametrize("length", [0, 1, 16, 31])
def test_a_shortened_tag_is_refused(length: int) -> None:
    made = signature._hmac(b"key", b"message")
    assert not signature._same(made.hex(), made[:length].hex())
