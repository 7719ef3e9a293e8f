"""The deployed instance's D1 database, asked through Cloudflare's API: statements, files of statements, bookmarks.

A file goes to the import endpoint, which runs it whole or not at all, and takes triggers as they are. The query endpoint has been
reported to cut a text at every semicolon, also at those inside a trigger (workers-sdk issues 10998, 15178, 15314, 15690), so only
single statements without one go there. Source: developers.cloudflare.com/api/resources/d1/subresources/database.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runtime import environments
from runtime.cloudflare import Account, ApiError, connect, send

# How long an import may take, and how often its end is asked for.
PATIENCE_S = 900.0
POLL_S = 1.0
# What D1 says while an import or export runs, which blocks everything else. ASSUMED: these words. To confirm: interrupt
# `wrangler d1 execute --remote --file` with a large file, and ask at once.
BUSY = "long-running"


@dataclass(frozen=True, slots=True)
class RemoteDatabase:
    """A database by its id."""

    account: Account
    id: str

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[list[str], list[list[Any]]]:
        """Run one statement and return its columns and rows. Raises: ApiError."""
        results = self._post("raw", {"sql": sql, "params": list(parameters)})[0]["results"]
        return results["columns"], results["rows"]

    def bookmark(self) -> str:
        """Return the Time Travel bookmark of the database as it is now. Raises: ApiError."""
        return str(self.account.call("GET", f"/d1/database/{self.id}/time_travel/bookmark")["bookmark"])

    def run_file(self, content: bytes) -> None:
        """Run a file of statements, all of it or nothing. Raises: ApiError, with the database as it was."""
        etag = hashlib.md5(content, usedforsecurity=False).hexdigest()
        began = self._post("import", {"action": "init", "etag": etag})
        if "upload_url" in began:
            answer = send("PUT", began["upload_url"], {"content-length": str(len(content))}, content)
            if answer.status != 200 or answer.headers.get("etag", "").strip('"') != etag:
                raise ApiError("PUT", "/d1/import", answer.status, 0, "the file could not be uploaded")
            began = self._post("import", {"action": "ingest", "etag": etag, "filename": began["filename"]})
        self._finish(began)

    def _finish(self, told: dict[str, Any]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while told.get("status") != "complete":
            if not told.get("success") or told.get("status") == "error":
                words = told.get("error") or "; ".join(told.get("errors") or ()) or "the import ended early"
                raise ApiError("POST", f"/d1/database/{self.id}/import", 200, 7500, words)
            if time.monotonic() > deadline:
                raise ApiError("POST", f"/d1/database/{self.id}/import", 200, 0, "the import did not end")
            time.sleep(POLL_S)
            told = self._post("import", {"action": "poll", "current_bookmark": told.get("at_bookmark")})

    def _post(self, action: str, content: dict[str, Any]) -> Any:
        """Send a request, and wait while an import runs, for instance that of a deploy that was interrupted."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self.account.call("POST", f"/d1/database/{self.id}/{action}", content)
            except ApiError as error:
                if BUSY not in error.message or time.monotonic() > deadline:
                    raise
                time.sleep(POLL_S)


def deployed_database(env: str) -> RemoteDatabase:
    """Return the database of a deployed environment. Raises: ApiError, SystemExit when nobody is signed in."""
    config = environments.config_of(env)
    account, database = connect(config), config["d1_databases"][0]
    found = account.call("GET", f"/d1/database/{database.get('database_id') or database['database_name']}")
    return RemoteDatabase(account, found["uuid"])
