"""How wrangler is started here: which program, in which surroundings."""

from __future__ import annotations

import os

from runtime.paths import NODE, NODE_MODULES, ROOT, WORKERD, WRANGLER

# Only the local command has the two extra flags: they allow a Pyodide bundle of one's own. wrangler.jsonc keeps the first alone.
LOCAL_FLAGS = ("python_workers", "python_workers_development", "experimental")


def command(*arguments: str) -> list[str]:
    """The words that start wrangler, without the launcher in front of it."""
    return [str(NODE), "--no-warnings", str(WRANGLER), *arguments]


def environment(**extra: str) -> dict[str, str]:
    """This process's environment with what keeps wrangler quiet, offline and out of the home folder."""
    return {
        **os.environ,
        "PATH": f"{NODE_MODULES / '.bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "WRANGLER_SEND_METRICS": "false",
        "WRANGLER_SEND_ERROR_REPORTS": "false",
        "WRANGLER_LOG_PATH": str(ROOT / ".wrangler" / "logs"),
        **extra,
    }


def local_environment(**extra: str) -> dict[str, str]:
    """The same for the local runtime: our workerd, no look-ups on the network, no banner with its check for updates."""
    return environment(
        CLOUDFLARE_CF_FETCH_ENABLED="false",
        MINIFLARE_WORKERD_PATH=str(WORKERD),
        WRANGLER_HIDE_BANNER="true",
        WRANGLER_WRITE_LOGS="false",
        X_LOCAL_EXPLORER="false",
        X_LOCAL_OBSERVABILITY="false",
        **extra,
    )
