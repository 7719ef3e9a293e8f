"""The command and the environment that start wrangler."""

from __future__ import annotations

import os

from runtime.paths import NODE, NODE_MODULES, ROOT, WORKERD, WRANGLER

# The last two flags allow a Pyodide bundle of our own. Only the local command has them; wrangler.jsonc has the first one alone.
LOCAL_FLAGS = ("python_workers", "python_workers_development", "experimental")


def command(*arguments: str) -> list[str]:
    """Return the command that starts wrangler directly, without its launcher."""
    return [str(NODE), "--no-warnings", str(WRANGLER), *arguments]


def environment(**extra: str) -> dict[str, str]:
    """Return this process's environment plus settings that keep wrangler quiet, offline and out of the home folder."""
    return {
        **os.environ,
        "PATH": f"{NODE_MODULES / '.bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "WRANGLER_SEND_METRICS": "false",
        "WRANGLER_SEND_ERROR_REPORTS": "false",
        "WRANGLER_LOG_PATH": str(ROOT / ".wrangler" / "logs"),
        **extra,
    }


def local_environment(**extra: str) -> dict[str, str]:
    """Return the environment of the local runtime: our workerd, no network look-ups, and no banner with its update check.

    Whoever names another workerd in MINIFLARE_WORKERD_PATH gets that one, for instance one with more flags.
    """
    return environment(
        CLOUDFLARE_CF_FETCH_ENABLED="false",
        MINIFLARE_WORKERD_PATH=os.environ.get("MINIFLARE_WORKERD_PATH", str(WORKERD)),
        WRANGLER_HIDE_BANNER="true",
        WRANGLER_WRITE_LOGS="false",
        X_LOCAL_EXPLORER="false",
        X_LOCAL_OBSERVABILITY="false",
        **extra,
    )
