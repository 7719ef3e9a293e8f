"""Money, time, back-off, JSON that hides something, and the small rules of a vehicle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from carlot.domain import json_check
from carlot.domain.backoff import DAY_S, OUTBOUND, PULL, Backoff
from carlot.domain.money import Dollars, cents, dollars
from carlot.domain.times import after, instant, parse_instant
from carlot.domain.vehicle import FIELDS, edited_after, photo_fault

DOLLARS = TypeAdapter(Dollars)
CENTS = st.integers(0, 99_999_999_99)


@given(CENTS)
def test_money_comes_back_to_the_cent(amount_cents: int) -> None:
    on_the_wire = f"{amount_cents // 100}.{amount_cents % 100:02d}"
    assert cents(DOLLARS.validate_json(on_the_wire)) == amount_cents
    assert dollars(amount_cents).replace(",", "") == "$" + on_the_wire
    # And as a program writes a double.
    assert cents(DOLLARS.validate_json(repr(amount_cents / 100))) == amount_cents


@pytest.mark.parametrize("text", ["-0.01", "1.001", "100000000.00", "NaN", "Infinity", "1e400", '"x"', "true", "null", "[]"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        DOLLARS.validate_json(text)


def test_amounts_read_as_people_write_them() -> None:
    assert [dollars(5), dollars(699500), dollars(123456789)] == ["$0.05", "$6,995.00", "$1,234,567.89"]


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001  hypothesis adds the zone


@given(MOMENTS, MOMENTS)
def test_text_order_is_time_order(one: datetime, other: datetime) -> None:
    assert (instant(one) < instant(other)) is (parse_instant(instant(one)) < parse_instant(instant(other)))
    assert len(instant(one)) == 24
    assert timedelta(0) <= one - parse_instant(instant(one)) < timedelta(milliseconds=1)


def test_an_instant_is_utc_whatever_zone_it_came_in() -> None:
    at = datetime(2025, 2, 3, 5, 30, 0, 123999, tzinfo=timezone(timedelta(hours=-5)))
    assert instant(at) == "2025-02-03T10:30:00.123Z"
    assert after(at, 0.5) == "2025-02-03T10:30:00.623Z"
    assert parse_instant("2025-02-03T10:30:00.000Z") == datetime(2025, 2, 3, 10, 30, tzinfo=UTC)


@given(st.integers(1, 10_000), st.floats(0, 1), st.none() | st.floats(0, 1e6))
def test_a_delay_is_what_was_asked_plus_jitter_up_to_the_cap(attempts: int, chance: float, asked_s: float | None) -> None:
    delay_s = OUTBOUND.delay_s(attempts, chance, asked_s)
    assert (asked_s or 0.0) <= delay_s <= (asked_s or 0.0) + OUTBOUND.cap_s


def test_delays_double_up_to_the_cap() -> None:
    assert [OUTBOUND.delay_s(attempts, 1.0, None) for attempts in (1, 2, 3, 4)] == [5, 10, 20, 40]
    assert OUTBOUND.delay_s(99, 1.0, None) == 3600
    assert OUTBOUND.delay_s(3, 0.0, 7.0) == 7.0


def test_a_task_is_given_up_only_after_both_tries_and_time() -> None:
    backoff = Backoff(base_s=1, cap_s=10, min_attempts=3, give_up_after_s=60)
    assert not backoff.gives_up(2, 600)
    assert not backoff.gives_up(3, 59)
    assert backoff.gives_up(3, 60)
    assert not OUTBOUND.gives_up(1000, 5 * DAY_S)
    assert PULL.give_up_after_s <= 120


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_nothing_is_wrong_with_plain_json(value: object) -> None:
    assert json_check.fault(to_json(value)) is None


@given(JSON, TEXT)
def test_a_key_twice_is_found_wherever_it_hides(value: object, key: str) -> None:
    inner = to_json(value)
    name = to_json(key)
    twice = b"{" + name + b":" + inner + b" ,\n" + name + b" : " + inner + b"}"
    for text in (twice, b"[1," + twice + b"]", b'{"\\u0061":' + twice + b',"b":"{\\"a\\":1,\\"a\\":2}"}'):
        fault = json_check.fault(text)
        assert fault is not None
        assert "occurs twice" in fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b'{"a":1,"\\u0061":2}', "The member 'a' occurs twice in one object."),
        (b'{"a":{"a":1},"b":[{"a":1},{"a":1}]}', None),
        (b'{"price": NaN}', "NaN is not a JSON number."),
        (b"[-Infinity]", "-Infinity is not a JSON number."),
        (b'{"a":"NaN","Infinity":"b"}', None),
        (b'{"a":"\\"","a\\\\":"}{","b":1}', None),
    ],
)
def test_json_faults_that_a_parser_hides_are_found(text: bytes, fault: str | None) -> None:
    assert json_check.fault(text) == fault


def test_a_hand_edit_is_kept_in_the_order_of_the_fields() -> None:
    assert edited_after([], ["price", "vin"]) == ["vin", "price"]
    assert edited_after(["price"], ["price", "make"]) == ["make", "price"]
    # What the DMS has no word for is never hand-edited: it is the dealer's alone.
    assert edited_after([], ["publishToWebsite", "publishToThirdParty"]) == []


def test_public_fields_are_never_what_the_dealer_paid() -> None:
    public = {field.wire for field in FIELDS if field.public}
    assert not public & {"purchasePrice", "purchaseDate", "editedFields", "externalDmsId", "vinValid", "status"}


@pytest.mark.parametrize(
    "url",
    [
        "https://a.test/1.jpg",
        "/photos/abc",
        "https://lot.test/photos/1",
        "https://a.test/a?b=c&d=%20#e",
        "https://ä.test/ü.jpg",
    ],
)
def test_photo_addresses_that_are_taken(url: str) -> None:
    assert photo_fault(url, "http://localhost:8787") is None
    assert photo_fault("http://localhost:8787/demo/1.svg", "http://localhost:8787") is None


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "http://a.test/1.jpg",
            "javascript:alert(1)",
            "data:image/png;base64,AA==",
            "//a.test/1.jpg",
            "HTTPS ://a",
        ),
        *(
            'https://a.test/"onerror=',
            "https://a.test/a b",
            "https://a.test/<b>",
            "https://a.test/\\",
            "https://a.test/\n",
        ),
        *("https://a.test/'", "https://a.test/\x00", "https://" + "a" * 2000, "http://localhost:87870/x", "demo/1.svg"),
    ],
)
def test_photo_addresses_that_are_not(url: str) -> None:
    assert photo_fault(url, "http://localhost:8787") is not None
    assert photo_fault(url, "") is not None
