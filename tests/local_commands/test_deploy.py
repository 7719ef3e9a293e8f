"""`make deploy`: what stands in the way is told at once; the order of what it does; what would be uploaded."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from runtime import configuration, deploy, environments, setup, wrangler
from runtime.paths import ROOT

pytestmark = pytest.mark.xdist_group("local_commands")
LARGEST_KIB = 3 * 1024
"""The free plan's limit of a Worker, compressed. Source: Cloudflare, "Workers limits"."""

BOOKMARK = "00000085-0000024c-00004c6d-8e61117bf38d7adb71b934ebbf891683"
Answer = tuple[int, str]


class Cloudflare:
    """Stands for wrangler and the account behind it: answers by the first words of a command, and notes every command."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answers: Mapping[str, Answer]) -> None:
        self.told: list[str] = []
        self._answers = answers
        monkeypatch.setattr(deploy, "ask_wrangler", self._run)
        monkeypatch.setattr(deploy, "run_wrangler", lambda *words: self._run(*words) and None)
        monkeypatch.setattr("runtime.deploy.setup.ensure", lambda: None)

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = " ".join(words)
        self.told.append(command)
        status, said = next((answer for begin, answer in self._answers.items() if command.startswith(begin)), (0, ""))
        return subprocess.CompletedProcess(words, status, said, "")

    @property
    def changes(self) -> list[str]:
        """The commands that change something."""
        return [command for command in self.told if not command.startswith(("whoami", "secret list", "d1 time-travel"))]


def secrets(*names: str) -> Answer:
    """As `wrangler secret list` tells them."""
    return 0, json.dumps([{"name": name, "type": "secret_text"} for name in names])


WELL: Mapping[str, Answer] = {
    "whoami": (0, '{"loggedIn": true}'),
    "secret list": secrets("ADMIN_TOKEN"),
    "d1 time-travel": (0, f"The current bookmark is '{BOOKMARK}'"),
}


def test_bookmark_then_migrations_then_worker(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    cloudflare = Cloudflare(monkeypatch, WELL)
    assert deploy.main([]) == 0
    assert cloudflare.changes == ["d1 migrations apply DB --remote", "deploy"]
    assert cloudflare.told.index("d1 time-travel info DB") < cloudflare.told.index("d1 migrations apply DB --remote")
    said = capsys.readouterr().out
    assert BOOKMARK in said
    assert "closed" not in said
    assert "Not configured, so not in use: Wayne Reeves" in said


def test_with_uv_installed_the_same_packages_are_deployed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Those in python_modules, which were tested. pywrangler would resolve them again."""
    uv, used = tmp_path / "uv", tmp_path / "used"
    uv.write_text(f'#!/bin/sh\necho "$@" >> "{used}"\n')
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    cloudflare = Cloudflare(monkeypatch, WELL)
    assert deploy.main([]) == 0
    assert cloudflare.changes == ["d1 migrations apply DB --remote", "deploy"]
    assert not used.exists()


def test_the_first_time_it_makes_the_database(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = (1, "Couldn't find a D1 DB named 'carlot-manager' (bound as 'DB') in the API.")
    cloudflare = Cloudflare(monkeypatch, {**WELL, "d1 time-travel": nothing, "secret list": (1, "no such Worker")})
    assert deploy.main([]) == 0
    assert cloudflare.changes == ["d1 create carlot-manager", "d1 migrations apply DB --remote", "deploy"]
    assert "The admin page stays closed until you run: npx wrangler secret put ADMIN_TOKEN" in capsys.readouterr().out


def test_without_a_bookmark_nothing_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    cloudflare = Cloudflare(monkeypatch, {**WELL, "d1 time-travel": (1, "fetch failed")})
    with pytest.raises(SystemExit, match="fetch failed"):
        deploy.main([])
    assert cloudflare.changes == []


def test_everything_that_is_missing_is_told_at_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    config: dict[str, Any] = configuration.read_config()
    config["vars"] |= {"AUTH_MODE": "dev-open", "CARGURUS_API_URL": "https://cargurus.example"}
    config["compatibility_flags"] = ["python_workers", "experimental"]
    monkeypatch.setattr(environments, "read_config", lambda: config)
    cloudflare = Cloudflare(monkeypatch, {**WELL, "secret list": secrets("WEBHOOK_SECRET")})
    assert deploy.main([]) == 1
    assert cloudflare.changes == []
    listed = re.findall(r"^  - (.*)$", capsys.readouterr().err, re.MULTILINE)
    assert [re.split(r"[:;]", each)[0] for each in listed] == [
        "wrangler.jsonc",
        "wrangler.jsonc",
        "secret ADMIN_TOKEN",
        "CarGurus",
    ]
    assert "CARGURUS_API_KEY" in listed[-1]


@pytest.mark.parametrize("answer", [(1, ""), (0, '{"loggedIn": false}'), (0, "You are not authenticated.")])
def test_who_is_not_signed_in_is_told_how(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: Answer
) -> None:
    cloudflare = Cloudflare(monkeypatch, {**WELL, "whoami": answer})
    assert deploy.main([]) == 1
    assert "npx wrangler login" in capsys.readouterr().err
    assert cloudflare.changes == []


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
    assert (tmp_path / "python_modules" / "pydantic" / "__init__.py").exists()
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


def test_a_preview_is_deployed_by_its_own_configuration(monkeypatch: pytest.MonkeyPatch, preview: list[str]) -> None:
    cloudflare = Cloudflare(monkeypatch, WELL)
    assert deploy.main(["preview"]) == 0
    flags = " ".join(preview)
    assert cloudflare.changes == [f"d1 migrations apply DB --remote {flags}", f"deploy {flags}"]
    assert [command for command in cloudflare.told if flags not in command] == ["whoami --json"]


@pytest.mark.parametrize("argument", ["--force", "Preview", "../x", ""])
def test_what_is_no_environment_is_refused(monkeypatch: pytest.MonkeyPatch, argument: str) -> None:
    cloudflare = Cloudflare(monkeypatch, WELL)
    with pytest.raises(SystemExit):
        deploy.main([argument])
    assert cloudflare.told == []


def test_the_button_has_a_word_on_every_secret_and_binding() -> None:
    """Source: Cloudflare, "Deploy to Cloudflare buttons": package.json, cloudflare.bindings."""
    package = json.loads((ROOT / "package.json").read_text())
    described = package["cloudflare"]["bindings"]
    bound = {name for name, _ in configuration.bindings(configuration.read_config()) if name not in ("(consumer)", "ASSETS")}
    assert set(described) == bound | set(configuration.secret_names())
    assert all(len(entry["description"]) > 20 for entry in described.values())
    assert package["scripts"]["deploy"] == "dev/deploy"
    assert "https://deploy.workers.cloudflare.com/?url=" in (ROOT / "README.md").read_text()
