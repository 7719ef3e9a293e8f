"""What is shown of bodies: cars, documents and errors as they are, people and secrets never."""

from __future__ import annotations

import pytest

from carlot.domain.redaction import HIDDEN, MOST, shown_body, shown_json, shown_text, shown_url

HARMLESS = "The VIN 1HGCM82633A004352 of CL-S-E4B06CE60741 on 2025-02-03"
SECRETS = ("sk-live-1234567", "another secret")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"vin": "1HG", "price": 5, "sold": true, "trim": null}', {"vin": "1HG", "price": 5, "sold": True, "trim": None}),
        ('{"name": "Ann", "phone": 5550100, "Address": "Elm St"}', {"name": HIDDEN, "phone": HIDDEN, "Address": HIDDEN}),
        ('{"customer": {"id": "7", "message": "Ann"}}', {"customer": ["id", "message"]}),
        ('{"Customer": "Ann", "buyers": [1]}', {"Customer": HIDDEN, "buyers": HIDDEN}),
        ('{"access_token": "x", "refresh_token": "y"}', {"access_token": HIDDEN, "refresh_token": HIDDEN}),
        (
            '{"stock_number": "A1", "StockNumber": "A1", "model-year": 3}',
            {"stock_number": "A1", "StockNumber": "A1", "model-year": 3},
        ),
        ('[{"name": "Payment"}, {"photos": ["https://x.test/1"]}]', [{"name": "Payment"}, {"photos": ["https://x.test/1"]}]),
        ('{"message": "call ann@x.test or (555) 010-0199"}', {"message": f"call {HIDDEN} or {HIDDEN}"}),
        ('{"detail": "key sk-live-1234567 is not known"}', {"detail": f"key {HIDDEN} is not known"}),
        ("not JSON", None),
        ("[" * 100_000, None),
    ],
)
def test_json(body: str, shown: object) -> None:
    assert shown_json(body, SECRETS) == shown


def test_what_is_nested_too_deep_is_hidden() -> None:
    assert HIDDEN in str(shown_json('{"error":' * 60 + '"x"' + "}" * 60))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "The VIN 1HGCM82633A004352 of CL-S-E4B06CE60741 on 2025-02-03",
            "The VIN 1HGCM82633A004352 of CL-S-E4B06CE60741 on 2025-02-03",
        ),
        ("where DisplayName = 'Ann Lee'", f"where DisplayName = '{HIDDEN}'"),
        ('named "Ann"', f"named '{HIDDEN}'"),
        ("+1 555-010-0199, 555.010.0199", f"{HIDDEN}, {HIDDEN}"),
        ("another secret", HIDDEN),
    ],
)
def test_texts(text: str, shown: str) -> None:
    assert shown_text(text, SECRETS) == shown


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pass@x.test/a", "https://x.test/a"),
        ("https://x.test/a?key=abc&limit=5", f"https://x.test/a?key={HIDDEN}&limit=5"),
        ("https://x.test/hooks/another secret", f"https://x.test/hooks/{HIDDEN}"),
        ("https://x.test/q?query=select * from Customer where DisplayName = 'Ann'", None),
    ],
)
def test_addresses(url: str, shown: str | None) -> None:
    found = shown_url(url, SECRETS)
    assert found == shown if shown else "Ann" not in found and "from Customer" in found


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (None, None),
        (b"", None),
        (b"grant_type=refresh_token&refresh_token=abc", f"grant_type=refresh_token&refresh_token={HIDDEN}"),
        (b"<html>502 Bad Gateway for ann@x.test</html>", f"<html>502 Bad Gateway for {HIDDEN}</html>"),
        (b"\xff\x00", "\ufffd"),
    ],
)
def test_bodies(body: bytes | None, shown: str | None) -> None:
    assert shown_body(body, SECRETS) == shown


def test_a_long_body_is_cut() -> None:
    assert len(shown_body(b'{"message": "' + b"x " * 9000 + b'"}') or "") == MOST
    assert len(shown_body(b"x " * 9000) or "") == MOST
