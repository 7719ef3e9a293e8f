"""`make doctor`: versions, bindings, what is configured and what to do next, and no value of a secret."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from local_commands.commands import run
from runtime import configuration, doctor
from runtime.paths import ROOT

SECRET = "s3cret-value-that-nobody-may-see"


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What it says where some secrets are set, one is a placeholder, and one is misspelt."""
    given = tmp_path / ".dev.vars"
    lines = (
        f'ADMIN_TOKEN="{SECRET}"',
        f"export WAYNE_REEVES_API_KEY={SECRET}",
        "CARGURUS_API_KEY=YOUR_KEY",
        f"QUICKBOOK_REALM_ID={SECRET}",
        "# X=1",
    )
    given.write_text("\n".join(lines))
    for module in (configuration, doctor):
        monkeypatch.setattr(module, "DEV_VARS", given)
    assert doctor.main([]) == 0
    return capsys.readouterr().out


def line(told: str, name: str) -> str:
    """What it says of a name."""
    found = re.search(rf"^  {re.escape(name)}  +(.+)$", told, re.MULTILINE)
    assert found is not None, name
    return found[1]


def test_no_value_is_shown(told: str) -> None:
    assert SECRET not in told


def test_what_is_set_is_told(told: str) -> None:
    assert line(told, "ADMIN_TOKEN") == "set"
    assert line(told, "WAYNE_REEVES_API_KEY") == "set"
    assert line(told, "CARGURUS_API_KEY") == "not set"
    assert line(told, "QUICKBOOKS_REALM_ID") == "not set"
    assert line(told, "QUICKBOOK_REALM_ID") == "misspelled?"


def test_what_it_is_enough_for_is_told(told: str) -> None:
    assert line(told, "the admin page") == "yes"
    assert line(told, "Wayne Reeves") == "yes"
    assert line(told, "CarGurus") == "no: CARGURUS_API_KEY"


def test_it_asks_to_confirm_each_assumed_address(told: str) -> None:
    """The key goes to that address, so the partner has to say first that it is the right one."""
    assert line(told, "WAYNE_REEVES_API_URL").endswith("WAYNE_REEVES_API_KEY is set: ask Wayne Reeves now whether it is right")
    for name, (address, partner, sent) in list(configuration.ASSUMED.items())[1:]:
        assert line(told, name) == f"{address} is assumed; ask {partner} before you set {sent} whether it is right"


def test_an_address_of_ones_own_is_not_asked_about() -> None:
    settings = {**configuration.read_config()["vars"], "CARGURUS_API_URL": "https://dealers.cargurus.example"}
    assert "CARGURUS_API_URL" not in dict(configuration.unconfirmed(settings))
    assert len(configuration.unconfirmed(settings)) == 3


def test_every_secret_and_binding_has_its_line(told: str) -> None:
    for name in configuration.secret_names():
        line(told, name)
    for name, what in configuration.bindings(configuration.read_config()):
        assert re.search(rf"^  {re.escape(name)} +{re.escape(what)}$", told, re.MULTILINE), name


def test_versions_are_those_of_the_lock_files(told: str) -> None:
    wanted = json.loads((ROOT / "package.json").read_text())
    assert line(told, "wrangler") == wanted["devDependencies"]["wrangler"]
    assert line(told, "Pyodide") == wanted["devDependencies"]["pyodide"]
    pydantic = re.search(r"^pydantic==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert pydantic is not None
    assert line(told, "pydantic, in the Worker") == pydantic[1]
    assert re.fullmatch(r"\d+\.\d+\.\d+", line(told, "Node.js, of the project"))


def test_it_ends_with_what_to_do_next(told: str) -> None:
    steps = told[told.index("\nNext\n") :]
    assert "make dev" in steps
    assert "make deploy" in steps
    assert "CARGURUS_API_KEY" in steps


def test_the_command_runs_from_any_folder_and_refuses_flags(tmp_path: Path) -> None:
    done = run("doctor", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.lstrip().startswith("Versions")
    refused = run("doctor", "--verbose")
    assert (refused.returncode, refused.stderr) == (
        1,
        "[doctor] make doctor takes no flags, and at most one address, such as URL=https://lot.example.com\n",
    )
