"""A deploy that failed anywhere can be run again and ends deployed; its message names the cause and the remedy."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from local_commands import uploader
from local_commands.deploying import an_account, require_deployed, schema_of_migrations
from runtime import deploy, migrate, remote_database
from runtime.cloudflare import Account as Client
from runtime.paths import MIGRATIONS
from runtime.remedies import PERMISSIONS, TOKENS
from simulators.cloudflare.knobs import RIGHTS
from support.cloudflare import Account


class Killed(BaseException):
    """The end of the process, as a signal ends it: nothing may catch it."""


class Fault(NamedTuple):
    """A condition of the account, and words that the message must have: Cloudflare's code, the page or the permission."""

    knobs: dict[str, Any]
    words: tuple[str, ...]


def without(right: str) -> dict[str, Any]:
    """A token that lacks one permission."""
    return {"rights": [each for each in RIGHTS if each != right]}


DASHBOARD = "https://dash.cloudflare.com/?to=/:account"
R2 = Fault({"r2_enabled": False}, ("10042", "R2 is not enabled", f"{DASHBOARD}/r2/overview", "payment"))
STARTUP = Fault({"startup_allowed": False}, ("10021", "start-up", "CPU time"))
NO_QUEUES = Fault({"queues_allowed": False}, ("100129", "sync-queue", f"{DASHBOARD}/workers/plans"))
RIGHTS_LACK = {
    right: Fault(without(right), ("10000", permission.name, TOKENS))
    for right, permission in zip(("d1", "kv", "r2", "queues", "workers"), PERMISSIONS, strict=True)
}
NO_ADDRESS = Fault({"subdomain": None}, ("10063", "no workers.dev address", f"{DASHBOARD}/workers-and-pages"))
FIRST = {
    "no address": NO_ADDRESS,
    "start-up": STARTUP,
    "R2": R2,
    "queues": NO_QUEUES,
    **{f"no {right}": fault for right, fault in RIGHTS_LACK.items()},
}
LATER = {"start-up": STARTUP, "R2": R2, **{f"no {right}": fault for right, fault in RIGHTS_LACK.items() if right != "kv"}}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Account]:
    with an_account(monkeypatch, tmp_path) as found:
        yield found


def failed() -> str:
    """Deploy, which must fail, and return its message."""
    with pytest.raises(SystemExit) as stopped:
        deploy.main([])
    text = str(stopped.value.code)
    assert text.startswith("[deploy] ")
    assert "run make deploy again" in text
    return text


@pytest.mark.parametrize("name", FIRST)
def test_a_first_deploy_that_was_refused_is_repeated(account: Account, name: str) -> None:
    fault = FIRST[name]
    account.knobs(**fault.knobs)
    text = failed()
    assert [word for word in fault.words if word not in text] == []
    assert not any(script.versions for script in account.state.scripts.values())
    account.knobs()
    assert deploy.main([]) == 0
    require_deployed(account, versions=1)


@pytest.mark.parametrize("name", LATER)
def test_a_later_deploy_that_was_refused_is_repeated(account: Account, name: str) -> None:
    assert deploy.main([]) == 0
    account.knobs(**LATER[name].knobs)
    text = failed()
    assert [word for word in LATER[name].words if word not in text] == []
    require_deployed(account, versions=1)
    account.knobs()
    assert deploy.main([]) == 0
    require_deployed(account, versions=2)


def test_everything_that_is_refused_is_told_at_once(account: Account) -> None:
    account.knobs(r2_enabled=False, queues_allowed=False, rights=["r2", "queues", "workers", "kv"])
    text = failed()
    assert [word for word in ("D1, Edit", "10042", "100129") if word not in text] == []


@pytest.mark.parametrize("deploys_before", [0, 1], ids=["first", "later"])
def test_a_migration_that_was_refused_changes_nothing(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, deploys_before: int
) -> None:
    for _ in range(deploys_before):
        assert deploy.main([]) == 0
    own = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, own)
    (own / "9999_later.sql").write_text("CREATE TABLE later (id TEXT) STRICT;\nINSERT INTO nowhere VALUES (1);\n")
    monkeypatch.setattr(migrate, "MIGRATIONS", own)
    text = failed()
    assert [word for word in ("9999_later.sql", "no such table: nowhere", "nothing of it is applied") if word not in text] == []
    tables = {name for (name,) in account.database.connection.execute("SELECT name FROM sqlite_schema")}
    assert "later" not in tables
    monkeypatch.setattr(migrate, "MIGRATIONS", MIGRATIONS)
    assert deploy.main([]) == 0
    require_deployed(account, versions=deploys_before + 1)


def kill_at(monkeypatch: pytest.MonkeyPatch, number: int) -> Callable[[], bool]:
    """End the process right after Cloudflare has served its nth request that changes something.

    A kill at a request that only reads leaves what the kill before it left. The result says whether it came to that.
    """
    counted = []
    serve = Client.raw

    def raw(self: Client, *arguments: Any) -> Any:
        answer = serve(self, *arguments)
        method, path, body = arguments[:3]
        if method != "GET" and not path.endswith("/raw") and b'"init"' not in (body or b""):
            counted.append(arguments)
            if len(counted) == number:
                raise Killed
        return answer

    monkeypatch.setattr(Client, "raw", raw)
    return lambda: len(counted) >= number


def test_a_deploy_that_was_killed_anywhere_is_repeated(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """After each change in turn, where Cloudflare's `/query` cuts triggers; elsewhere in this file it does not."""
    monkeypatch.setattr(deploy, "run_wrangler", lambda *words: uploader.upload(words[-1]))
    migrations = len(migrate.names())
    # The five resources, then of the migrations the first, one in the middle, and the last.
    for number in (1, 2, 3, 4, 5, 6, 5 + migrations // 2, 5 + migrations):
        account.reset()
        account.knobs(cut_triggers=True)
        with monkeypatch.context() as during:
            was_killed = kill_at(during, number)
            with contextlib.suppress(Killed):
                deploy.main([])
        assert was_killed(), number
        assert deploy.main([]) == 0
        require_deployed(account, versions=1)
    assert "creating the KV namespace" in capsys.readouterr().out


def test_an_import_that_takes_its_time_is_waited_for(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also by the deploy after the one that was killed in the middle of it."""
    monkeypatch.setattr(remote_database, "POLL_S", 0.0)
    account.knobs(import_steps=3)
    imports = []
    serve = Client.raw

    def raw(self: Client, *arguments: Any) -> Any:
        answer = serve(self, *arguments)
        if b'"ingest"' in (arguments[2] or b""):
            imports.append(arguments)
            if len(imports) == 2:
                raise Killed
        return answer

    with monkeypatch.context() as during:
        during.setattr(Client, "raw", raw)
        with pytest.raises(Killed):
            deploy.main([])
    assert account.database.import_steps > 0
    assert deploy.main([]) == 0
    require_deployed(account, versions=1)


def test_the_query_endpoint_of_the_stand_in_does_cut(account: Account) -> None:
    """So that the test above means something: there the first migration would be refused."""
    assert deploy.main([]) == 0
    client = Client("0123456789abcdef0123456789abcdef", {"authorization": "Bearer simulated"}, f"{account.url}/client/v4")
    trigger = "CREATE TRIGGER t AFTER INSERT ON lot BEGIN SELECT 1; SELECT 2; END"
    path = f"/d1/database/{account.database.uuid}/query"
    account.knobs(cut_triggers=True)
    with pytest.raises(Exception, match=r"incomplete input: SQLITE_ERROR \[code: 7500\]"):
        client.call("POST", path, {"sql": trigger})
    account.knobs()
    client.call("POST", path, {"sql": trigger})
    assert len(account.database.connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 't'").fetchall()) == 1
    assert len(schema_of_migrations()) > 20
