"""Signatures against published vectors, and the order of the schemes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carlot.partners import signature
from carlot.partners.quickbooks.webhook import is_signed
from support.signing import SCHEMES, Scheme, signed
from support.world import SECRET, World

NOW = datetime(2025, 2, 3, 10, 30, tzinfo=UTC)
BODY = b'{"id":"evt_1","event":"vehicle.painted"}'

# Source: standardwebhooks.com, the example of the specification and of its libraries' tests.
STANDARD = {
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "timestamp": "1614265330",
    "body": '{"test": 2432232314}',
    "signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}

# Source: RFC 4231, HMAC-SHA-256, those test cases whose key is text: 1, 2 and 4.
RFC_4231 = [
    ("\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    ("Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (
        "".join(map(chr, range(1, 26))),
        b"\xcd" * 50,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ),
]

# Source: FIPS 180-4, the example of SHA-256: "abc".
SHA_256_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def standard_headers(**changed: str) -> dict[str, str]:
    given = {**STANDARD, **changed}
    return {"webhook-id": given["id"], "webhook-timestamp": given["timestamp"], "webhook-signature": given["signature"]}


def holds(
    headers: dict[str, str], body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,), now: datetime = NOW, *, legacy: bool = True
) -> bool:
    return signature.verify(headers, body, list(secrets), now, legacy=legacy)


class TestVectors:
    def test_the_example_of_standard_webhooks_verifies(self) -> None:
        at = datetime.fromtimestamp(int(STANDARD["timestamp"]), UTC)
        body = STANDARD["body"].encode()
        assert holds(standard_headers(), body, (STANDARD["secret"],), at)
        assert holds(standard_headers(signature=f"v1,bm9ldHU= {STANDARD['signature']} v2,x"), body, (STANDARD["secret"],), at)
        assert not holds(standard_headers(id="msg_other"), body, (STANDARD["secret"],), at)
        assert not holds(standard_headers(timestamp="1614265331"), body, (STANDARD["secret"],), at)
        assert not holds(standard_headers(signature=STANDARD["signature"].replace("v1", "v2")), body, (STANDARD["secret"],), at)

    @pytest.mark.parametrize(("key", "message", "digest"), RFC_4231)
    def test_the_examples_of_rfc_4231_verify(self, key: str, message: bytes, digest: str) -> None:
        encoded = base64.b64encode(bytes.fromhex(digest)).decode()
        assert is_signed(encoded, message, [key])
        assert not is_signed(encoded, message + b" ", [key])
        assert not is_signed(encoded, message, [key + " "])
        assert not is_signed(digest, message, [key])

    def test_the_scheme_of_the_setup_guide(self) -> None:
        assert holds({"x-webhook-signature": SHA_256_ABC}, b"ab", ("c",))
        assert holds({"x-webhook-signature": SHA_256_ABC}, b"", ("abc",))
        assert not holds({"x-webhook-signature": SHA_256_ABC.upper()}, b"ab", ("c",))


class TestKeys:
    @pytest.mark.parametrize("secret", ["whsec_", "whsec_=", "whsec_!"])
    def test_a_secret_without_a_key_opens_nothing(self, secret: str) -> None:
        """An empty key is everybody's key."""
        forged = base64.b64encode(hmac.digest(b"", f"msg_1.{int(NOW.timestamp())}.".encode() + BODY, "sha256")).decode()
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(NOW.timestamp())),
            "webhook-signature": f"v1,{forged}",
        }
        assert not holds(headers, secrets=(secret,))

    def test_base64_without_its_padding(self) -> None:
        key = b"0123456789012345678901234"
        secret = "whsec_" + base64.b64encode(key).decode()
        assert secret.endswith("==")
        assert holds(signed(BODY, secret, NOW), secrets=(secret.rstrip("="),))

    def test_a_secret_that_is_no_base64_is_meant_as_it_stands(self) -> None:
        assert holds(signed(BODY, "plain secret!", NOW), secrets=("plain secret!",))


class TestOrder:
    """A header of a stronger scheme decides, and what fails there never falls back to a weaker one."""

    @pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    @pytest.mark.parametrize("value", ["", "x", "1738578600", "v1,AAAA"])
    @pytest.mark.parametrize("weaker", ["timestamped", "legacy"])
    def test_a_trace_of_standard_webhooks(self, name: str, value: str, weaker: Scheme) -> None:
        genuine = signed(BODY, SECRET, NOW, weaker)
        assert holds(genuine)
        assert not holds({**genuine, name: value})

    @pytest.mark.parametrize("timestamp", ["", "x", str(int(NOW.timestamp()))])
    def test_a_trace_of_a_timestamp(self, timestamp: str) -> None:
        assert not holds({**signed(BODY, SECRET, NOW, "legacy"), "x-webhook-timestamp": timestamp})

    def test_a_prefix_of_the_second_scheme(self) -> None:
        digest = signed(BODY, SECRET, NOW, "legacy")["x-webhook-signature"]
        assert not holds({"x-webhook-signature": f"sha256={digest}"})

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_the_oldest_can_be_switched_off(self, scheme: Scheme) -> None:
        assert holds(signed(BODY, SECRET, NOW, scheme), legacy=False) is (scheme != "legacy")

    @pytest.mark.parametrize(("setting", "status"), [("off", 401), ("OFF", 401), ("on", 200), (None, 200), ("", 200)])
    async def test_by_its_setting(self, setting: str | None, status: int) -> None:
        world = World(0, settings={"WEBHOOK_LEGACY": setting})
        headers = signed(BODY, SECRET, world.clock.now(), "legacy")
        assert (await world.call("POST", "/api/webhooks/wayne-reeves", BODY, headers, signed_in=False)).status == status

    @pytest.mark.parametrize(
        ("setting", "used", "status"),
        [
            ("f" * 15, "f" * 15, 503),
            ("f" * 16, "f" * 16, 200),
            (f"{'f' * 16} {'s' * 16}", "s" * 16, 200),
            (f"{'f' * 16} {'s' * 15}", "s" * 15, 401),
            (f"{'f' * 16} {'s' * 16} {'t' * 16}", "t" * 16, 401),
        ],
    )
    async def test_at_most_two_secrets_and_none_under_16_characters(self, setting: str, used: str, status: int) -> None:
        world = World(0, settings={"WEBHOOK_SECRET": setting})
        headers = signed(BODY, used, world.clock.now(), "timestamped")
        response = await world.call("POST", "/api/webhooks/wayne-reeves", BODY, headers, signed_in=False)
        assert response.status == status

    def test_a_signature_of_one_scheme_is_none_of_another(self) -> None:
        legacy = signed(BODY, SECRET, NOW, "legacy")["x-webhook-signature"]
        stamped = signed(BODY, SECRET, NOW, "timestamped")
        assert not holds({**stamped, "x-webhook-signature": legacy})
        assert not holds({"x-webhook-signature": stamped["x-webhook-signature"].removeprefix("sha256=")})
        assert not holds({"x-webhook-signature": stamped["x-webhook-signature"]})


class TestTimestamps:
    @pytest.mark.parametrize(
        "timestamp",
        [
            "",
            " ",
            "now",
            "-1738578600",
            "+1738578600",
            "1738578600.0",
            " 1738578600",
            "1738578600 ",
            "１７３８５７８６００",
            "0x67a0",
            "9" * 400,
        ],
    )
    def test_what_is_no_whole_number_of_seconds(self, timestamp: str) -> None:
        """Although it is signed."""
        mac = hmac.digest(SECRET.encode(), timestamp.encode() + b"." + BODY, "sha256").hex()
        assert not holds({"x-webhook-timestamp": timestamp, "x-webhook-signature": f"sha256={mac}"})


class TestAnything:
    @given(
        headers=st.dictionaries(
            st.sampled_from(
                ["webhook-id", "webhook-timestamp", "webhook-signature", "x-webhook-signature", "x-webhook-timestamp"]
            ),
            st.one_of(st.text(max_size=40), st.just(str(int(NOW.timestamp()))), st.just("v1," + "A" * 43 + "=")),
        ),
        body=st.binary(max_size=50),
        secret=st.text(min_size=1, max_size=20),
    )
    def test_nothing_made_up_is_genuine_and_nothing_raises(self, headers: dict[str, str], body: bytes, secret: str) -> None:
        assert holds(headers, body, (secret,)) is False

    @given(body=st.binary(max_size=200), scheme=st.sampled_from(SCHEMES))
    def test_what_is_signed_is_genuine(self, body: bytes, scheme: Scheme) -> None:
        assert holds(signed(body, SECRET, NOW, scheme), body)

    def test_surrogates_in_a_header_are_refused(self) -> None:
        assert not holds({"x-webhook-signature": "\udc80" * 64})

    def test_comparing_takes_in_every_secret(self) -> None:
        """All are compared, whichever fits: how long it takes says nothing."""
        digest = hashlib.sha256(BODY + b"b").hexdigest()
        assert holds({"x-webhook-signature": digest}, secrets=("a", "b", "c"))
