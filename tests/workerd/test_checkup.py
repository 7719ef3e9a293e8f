"""`make doctor URL=...` against a running instance: what is well, what is not, and no secret in what it says."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest

from runtime import checkup, doctor
from runtime.checkup import Finding, Instance, Verdict, checked_url, look_at
from support.running import TOKEN, Worker, free_port
from workerd.conftest import SETTINGS, StartWorker


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "read_dev_vars", dict)
    for name in ("ADMIN_TOKEN", *(webhook.setting for webhook in checkup.WEBHOOKS)):
        monkeypatch.delenv(name, raising=False)


def set_here(monkeypatch: pytest.MonkeyPatch, token: str = TOKEN, secret: str = SETTINGS["WEBHOOK_SECRET"]) -> None:
    """The two secrets, as the environment of whoever runs it has them."""
    monkeypatch.setenv("ADMIN_TOKEN", token)
    monkeypatch.setenv("WEBHOOK_SECRET", secret)


def verdicts(findings: list[Finding]) -> dict[str, Verdict]:
    """What is said of each thing, in a word."""
    return {finding.name: finding.verdict for finding in findings}


def test_an_instance_that_is_well(worker: Worker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    set_here(monkeypatch)
    before = {row["id"] for row in worker.query("SELECT id FROM webhook_events")}
    assert doctor.main([worker.url]) == 0
    said = capsys.readouterr().out
    assert "Everything works." in said
    assert "accepts a signed event, refuses a forged one" in said
    assert "closed to strangers, open with the token" in said
    assert not [secret for secret in (TOKEN, SETTINGS["WEBHOOK_SECRET"]) if secret in said]
    kept = [row for row in worker.query("SELECT * FROM webhook_events") if row["id"] not in before]
    assert [(row["type"], row["state"]) for row in kept] == [("carlot.doctor", "ignored")]


def test_without_secrets_it_says_what_can_be_seen(worker: Worker) -> None:
    found = verdicts(look_at(worker.url))
    assert (found["health"], found["headers"], found["sign-in"], found["webhook of Wayne Reeves"]) == ("ok", "ok", "note", "note")
    assert "queue" not in found


def test_another_token_or_secret_is_told(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_here(monkeypatch, "another token", "another secret")
    assert doctor.main([worker.url]) == 1
    said = capsys.readouterr().out
    assert "the instance has a different token" in said
    assert "refused a signed event with 401" in said
    assert "Problems found: sign-in, webhook of Wayne Reeves" in said


def test_what_failed_and_what_is_late_is_told(new_worker: StartWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = new_worker(WEBHOOK_SECRET="", WAYNE_REEVES_API_KEY="", QUICKBOOKS_WEBHOOK_VERIFIER="verifier")
    with contextlib.closing(sqlite3.connect(worker.database)) as connection, connection:
        past = "2025-01-01T00:00:00.000Z"
        columns = "id, target, kind, subject_id, state, attempts, error, next_attempt_at, wake_due_at, created_at, updated_at"
        connection.execute(
            f"INSERT INTO sync_tasks ({columns}) VALUES ('t', 'kbb', 'listing', 'x', 'dead', 3, 'No.', ?, ?, ?, ?)", (past,) * 4
        )
    monkeypatch.setenv("QUICKBOOKS_WEBHOOK_VERIFIER", "verifier")
    set_here(monkeypatch)
    found = {finding.name: finding for finding in look_at(worker.url)}
    assert found["failed syncs"] == Finding("failed syncs", "wrong", "1")
    assert (found["Wayne Reeves"].verdict, found["webhook of Wayne Reeves"].verdict) == ("note", "note")
    assert "WEBHOOK_SECRET" in found["webhook of Wayne Reeves"].text
    assert found["webhook of QuickBooks"].verdict == "ok"
    assert [row["source"] for row in worker.query("SELECT source FROM webhook_events")] == ["quickbooks"]
    worker.stop()


def test_an_address_where_nothing_answers_is_reported() -> None:
    assert verdicts(look_at(f"http://127.0.0.1:{free_port()}")) == {"address": "wrong"}


def test_the_token_is_not_sent_to_a_host_that_is_no_carlot(partners: object, monkeypatch: pytest.MonkeyPatch) -> None:
    set_here(monkeypatch)
    sent: list[object] = []

    def answer(*words: object) -> checkup.Answer:
        sent.append(words)
        return checkup.Answer(404, {}, None)

    monkeypatch.setattr(Instance, "ask", answer)
    assert verdicts(look_at("https://example.test")) == {"health": "wrong"}
    assert TOKEN not in repr(sent), "the token goes to no stranger"


@pytest.mark.parametrize("text", ["http://lot.example", "ftp://lot.example", "https://", "", "http://localhost.example"])
def test_secrets_travel_encrypted(text: str) -> None:
    with pytest.raises(SystemExit):
        checked_url(text)


@pytest.mark.parametrize(
    ("text", "url"), [("lot.example", "https://lot.example"), ("http://localhost:8787/x", "http://localhost:8787")]
)
def test_an_address_is_made_whole(text: str, url: str) -> None:
    assert checked_url(text) == url


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ((None, None), None),
        ((99, None), ("ok", "99 days left")),
        ((99, 1700), ("ok", "99 days left")),
        ((40, 13), ("note", "13 days left")),
    ],
)
def test_the_days_that_quickbooks_token_has_left(left: tuple[int | None, int | None], said: tuple[str, str] | None) -> None:
    books = {"status": "connected", "daysLeftUnused": left[0], "daysLeft": left[1]}
    queue = {"backlog": 0, "oldestMessageSeconds": 0, "pending": 0, "dead": 0}
    status = {"wayneReeves": {"status": "connected"}, "quickbooks": books, "listings": {"totalPublished": 0}, "queue": queue}
    found = {finding.name: finding[1:] for finding in checkup.look_at_status({**status, "deadlines": {"overdue": 0}})}
    assert found.get("QuickBooks token") == said
