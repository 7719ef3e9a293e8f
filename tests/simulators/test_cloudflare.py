"""The stand-in of Cloudflare's API refuses what Cloudflare refuses, with its codes, and its databases are real ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from simulators.cloudflare import ACCOUNT
from simulators.cloudflare.database import at_semicolons, is_blank, whole_statements
from support.cloudflare import Account, served

TRIGGER = "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = 'b;c'; DELETE FROM a; END"


@pytest.fixture
def account() -> Iterator[Account]:
    with served() as found:
        yield found


def ask(account: Account, method: str, path: str, content: Any = None, token: str = "simulated") -> tuple[int, Any]:
    """The status, and the result or the code of the refusal."""
    url = f"{account.url}/client/v4/accounts/{ACCOUNT}{path}"
    answer = httpx.request(method, url, json=content, headers={"authorization": f"Bearer {token}"} if token else {})
    body = answer.json()
    return answer.status_code, body["result"] if body["success"] else body["errors"][0]["code"]


def test_what_is_there_twice_is_refused(account: Account) -> None:
    for path, content, code in (
        ("/storage/kv/namespaces", {"title": "a"}, 10014),
        ("/d1/database", {"name": "a"}, 7502),
        ("/r2/buckets", {"name": "a"}, 10004),
        ("/queues", {"queue_name": "a"}, 11009),
    ):
        assert ask(account, "POST", path, content)[0] == 200
        assert ask(account, "POST", path, content)[1] == code


def test_what_is_not_there_is_not_found(account: Account) -> None:
    assert ask(account, "GET", "/d1/database/none") == (404, 7404)
    assert ask(account, "GET", "/r2/buckets/none") == (404, 10006)
    assert ask(account, "GET", "/workers/scripts/none/secrets") == (404, 10007)
    assert ask(account, "GET", "/queues/none/consumers") == (404, 11000)


def test_who_has_no_token_or_no_right_is_refused(account: Account) -> None:
    assert ask(account, "GET", "/queues", token="") == (400, 9106)
    account.knobs(rights=["d1"])
    assert ask(account, "GET", "/queues") == (403, 10000)
    assert ask(account, "GET", "/d1/database") == (200, [])


def test_a_trigger_is_cut_or_not(account: Account) -> None:
    assert [each.strip() for each in at_semicolons(TRIGGER)][1:] == ["DELETE FROM a", "END"]
    whole = whole_statements(f"SELECT 1; {TRIGGER}; -- x;\n")
    assert [each.strip() for each in whole if not is_blank(each)] == ["SELECT 1", TRIGGER]
    made = ask(account, "POST", "/d1/database", {"name": "a"})[1]["uuid"]
    query = f"/d1/database/{made}/query"
    assert ask(account, "POST", query, {"sql": "CREATE TABLE a (x TEXT)"})[0] == 200
    account.knobs(cut_triggers=True)
    assert ask(account, "POST", query, {"sql": TRIGGER}) == (400, 7500)
    account.knobs()
    assert ask(account, "POST", query, {"sql": TRIGGER})[0] == 200


def test_a_database_goes_back_to_its_bookmark(account: Account) -> None:
    made = ask(account, "POST", "/d1/database", {"name": "a"})[1]["uuid"]
    one = f"/d1/database/{made}"
    ask(account, "POST", f"{one}/query", {"sql": "CREATE TABLE a (x TEXT); INSERT INTO a VALUES ('before')"})
    bookmark = ask(account, "GET", f"{one}/time_travel/bookmark")[1]["bookmark"]
    assert ask(account, "GET", f"{one}/time_travel/bookmark")[1]["bookmark"] == bookmark
    ask(account, "POST", f"{one}/query", {"sql": "UPDATE a SET x = ?", "params": ["after"]})
    assert ask(account, "GET", f"{one}/time_travel/bookmark")[1]["bookmark"] != bookmark
    assert ask(account, "POST", f"{one}/time_travel/restore?bookmark={bookmark}")[0] == 200
    rows = ask(account, "POST", f"{one}/raw", {"sql": "SELECT x FROM a"})[1][0]["results"]
    assert rows == {"columns": ["x"], "rows": [["before"]]}


def test_statements_that_fail_leave_nothing(account: Account) -> None:
    made = ask(account, "POST", "/d1/database", {"name": "a"})[1]["uuid"]
    query = f"/d1/database/{made}/query"
    assert ask(account, "POST", query, {"sql": "CREATE TABLE a (x TEXT); INSERT INTO none VALUES (1)"}) == (400, 7500)
    assert ask(account, "POST", query, {"sql": "SELECT count(*) AS n FROM sqlite_schema"})[1][0]["results"] == [{"n": 0}]
    assert ask(account, "POST", query, {"sql": "SELECT ?", "params": [1] * 101}) == (400, 7500)
    assert ask(account, "POST", query, {"sql": f"SELECT '{'x' * 100_000}'"}) == (400, 7500)
