"""The store of the tokens' mirror, and the seal, as Cloudflare has them."""

from __future__ import annotations

import secrets
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from carlot.errors import KeyValueUnavailable, SealBroken
from support.platform import FixedClock


class MemoryKeyValue:
    """KV in memory: one write a second a key, values up to 25 MiB."""

    def __init__(self, clock: FixedClock) -> None:
        self.texts: dict[str, str] = {}
        self.broken = False
        self._clock = clock
        self._written: dict[str, datetime] = {}

    async def put(self, key: str, text: str) -> None:
        self._write(key)
        assert len(text.encode()) <= 25 * 1024 * 1024
        self.texts[key] = text

    async def delete(self, key: str) -> None:
        self._write(key)
        self.texts.pop(key, None)

    def _write(self, key: str) -> None:
        assert 0 < len(key.encode()) <= 512
        last = self._written.get(key)
        if self.broken or (last is not None and (self._clock.now() - last).total_seconds() < 1):
            raise KeyValueUnavailable("429 Too Many Requests")
        self._written[key] = self._clock.now()


class Aes:
    """AES-256-GCM as the platform does it."""

    async def seal(self, key: bytes, plain: bytes, context: bytes) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(key).encrypt(nonce, plain, context)

    async def unseal(self, key: bytes, sealed: bytes, context: bytes) -> bytes:
        try:
            return AESGCM(key).decrypt(sealed[:12], sealed[12:], context)
        except (InvalidTag, ValueError) as failure:
            raise SealBroken("It does not open.") from failure
