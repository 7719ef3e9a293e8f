"""What a partner's answer means: one table of every (partner, status, code).

A row of a partner comes before the rows of any partner; a row with a code before one without; a status before its class. A code
is what the partner itself calls its error. Rows with the status 0 hold for every status: some partners put an error into a 200.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

ANY = "any"
SITE = "site"
DMS = "wayne_reeves"
BOOKS = "quickbooks"
TOKENS = "quickbooks tokens"
FTP = "ftp"


class Meaning(Enum):
    """What follows from an answer that is no success."""

    LATER = "later"
    """Their trouble: it is tried again."""
    SLOW_DOWN = "slow down"
    """Too many calls: nothing more goes to this partner for a while."""
    CREDENTIALS = "credentials"
    """Our credentials are refused. One more look, and then nothing goes before the dealer acts (`engine.outcome`)."""
    DOUBTFUL = "doubtful"
    """This request is refused, perhaps not after a fresh read. The same words five times are final."""
    REFUSED = "refused"
    """This request is refused for good."""
    GONE = "gone"
    """What the request names is not there. A removal is done then; everything else is refused."""


class Verdict(NamedTuple):
    """One row. `status` is a status or the first digit of a class (5: every 5xx); 0: whatever the status."""

    partner: str
    status: int
    code: str
    meaning: Meaning


# Any partner: RFC 9110, section 15; RFC 6585, section 4 (429); RFC 8470 (425).
# Intuit: developer.intuit.com, "Error codes" and "API call limits and throttling"; RFC 6749, section 5.2, for the token service.
# The 403 of QuickBooks' gateway: https://github.com/ruckus/quickbooks-ruby/issues/338 (3001); 3100 is the one of a permission.
# The DMS and the sites: ASSUMED, as in docs/partners.md. To confirm: each partner's own document.
VERDICTS: tuple[Verdict, ...] = (
    Verdict(ANY, 401, "", Meaning.CREDENTIALS),
    Verdict(ANY, 404, "", Meaning.GONE),
    Verdict(ANY, 408, "", Meaning.LATER),
    Verdict(ANY, 410, "", Meaning.GONE),
    Verdict(ANY, 425, "", Meaning.LATER),
    Verdict(ANY, 429, "", Meaning.SLOW_DOWN),
    # Whatever a partner forbids, it forbids this one thing: it has seen who we are.
    Verdict(ANY, 403, "", Meaning.REFUSED),
    Verdict(ANY, 409, "", Meaning.DOUBTFUL),
    Verdict(ANY, 413, "", Meaning.REFUSED),
    Verdict(ANY, 3, "", Meaning.REFUSED),
    Verdict(ANY, 4, "", Meaning.REFUSED),
    Verdict(ANY, 5, "", Meaning.LATER),
    # A conflict is the answer to a sale that the DMS has already.
    Verdict(DMS, 409, "", Meaning.REFUSED),
    # The gateway's codes, with zeros before them or without; then the documents' own.
    Verdict(BOOKS, 0, "3001", Meaning.SLOW_DOWN),
    Verdict(BOOKS, 0, "throttl", Meaning.SLOW_DOWN),
    Verdict(BOOKS, 0, "3100", Meaning.CREDENTIALS),
    Verdict(BOOKS, 0, "authentication", Meaning.CREDENTIALS),
    Verdict(BOOKS, 0, "6190", Meaning.CREDENTIALS),
    Verdict(BOOKS, 0, "5000", Meaning.LATER),
    Verdict(BOOKS, 0, "10000", Meaning.LATER),
    Verdict(BOOKS, 0, "system", Meaning.LATER),
    Verdict(BOOKS, 0, "service", Meaning.LATER),
    Verdict(BOOKS, 0, "610", Meaning.GONE),
    # Only the refusal of the token itself ends a connection (`tokens.renew`); all else there passes.
    Verdict(TOKENS, 400, "invalid_grant", Meaning.REFUSED),
    Verdict(TOKENS, 401, "", Meaning.CREDENTIALS),
    Verdict(TOKENS, 429, "", Meaning.SLOW_DOWN),
    Verdict(TOKENS, 3, "", Meaning.LATER),
    Verdict(TOKENS, 4, "", Meaning.LATER),
    # FTP has replies of its own: 4xx passes, 5xx does not. Source: RFC 959, section 4.2; RFC 4217 (534, 536).
    Verdict(FTP, 4, "", Meaning.LATER),
    Verdict(FTP, 5, "", Meaning.REFUSED),
    Verdict(FTP, 530, "", Meaning.CREDENTIALS),
    Verdict(FTP, 532, "", Meaning.CREDENTIALS),
    # A disk that is full is made room on.
    Verdict(FTP, 552, "", Meaning.LATER),
)

_ROWS = {(row.partner, row.status, row.code): row.meaning for row in VERDICTS}


def meaning(partner: str, status: int, code: str = "") -> Meaning | None:
    """What an answer means; `None`: it is no error that is known."""
    for whose in (partner, ANY):
        for key in ((status, code), (0, code), (status, ""), (status // 100, "")):
            if (found := _ROWS.get((whose, *key))) and (key[1] or key[0]):
                return found
    return None
