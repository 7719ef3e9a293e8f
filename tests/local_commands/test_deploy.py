"""`make deploy`: what stands in the way is told at once; the order of what it does; what would be uploaded."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local_commands.deploying import SCHEMA, an_account, require_deployed, schema_of_migrations
from runtime import cloudflare, configuration, deploy, doctor, environments, setup, verify, wrangler
from runtime.paths import ROOT
from simulators.cloudflare import ACCOUNT
from support.cloudflare import Account

pytestmark = pytest.mark.xdist_group("local_commands")
LARGEST_KIB = 3 * 1024
"""The free plan's limit of a Worker, compressed. Source: Cloudflare, "Workers limits"."""


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Account]:
    with an_account(monkeypatch, tmp_path) as found:
        yield found


def changes(account: Account) -> list[str]:
    """The requests that change something, each kind once, without what only a first deploy creates."""
    found = [each for each in account.heard() if not each.startswith("GET") and "/raw" not in each]
    return list(dict.fromkeys(re.sub(r"[0-9a-f-]{32,36}", "ID", each) for each in found))


def test_bookmark_then_migrations_then_worker(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy.main([]) == 0
    heard = account.heard()
    steps = ["POST d1/database", "bookmark", "POST d1/database/", "PUT workers/scripts/carlot-manager", "health", "inventory"]
    at = [next(number for number, each in enumerate(heard) if step in each) for step in steps]
    assert at == sorted(at)
    said = capsys.readouterr().out
    assert f"bookmark of the database before this deploy: {next(iter(account.database.kept))}" in said
    assert f"{account.url} answers." in said
    assert "The admin page stays closed until you run: npx wrangler secret put ADMIN_TOKEN" in said
    require_deployed(account, versions=1)


def test_a_later_deploy_creates_nothing_and_migrates_nothing(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy.main([]) == 0
    account.state.scripts["carlot-manager"].secrets["ADMIN_TOKEN"] = "t"
    before = len(account.heard())
    capsys.readouterr()
    assert deploy.main([]) == 0
    later = account.heard()[before:]
    assert [each for each in later if each.startswith("POST") and "/raw" not in each] == []
    said = capsys.readouterr().out
    assert "migrations: none is missing" in said
    assert "closed" not in said
    assert "Not configured, so not in use: Wayne Reeves" in said
    require_deployed(account, versions=2)


def test_with_uv_installed_the_same_packages_are_deployed(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Those in python_modules, which were tested. pywrangler would resolve them again."""
    uv, used = tmp_path / "uv", tmp_path / "used"
    uv.write_text(f'#!/bin/sh\necho "$@" >> "{used}"\n')
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert deploy.main([]) == 0
    require_deployed(account)
    assert not used.exists()


def test_a_namespace_in_use_stays_in_use(account: Account) -> None:
    """Also when it has another name than the one a deploy would give it."""
    assert deploy.main([]) == 0
    (key,) = account.state.namespaces
    account.state.namespaces[key] = "renamed in the dashboard"
    assert deploy.main([]) == 0
    assert list(account.state.namespaces) == [key]


def test_without_a_bookmark_nothing_is_touched(account: Account) -> None:
    account.fault("GET", "*bookmark", "status", status=500, times=9)
    with pytest.raises(SystemExit, match="the database could not be read"):
        deploy.main([])
    assert account.heard("POST", "/import") == account.heard("PUT") == []


def test_everything_that_is_missing_is_told_at_once(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    config: dict[str, Any] = configuration.read_config()
    config["vars"] |= {"AUTH_MODE": "dev-open"}
    config["compatibility_flags"] = ["python_workers", "experimental"]
    monkeypatch.setattr(environments, "read_config", lambda: config)
    account.knobs(rights=["d1"])
    with pytest.raises(SystemExit) as stopped:
        deploy.main([])
    listed = re.findall(r"^  - (.*)$", str(stopped.value.code), re.MULTILINE)
    assert [re.split(r"[:;]", each)[0] for each in listed] == ["wrangler.jsonc", "wrangler.jsonc", "Worker carlot-manager"]
    assert changes(account) == []


def test_a_partner_that_is_only_partly_configured_is_a_note(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    """The Deploy button asks for every secret, so a dealer begins with some of them; the lot is on the net without the rest."""
    assert deploy.main([]) == 0
    account.state.scripts["carlot-manager"].secrets |= {"ADMIN_TOKEN": "t", "QUICKBOOKS_CLIENT_ID": "q"}
    assert deploy.main([]) == 0
    noted = [each for each in capsys.readouterr().out.splitlines() if "partly configured" in each]
    assert [re.findall(r"[A-Z_]{9,}", each) for each in noted] == [
        ["QUICKBOOKS_CLIENT_SECRET", "QUICKBOOKS_REALM_ID", "TOKEN_ENCRYPTION_KEY"]
    ]


def test_who_is_not_signed_in_is_told_how(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN")
    monkeypatch.setattr(wrangler, "command", lambda *_: ["/bin/sh", "-c", "echo Not logged in. >&2; exit 1"])
    with pytest.raises(SystemExit, match="npx wrangler login"):
        deploy.main([])
    assert account.heard() == []


def test_who_signed_in_with_wrangler_is_known(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """`wrangler auth token --json` has the token; with one account, that account is meant."""
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN")
    monkeypatch.delenv("CLOUDFLARE_ACCOUNT_ID")
    monkeypatch.setattr(wrangler, "command", lambda *_: ["/bin/sh", "-c", """echo '{"type": "oauth", "token": "t"}'"""])
    found = cloudflare.connect({})
    assert (found.id, dict(found.credentials)) == (ACCOUNT, {"authorization": "Bearer t"})
    assert account.heard() == ["GET accounts"]


def test_a_worker_that_does_not_answer_is_told_with_the_ways_back(account: Account) -> None:
    account.knobs(healthy=False)
    with pytest.raises(SystemExit) as stopped:
        deploy.main([])
    text = str(stopped.value.code)
    assert "/api/health answers 500" in text
    assert "npx wrangler rollback\n" in text
    (bookmark,) = [each for each in account.database.kept if each.startswith("00000000")]
    assert f"npx wrangler d1 time-travel restore DB --bookmark {bookmark}\n" in text


def test_a_new_address_is_asked_until_it_answers(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "PATIENCE_S", 60.0)
    account.knobs(deaf=3)
    assert deploy.main([]) == 0
    asked = [each for each in account.heard() if each in ("GET health", "GET inventory")]
    assert asked == [*["GET health"] * 4, "GET inventory"]


def test_the_doctor_knows_the_deployed_secrets(account: Account) -> None:
    assert doctor.known_secrets() is None, "there is no Worker yet"
    assert deploy.main([]) == 0
    account.state.scripts["carlot-manager"].secrets["ADMIN_TOKEN"] = "t"
    assert doctor.known_secrets() == {"ADMIN_TOKEN"}
    account.knobs(rights=[])
    assert doctor.known_secrets() is None


def test_the_address_is_the_workers_own(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CARLOT_URL")
    found, config = cloudflare.connect({}), configuration.read_config()
    assert verify.address(found, config) == "https://carlot-manager.simulated.workers.dev"
    config |= {"workers_dev": False, "vars": {"PUBLIC_BASE_URL": "https://lot.example.com/"}}
    assert verify.address(found, config) == "https://lot.example.com"
    assert account.heard() == ["GET workers/subdomain"]


def test_variables_of_the_dashboard_are_told_before_they_go(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy.main([]) == 0
    assert "and becomes" not in capsys.readouterr().out
    bindings = account.state.scripts["carlot-manager"].versions[-1]["metadata"]["bindings"]
    next(each for each in bindings if each["name"] == "DEALER_NAME")["text"] = "Smith Motors"
    bindings.append({"name": "MINE", "type": "plain_text", "text": "x"})
    assert deploy.main([]) == 0
    said = capsys.readouterr().out
    assert "DEALER_NAME is 'Smith Motors' on Cloudflare and becomes '', as in wrangler.jsonc" in said
    assert "MINE is not in wrangler.jsonc, and is removed from Cloudflare" in said


def test_what_is_uploaded_fits_and_wrangler_has_nothing_to_say_against_it(tmp_path: Path) -> None:
    setup.ensure()
    words = wrangler.command("deploy", "--dry-run", "--outdir", str(tmp_path))
    environment = wrangler.environment(CI="true", WRANGLER_HIDE_BANNER="true")
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    size = re.search(r"Total Upload: .* gzip: ([\d.]+) KiB", done.stdout)
    assert size is not None
    assert 500 < float(size[1]) <= LARGEST_KIB
    pydantic = tmp_path / "python_modules" / "pydantic"
    assert (pydantic / "__init__.py").exists()
    assert (pydantic / "__pycache__" / "__init__.cpython-314.pyc").exists(), "a start compiles no package"
    assert not list(tmp_path.rglob("tests")), "nothing but the Worker is uploaded"


@pytest.fixture
def preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The flags of the environment `preview`, its configuration written elsewhere."""
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    return ["--config", str(tmp_path / "wrangler.preview.json")]


def names_in_the_account(config: Mapping[str, Any]) -> set[str]:
    """What two environments must not share."""
    queues = config["queues"]
    return {
        config["name"],
        *(database["database_name"] for database in config["d1_databases"]),
        *(bucket["bucket_name"] for bucket in config["r2_buckets"]),
        *(queue["queue"] for queue in (*queues["producers"], *queues["consumers"])),
        *(queue["dead_letter_queue"] for queue in queues["consumers"] if "dead_letter_queue" in queue),
    }


def test_a_preview_shares_nothing_with_production_and_differs_in_nothing_else(preview: list[str]) -> None:
    assert environments.flags_of("production") == []
    assert environments.flags_of("preview") == preview
    production, other = configuration.read_config(), json.loads(Path(preview[1]).read_text())
    own, others = names_in_the_account(production), names_in_the_account(other)
    assert len(own) == 4
    assert others == {f"{name}-preview" for name in own}
    assert json.dumps(other).replace("-preview", "") == json.dumps(production)


def test_a_preview_is_deployed_beside_production(account: Account) -> None:
    assert deploy.main([]) == 0
    assert deploy.main(["preview"]) == 0
    state = account.state
    assert set(state.scripts) == {"carlot-manager", "carlot-manager-preview"}
    databases = {each.uuid: each.name for each in state.databases.values()}
    used = {
        name: next(databases[each["id"]] for each in script.bindings() if each["name"] == "DB")
        for name, script in state.scripts.items()
    }
    assert used == {name: name for name in state.scripts}
    assert len(state.namespaces) == len(state.objects) == 2
    assert len(state.queues) == 4


@pytest.mark.parametrize("argument", ["--force", "Preview", "../x", ""])
def test_what_is_no_environment_is_refused(account: Account, argument: str) -> None:
    with pytest.raises(SystemExit):
        deploy.main([argument])
    assert account.heard() == []


def test_what_the_button_makes_is_deployed(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """It creates the resources under names that the dealer may choose, writes names and ids into wrangler.jsonc, then deploys."""
    config: dict[str, Any] = configuration.read_config()
    made = cloudflare.connect({})
    database = made.call("POST", "/d1/database", {"name": "my-lot"})
    config["d1_databases"][0] |= {"database_name": "my-lot", "database_id": database["uuid"]}
    config["kv_namespaces"][0]["id"] = made.call("POST", "/storage/kv/namespaces", {"title": "tokens"})["id"]
    config["r2_buckets"][0]["bucket_name"] = made.call("POST", "/r2/buckets", {"name": "my-photos"})["name"]
    for queue in config["queues"]["producers"]:
        made.call("POST", "/queues", {"queue_name": queue["queue"]})
    monkeypatch.setattr(environments, "read_config", lambda: copy.deepcopy(config))
    before = (len(account.state.databases), len(account.state.namespaces), len(account.state.objects), len(account.state.queues))
    assert deploy.main([]) == 0
    account.state.scripts["carlot-manager"].secrets |= dict.fromkeys(configuration.asked_by_the_button(), "set")
    assert deploy.main([]) == 0
    state = account.state
    assert before == (len(state.databases), len(state.namespaces), len(state.objects), len(state.queues)) == (1, 1, 1, 2)
    assert account.database.connection.execute(SCHEMA).fetchall() == schema_of_migrations()
