"""Paths in the tree."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MADE = ROOT / ".runtime"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUFF = VENV / "bin" / "ruff"
NODE_MODULES = ROOT / "node_modules"
NODE = NODE_MODULES / ".bin" / "node"
WRANGLER = NODE_MODULES / "wrangler" / "wrangler-dist" / "cli.js"
PYTHON_MODULES = ROOT / "python_modules"
BUNDLE = MADE / "pyodide_dev.capnp.bin"
WORKERD = MADE / "workerd"
MIGRATIONS = ROOT / "migrations"
STATE = ROOT / ".wrangler" / "state"
CONFIG = ROOT / "wrangler.jsonc"
