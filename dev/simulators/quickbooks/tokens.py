"""Codes, access tokens and refresh tokens of one app, as Intuit's token service handles them."""

import secrets
from collections import Counter
from dataclasses import dataclass

from simulators.quickbooks.clock import Clock
from simulators.quickbooks.knobs import Knobs

DAY_S = 86_400.0


@dataclass(slots=True)
class Code:
    """The result of a consent; valid for one exchange."""

    client_id: str
    redirect_uri: str
    realm: str
    expires_at: float


@dataclass(slots=True)
class Connection:
    """One consent of one company. After `ends_at` it cannot be refreshed."""

    client_id: str
    realm: str
    ends_at: float
    refresh_token: str = ""
    refresh_issued_at: float = 0.0
    refresh_expires_at: float = 0.0
    revoked: bool = False


@dataclass(slots=True)
class Pair:
    """A token response. Lifetimes are in seconds from now."""

    access_token: str
    refresh_token: str
    expires_in: int
    refresh_expires_in: int
    hard_expires_in: int


class Denied(Exception):
    """The token service's error: `error` and, where Intuit gives one, `description`."""

    def __init__(self, error: str, description: str | None = None, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


class Tokens:
    """All codes and tokens since the start or the last reset."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.clear()

    def clear(self) -> None:
        """Delete everything: every token in use becomes unknown."""
        self._codes: dict[str, Code] = {}
        self._access: dict[str, tuple[Connection, float]] = {}
        self._refresh: dict[str, tuple[Connection, float]] = {}
        self.counts: Counter[str] = Counter()
        self.refreshing = 0
        self.most_refreshing = 0

    def issue_code(self, client_id: str, redirect_uri: str, realm: str, knobs: Knobs) -> str:
        """Return a code for the callback."""
        code = "AB" + secrets.token_hex(20)
        self._codes[code] = Code(client_id, redirect_uri, realm, self._clock.now() + knobs.code_lifetime_s)
        return code

    def exchange(self, code: str, client_id: str, redirect_uri: str, knobs: Knobs) -> Pair:
        """Return the first pair of a connection. Raises: Denied."""
        known = self._codes.pop(code, None)
        fits = known is not None and known.client_id == client_id and known.redirect_uri == redirect_uri
        if known is None or not fits or known.expires_at <= self._clock.now():
            self.counts["exchanges_refused"] += 1
            raise Denied("invalid_grant", "Invalid authorization code")
        self.counts["exchanges"] += 1
        return self.connect(client_id, known.realm, knobs)

    def connect(self, client_id: str, realm: str, knobs: Knobs) -> Pair:
        """Return the first pair of a new connection; earlier connections of the same app and company keep their tokens."""
        connection = Connection(client_id, realm, self._clock.now() + knobs.hard_lifetime_s)
        return self._issue(connection, knobs, renew=True)

    def refresh(self, token: str, client_id: str, knobs: Knobs) -> Pair:
        """Return the next pair. Raises: Denied."""
        now = self._clock.now()
        connection, good_until = self._refresh.get(token, (None, 0.0))
        if (
            connection is None
            or connection.revoked
            or connection.client_id != client_id
            or min(good_until, connection.ends_at) <= now
        ):
            self.counts["refreshes_refused"] += 1
            raise Denied("invalid_grant", "Incorrect or invalid refresh token")
        self.counts["refreshes"] += 1
        young = now - connection.refresh_issued_at < DAY_S
        if knobs.rotation == "daily" and token == connection.refresh_token and young:
            return self._issue(connection, knobs, renew=False)
        if knobs.rotation == "graceful":
            self._refresh[token] = (connection, min(good_until, now + DAY_S))
        else:
            self._refresh.pop(token)
        return self._issue(connection, knobs, renew=True)

    def revoke(self, token: str, client_id: str) -> None:
        """End the connection that an access or refresh token belongs to. Raises: Denied."""
        connection, _ = self._refresh.get(token) or self._access.get(token) or (None, 0.0)
        if connection is None or connection.revoked or connection.client_id != client_id:
            self.counts["revokes_refused"] += 1
            raise Denied("invalid_request", "Invalid token")
        self.counts["revokes"] += 1
        connection.revoked = True

    def revoke_all(self, realm: str | None) -> int:
        """Disconnect the app, as its owner can. Return the number of connections ended."""
        connections = {id(each): each for each, _ in self._refresh.values() if realm in (None, each.realm) and not each.revoked}
        for connection in connections.values():
            connection.revoked = True
        return len(connections)

    def expire(self, access: bool, refresh: bool) -> None:
        """Expire all access tokens, all refresh tokens, or both now."""
        now = self._clock.now()
        if access:
            self._access = {token: (connection, now) for token, (connection, _) in self._access.items()}
        if refresh:
            self._refresh = {token: (connection, now) for token, (connection, _) in self._refresh.items()}

    def realm_of(self, access_token: str) -> str | None:
        """Return the company of a valid token, else None."""
        connection, good_until = self._access.get(access_token, (None, 0.0))
        if connection is None or connection.revoked or good_until <= self._clock.now():
            return None
        return connection.realm

    def _issue(self, connection: Connection, knobs: Knobs, renew: bool) -> Pair:
        now = self._clock.now()
        if renew:
            connection.refresh_token = "RT1-" + secrets.token_hex(18)
            connection.refresh_issued_at = now
        # Each refresh restarts the 100 days, but never beyond the hard limit.
        connection.refresh_expires_at = min(now + knobs.refresh_lifetime_s, connection.ends_at)
        self._refresh[connection.refresh_token] = (connection, connection.refresh_expires_at)
        access = f"eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0..{secrets.token_urlsafe(48)}"
        self._access[access] = (connection, now + knobs.access_lifetime_s)
        return Pair(
            access,
            connection.refresh_token,
            knobs.access_lifetime_s,
            int(connection.refresh_expires_at - now),
            int(connection.ends_at - now),
        )
