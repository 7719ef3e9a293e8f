"""A client of Cloudflare's API, for what `make deploy`, `make backup` and `make restore` ask it themselves.

It signs in as wrangler does: with CLOUDFLARE_API_TOKEN, CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL, or what `wrangler login` keeps.
Source: developers.cloudflare.com/fundamentals/api/how-to/make-api-calls.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from runtime import wrangler
from runtime.paths import ROOT

DEFAULT_BASE = "https://api.cloudflare.com/client/v4"
TIMEOUT_S = 120.0
# How often a request is sent. Cloudflare takes 1,200 requests in five minutes from one user, then answers 429.
# Source: developers.cloudflare.com/fundamentals/api/reference/limits.
ATTEMPTS = 4
BUSY = (429, 502, 503, 504)


class ApiError(Exception):
    """Cloudflare refused a request. `code` is Cloudflare's own, 0 when it gave none; `path` is below the account."""

    def __init__(self, method: str, path: str, status: int, code: int, message: str) -> None:
        super().__init__(f"{message} [code: {code}]")
        self.method, self.path, self.status, self.code, self.message = method, path, status, code, message


class Answer:
    """A response: status, headers by lower-case name, and body."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body


def send(method: str, url: str, headers: Mapping[str, str], body: bytes | None = None, timeout_s: float = TIMEOUT_S) -> Answer:
    """Send one request, without following redirects. Raises: OSError, http.client.HTTPException."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=timeout_s)
    try:
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, dict(headers))
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)


@dataclass(frozen=True, slots=True)
class Account:
    """An account of Cloudflare with the headers that open it."""

    id: str
    credentials: Mapping[str, str]
    base: str = DEFAULT_BASE

    def call(self, method: str, path: str, content: Any = None, **query: str | int) -> Any:
        """Send a request below the account and return its `result`. Raises: ApiError, SystemExit without a connection."""
        body = None if content is None else json.dumps(content).encode()
        answer = self.raw(method, path + (f"?{urlencode(query)}" if query else ""), body, "application/json")
        return _unpacked(method, path, answer)["result"]

    def every(self, path: str, **query: str | int) -> list[Any]:
        """Return all entries of a list, page by page. Raises: ApiError."""
        found: list[Any] = []
        for page in range(1, 1000):
            shown = self.call("GET", path, page=page, per_page=100, **query)
            found += shown
            if len(shown) < 100:
                break
        return found

    def download(self, path: str) -> bytes:
        """Return a file. Raises: ApiError."""
        answer = self.raw("GET", path)
        if answer.status != 200:
            _unpacked("GET", path, answer)
        return answer.body

    def upload(self, path: str, content: bytes, kind: str) -> None:
        """Store a file with its content type. Raises: ApiError."""
        _unpacked("PUT", path, self.raw("PUT", path, content, kind))

    def raw(self, method: str, path: str, body: bytes | None = None, kind: str | None = None) -> Answer:
        """Send a request below the account, again while Cloudflare is busy. Raises: SystemExit without a connection."""
        headers = {**self.credentials, **({"content-type": kind} if kind else {})}
        url = f"{self.base}/accounts/{self.id}{path}"
        for attempt in range(1, ATTEMPTS + 1):
            answer = _sent(method, url, headers, body)
            if answer.status not in BUSY or attempt == ATTEMPTS:
                break
            wait = answer.headers.get("retry-after", "")
            time.sleep(min(300.0, float(wait)) if wait.isdecimal() else 2.0**attempt)
        return answer


def file_path(bucket: str, key: str) -> str:
    """Return the path of an object in R2, below the account."""
    return f"/r2/buckets/{quote(bucket, safe='')}/objects/{quote(key, safe='')}"


def connect(config: Mapping[str, Any]) -> Account:
    """Return the account that wrangler would use. Raises: SystemExit with what to do when there is none or more than one."""
    base = os.environ.get("CLOUDFLARE_API_BASE_URL", DEFAULT_BASE).rstrip("/")
    held = credentials()
    if held is None:
        raise SystemExit("You are not signed in to Cloudflare: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN.")
    if chosen := os.environ.get("CLOUDFLARE_ACCOUNT_ID") or config.get("account_id"):
        return Account(str(chosen), held, base)
    try:
        accounts = _unpacked("GET", "/accounts", _sent("GET", f"{base}/accounts?per_page=50", held, None))["result"]
    except ApiError as error:
        text = f"Cloudflare does not accept the sign-in: {error}. Run `npx wrangler login`, or set another CLOUDFLARE_API_TOKEN."
        raise SystemExit(text) from error
    if len(accounts) == 1:
        return Account(accounts[0]["id"], held, base)
    listed = "".join(f"\n  {each['id']}  {each['name']}" for each in accounts)
    raise SystemExit(f"This sign-in reaches {len(accounts)} accounts. Set CLOUDFLARE_ACCOUNT_ID to the one to use.{listed}")


def credentials() -> dict[str, str] | None:
    """Return the headers that sign in to Cloudflare, or None when nobody is signed in."""
    if token := os.environ.get("CLOUDFLARE_API_TOKEN"):
        return {"authorization": f"Bearer {token}"}
    command = wrangler.command("auth", "token", "--json")
    environment = wrangler.environment(WRANGLER_HIDE_BANNER="true", CI="true")
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode or "{" not in done.stdout:
        return None
    found = json.loads(done.stdout[done.stdout.index("{") :])
    if found.get("type") == "api_key":
        return {"x-auth-key": found["key"], "x-auth-email": found["email"]}
    return {"authorization": f"Bearer {found['token']}"}


def _sent(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
    try:
        return send(method, url, headers, body)
    except (OSError, http.client.HTTPException) as failure:
        where = urlsplit(url).netloc
        raise SystemExit(f"{where} does not answer ({failure!r}). Check the network and run the command again.") from failure


def _unpacked(method: str, path: str, answer: Answer) -> dict[str, Any]:
    """Return the parsed envelope. Raises: ApiError when it says that the request failed, or is none."""
    try:
        content = json.loads(answer.body)
    except ValueError:
        content = {}
    if answer.status < 400 and content.get("success"):
        return dict(content)
    errors = content.get("errors") or [{"code": 0, "message": f"HTTP status {answer.status}"}]
    raise ApiError(method, path, answer.status, int(errors[0].get("code", 0)), str(errors[0].get("message", "")))
