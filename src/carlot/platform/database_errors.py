"""What D1 says of a failure, as one of our errors. D1's errors are texts.

Sources: developers.cloudflare.com/d1/observability/debug-d1 (the texts), sqlite.org/rescode.html (the codes at their ends).
"""

from __future__ import annotations

import re

from carlot.errors import (
    ConstraintViolation,
    DatabaseUnavailable,
    LeaseLost,
    PlatformError,
    StatementRefused,
    UniqueViolation,
)

_UNIQUE = re.compile(r"UNIQUE constraint failed: ([^\n:]*?)(?:: SQLITE_|$|\n)")
# The codes by which SQLite refuses a statement or its parameters, and what D1 says when it does so itself. The other codes are
# of the moment (BUSY, LOCKED, INTERRUPT) or of the machine (IOERR, NOMEM, FULL); what has no code came from the way to D1.
_REFUSED = re.compile(
    r": SQLITE_(?:ERROR|TOOBIG|MISMATCH|RANGE|AUTH|MISUSE)\b"
    r"|D1_TYPE_ERROR|Wrong number of parameter bindings"
    r"|no such (?:table|column|function)|syntax error|incomplete input|too many terms in compound SELECT|too many SQL variables"
    r"|string or blob too big|statement too long|parser stack overflow|Expression tree is too large|datatype mismatch"
    r"|LIKE or GLOB pattern too complex"
)
_WRAPPING = re.compile(r"^(?:Error: )?(?:D1_ERROR: )?|: SQLITE_\w+( \(extended: \w+\))?$")


def database_error(message: str) -> PlatformError:
    """The failure that D1 reports with `message`."""
    if unique := _UNIQUE.search(message):
        return UniqueViolation(unique.group(1).strip())
    if "NOT NULL constraint failed: sync_tasks.state" in message:
        return LeaseLost(message)
    if "constraint failed" in message:
        return ConstraintViolation(message)
    if _REFUSED.search(message):
        return StatementRefused(_WRAPPING.sub("", message.strip()))
    return DatabaseUnavailable(message[:300])
