"""Signing in on the real runtime: guesses are counted by the caller's address, and the right token begins anew."""

from __future__ import annotations

import httpx

from support.running import TOKEN, Worker

COUNTED = "SELECT subject, used FROM rate_limits WHERE subject LIKE 'sign-in%'"


def test_guesses_are_counted_and_forgiven(worker: Worker) -> None:
    with httpx.Client(base_url=worker.url) as browser:
        assert [browser.post("/api/session", json={"token": f"guess {number}"}).status_code for number in range(3)] == [401] * 3
        (row,) = worker.query(COUNTED)
        assert row["used"] == 3
        assert row["subject"].startswith("sign-in:"), "the runtime tells the address"
        begun = browser.post("/api/session", json={"token": TOKEN})
        assert begun.status_code == 204
        assert worker.query(COUNTED) == []
        cookie = begun.headers["set-cookie"].partition(";")[0]
        own = {"cookie": cookie, "origin": worker.url}
        assert browser.get("/api/vehicles", headers=own).status_code == 200
        assert browser.request("DELETE", "/api/sessions", headers={**own, "origin": "https://evil.test"}).status_code == 403
        assert browser.request("DELETE", "/api/sessions", headers=own).status_code == 204
        assert browser.get("/api/vehicles", headers=own).status_code == 401


def test_too_many_guesses(worker: Worker) -> None:
    """Of an address of its own, so that nobody else's tests are held up; Cloudflare does not let a caller choose."""
    with httpx.Client(base_url=worker.url, headers={"cf-connecting-ip": "198.51.100.77"}) as browser:
        answers = [browser.post("/api/session", json={"token": f"guess {number}"}) for number in range(12)]
    assert [row["subject"] for row in worker.query(COUNTED)] == ["sign-in:198.51.100.77"]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 300
