"""Every block of code that README and the guide print runs as printed, on a local instance as `make dev` starts one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from docs.printed import DOCUMENTS, Block, blocks
from docs.stage import Stage

pytestmark = pytest.mark.xdist_group("snippets")

BLOCKS = [block for document in DOCUMENTS for block in blocks(document)]
OF_TASKS = ("DEAD_TASK_ID", "PENDING_TASK_ID")


def of(language: str) -> list[Block]:
    """The blocks of a language."""
    return [block for block in BLOCKS if block.language == language]


def members(content: Any, path: str = "") -> set[str]:
    """Every member of a JSON object by its path, with the kind of its value."""
    if not isinstance(content, dict):
        return {f"{path}: {type(content).__name__}"}
    return {member for name, value in content.items() for member in members(value, f"{path}.{name}")}


@pytest.mark.parametrize("block", [block for block in of("sh") if not any(word in block.text for word in OF_TASKS)], ids=str)
def test_the_shell_runs_it(stage: Stage, block: Block) -> None:
    said = stage.shell(block.text)
    if "/api/webhooks/" in block.text:
        assert json.loads(said) == {"received": True}


@pytest.mark.parametrize("block", [block for block in of("sh") if any(word in block.text for word in OF_TASKS)], ids=str)
def test_the_shell_deals_with_failed_syncs(stage: Stage, block: Block) -> None:
    with stage.troubled() as ids:
        text = block.text
        for word, task_id in ids.items():
            assert word in text
            text = text.replace(word, task_id)
        said = stage.shell(text)
    assert re.search(r'"discardedAt":"20', said)
    assert re.search(r'\{"queued":\d+\}', said)


@pytest.mark.parametrize("block", of("python"), ids=str)
def test_python_runs_it(stage: Stage, block: Block) -> None:
    assert json.loads(stage.python(block.text)) == {"received": True}


@pytest.mark.parametrize("block", of("json"), ids=str)
def test_the_status_is_as_shown(stage: Stage, block: Block) -> None:
    """Every member that is shown is there. Where nothing has happened yet, it is null."""
    shown = {member.partition(":")[0] for member in members(json.loads(block.text))}
    there = {member.partition(":")[0] for member in members(stage.status())}
    assert len(shown) > 15
    assert shown == there


def test_a_command_that_fails_is_seen(stage: Stage) -> None:
    with pytest.raises(AssertionError, match="not-found"):
        stage.shell("curl http://localhost:8787/api/vehicles/nobody\ncurl http://localhost:8787/api/health\n")


def test_words_to_replace_are_replaced(stage: Stage) -> None:
    assert re.fullmatch(
        r"http://127\.0\.0\.1:\d+/api/vehicles/\w{32}/sync", stage.filled("http://localhost:8787/api/vehicles/VEHICLE_ID/sync")
    )
