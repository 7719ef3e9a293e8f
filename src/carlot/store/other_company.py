"""What stands in another QuickBooks company than the connected one, and its way into this one when the dealer wants it there."""

from __future__ import annotations

from carlot.platform.ports import Statement, statement

# Documents that stand and were posted to a company that is known and is not this one. ?1 realm.
_ELSEWHERE = """
SELECT id, created_at FROM sales WHERE invoice_id IS NOT NULL AND voided_at IS NULL AND books_realm_id <> ?1
UNION ALL SELECT id, created_at FROM service_records WHERE purchase_id IS NOT NULL AND voided_at IS NULL AND books_realm_id <> ?1
UNION ALL SELECT id, created_at FROM journals WHERE journal_id IS NOT NULL AND voided_at IS NULL AND books_realm_id <> ?1"""

# Ask what is to become of them, unless the dealer has decided it of all of them. ?2 now.
ASK = f"""
INSERT INTO questions (id, kind, subject_id, details, created_at)
SELECT lower(hex(randomblob(16))), 'other_company', ?1, json_object('documents', count(*)), ?2
FROM ({_ELSEWHERE}) AS elsewhere
WHERE created_at > coalesce((SELECT max(settled_at) FROM questions
  WHERE kind = 'other_company' AND subject_id = ?1 AND state = 'answered'), '')
HAVING count(*) > 0
ON CONFLICT (kind, subject_id) WHERE state = 'open' DO UPDATE SET details = excluded.details"""

# The payments there say nothing of invoices here. ?1 realm, ?2 the first day of what is posted here, or empty.
FORGET_PAYMENTS = """
DELETE FROM payments WHERE sale_id IN (
  SELECT id FROM sales WHERE invoice_id IS NOT NULL AND voided_at IS NULL AND books_realm_id <> ?1 AND sale_date >= ?2)"""

# They are new to this company: each has another requestid, and its number stays. ?3 now.
POST_SALES = """
UPDATE sales SET invoice_id = NULL, books_tried_at = NULL, books_realm_id = NULL, books_note = NULL, books_sent = NULL, balance_cents = NULL,
  paid_at = NULL, request_id = lower(hex(randomblob(16))), updated_at = ?3
WHERE invoice_id IS NOT NULL AND voided_at IS NULL AND books_realm_id <> ?1 AND sale_date >= ?2"""
POST_RECORDS = """
UPDATE service_records SET purchase_id = NULL, books_tried_at = NULL, books_realm_id = NULL, books_note = NULL, books_sent = NULL,
  request_id = lower(hex(randomblob(16))), updated_at = ?3
WHERE purchase_id IS NOT NULL AND voided_at IS NULL AND books_realm_id <> ?1 AND service_date >= ?2"""
POST_JOURNALS = """
UPDATE journals SET journal_id = NULL, books_tried_at = NULL, books_realm_id = NULL, books_note = NULL,
  request_id = lower(hex(randomblob(16))), updated_at = ?3
WHERE journal_id IS NOT NULL AND voided_at IS NULL AND books_realm_id <> ?1 AND entry_date >= ?2"""


def ask(realm_id: str, now: str) -> Statement:
    """Ask what is to become of the documents that stand in another company than this one; nothing when there are none."""
    return statement(ASK, realm_id, now)


def post_here(realm_id: str, from_day: str, now: str) -> list[Statement]:
    """Make the documents of another company, dated `from_day` or later, unposted, so that this company gets them."""
    posts = (POST_SALES, POST_RECORDS, POST_JOURNALS)
    return [statement(FORGET_PAYMENTS, realm_id, from_day), *(statement(sql, realm_id, from_day, now) for sql in posts)]
