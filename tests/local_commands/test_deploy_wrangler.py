"""`make deploy` as a process, with the real wrangler, against the stand-in of Cloudflare's API."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from local_commands.commands import running
from local_commands.deploying import require_deployed
from runtime import setup
from runtime.paths import ROOT
from support.cloudflare import Account, served
from support.running import wait_until

pytestmark = pytest.mark.xdist_group("local_commands")
PATIENCE_S = 120.0


def deployed(account: Account) -> subprocess.CompletedProcess[str]:
    """One `make deploy`, to its end."""
    return subprocess.run(
        [ROOT / "dev" / "deploy"],
        env={**os.environ, **environment(account)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def environment(account: Account) -> dict[str, str]:
    """What points wrangler and `make deploy` at the stand-in."""
    return {**account.settings(account.url), "CARLOT_URL": account.url}


def test_refused_then_killed_then_deployed(tmp_path: Path) -> None:
    setup.ensure()
    with served() as account:
        account.knobs(startup_allowed=False, cut_triggers=True)
        refused = deployed(account)
        assert refused.returncode == 1
        assert "Stopped: wrangler deploy failed. [code: 10021] Cloudflare ran the Worker's start-up code" in refused.stderr
        assert "run make deploy again" in refused.stderr

        account.knobs(cut_triggers=True)
        account.fault("PUT", "*/workers/scripts/carlot-manager", "stall", stall_s=60)
        with running("deploy", cwd=ROOT, log=tmp_path / "log", environment=environment(account)) as during:
            wait_until(lambda: bool(account.state.scripts), PATIENCE_S, "the upload has arrived")
            assert during.end(signal.SIGKILL, group=True) == set()

        done = deployed(account)
        assert done.returncode == 0, done.stdout + done.stderr
        require_deployed(account, versions=2)
        assert f"{account.url} answers." in done.stdout
        assert '"account_id"' in (ROOT / "wrangler.production-deploy.json").read_text()
        script = account.state.scripts["carlot-manager"]
        assert script.subdomain == {"enabled": True, "previews_enabled": False}
        metadata = script.versions[-1]["metadata"]
        assert metadata["compatibility_flags"] == ["python_workers"]
        parts = set(script.versions[-1]["parts"])
        assert {"entry.py", "carlot/app.py", "python_modules/pydantic/__init__.py"} <= parts
        assert len([part for part in parts if re.search(r"pydantic_core.*\.so$", part)]) == 1
        assert len(account.state.assets) > 50
