"""wrangler.jsonc: every binding, queue number and cron that the Worker counts on, each with a comment."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from carlot.routes import ROUTES
from carlot.task_kinds import CRONS
from runtime.configuration import bindings, read_config
from runtime.paths import CONFIG, ROOT

LINES = CONFIG.read_text().splitlines()
QUEUES = ("sync-queue", "sync-queue-dlq")
# What opens a binding, a group of settings or a cron in this file.
OPENING = re.compile(
    r'\s*(\{ "binding"|"(assets|cache|d1_databases|kv_namespaces|r2_buckets|observability|vars)":|"[\d* ]{9,}",?$|\{$)'
)


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    return read_config()


def test_the_bindings_are_those_of_the_contract(config: dict[str, Any]) -> None:
    named = {name for name, _ in bindings(config) if name != "(consumer)"}
    assert named == {"DB", "INTEGRATIONS_KV", "PHOTOS", "SYNC_QUEUE", "SYNC_DLQ", "ASSETS"}


def test_nothing_needs_an_id(config: dict[str, Any]) -> None:
    """`wrangler deploy` makes what is missing, so that a stranger's first deploy has nothing to fill in."""
    assert not re.search(r'"(id|database_id|preview_id|account_id|preview_database_id)"', CONFIG.read_text())
    assert config["d1_databases"][0]["database_name"] == config["name"]


def test_every_queue_number_is_set(config: dict[str, Any]) -> None:
    """The defaults of the local runtime are not those of production."""
    numbers = {"max_batch_size", "max_batch_timeout", "max_retries", "retry_delay", "max_concurrency"}
    consumers = {consumer["queue"]: consumer for consumer in config["queues"]["consumers"]}
    assert tuple(consumers) == QUEUES
    for consumer in consumers.values():
        assert {name for name, value in consumer.items() if isinstance(value, int)} == numbers
    assert consumers["sync-queue"]["dead_letter_queue"] == "sync-queue-dlq"
    assert tuple(producer["queue"] for producer in config["queues"]["producers"]) == QUEUES


def test_quickbooks_is_never_called_too_often_at_once(config: dict[str, Any]) -> None:
    """Ten calls at once are its limit. Source: Intuit, "API call limits and throttles"."""
    assert sum(consumer["max_concurrency"] for consumer in config["queues"]["consumers"]) < 10


def test_the_crons_are_those_that_the_program_knows(config: dict[str, Any]) -> None:
    assert config["triggers"]["crons"] == list(CRONS)


def test_the_pages_answer_themselves_and_the_api_reaches_the_worker(config: dict[str, Any]) -> None:
    assets = config["assets"]
    assert (assets["html_handling"], assets["not_found_handling"]) == ("none", "none")
    first = [re.compile(pattern.replace("*", ".*")) for pattern in assets["run_worker_first"]]
    assert [route.path for route in ROUTES if not any(pattern.fullmatch(route.path) for pattern in first)] == []
    pages = [f"/{path.relative_to(ROOT / 'public').as_posix()}" for path in (ROOT / "public").rglob("*") if path.is_file()]
    # The Worker fills this one in for each request; the others are answered without it.
    assert [page for page in pages if any(pattern.fullmatch(page) for pattern in first)] == ["/inventory.html"]


def test_a_cache_stands_in_front_and_begins_empty_with_each_deploy(config: dict[str, Any]) -> None:
    """Answers of another version may have another shape. Source: developers.cloudflare.com/workers/cache/cache-keys."""
    assert config["cache"] == {"enabled": True}


def test_it_is_observed_without_what_queries_carry(config: dict[str, Any]) -> None:
    """The OAuth callback's query has a code in it."""
    observability = config["observability"]
    assert (observability["enabled"], observability["redact_query_string"]) == (True, True)
    assert observability["logs"]["enabled"] is True


def test_no_address_is_logged_but_by_the_program(config: dict[str, Any]) -> None:
    """An invocation log has the whole path, and a feed's path is its secret. The program's own line leaves it out."""
    assert config["observability"]["logs"]["invocation_logs"] is False
    assert not {"traces", "tail_consumers", "logpush"} & {*config, *config["observability"]}


def test_what_is_deployed_is_closed_and_has_no_local_flag(config: dict[str, Any]) -> None:
    assert config["vars"]["AUTH_MODE"] == "required"
    assert config["vars"]["IMPORT_PUBLISH_TO_WEBSITE"] == "false"
    assert config["compatibility_flags"] == ["python_workers"]


def test_everything_has_its_comment() -> None:
    opened = [number for number, line in enumerate(LINES) if OPENING.match(line) and number > 1]
    assert len(opened) > 12
    assert [LINES[number].strip() for number in opened if "//" not in LINES[number - 1]] == []


def test_the_worker_runs_on_pydantic_alone() -> None:
    """The other package is the runtime's own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert [name.partition("==")[0] for name in project["project"]["dependencies"]] == ["pydantic", "workers-runtime-sdk"]
