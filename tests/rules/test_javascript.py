"""The pages' JavaScript is checked whenever the Python is, by tools of one exact version."""

from __future__ import annotations

import json
import re

import pytest

from runtime.paths import ROOT

TOOLS = ("eslint", "@eslint/js", "globals", "typescript")


@pytest.mark.parametrize("command", ["eslint.js public", "tsc -p tsconfig.json"])
def test_make_check_runs_the_tool(command: str) -> None:
    recipe = re.search(r"^check:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe
    assert re.search(rf"\$\(NODE\) node_modules/\S*{re.escape(command)}$", recipe[1], re.MULTILINE)


@pytest.mark.parametrize("tool", TOOLS)
def test_the_tool_has_one_exact_version_that_the_lock_file_has_too(tool: str) -> None:
    version = json.loads((ROOT / "package.json").read_text())["devDependencies"][tool]
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert json.loads((ROOT / "package-lock.json").read_text())["packages"][f"node_modules/{tool}"]["version"] == version
