"""The guide names every binding and cron, and no endpoint or setting that is not there."""

from __future__ import annotations

import re

import pytest

from carlot.partners.registry import PARTNERS
from carlot.routes import ROUTES
from carlot.settings import setting_names
from carlot.task_kinds import CRONS
from docs.printed import DOCUMENTS, blocks, inline, prose, read, sections
from runtime.configuration import bindings, read_config
from runtime.paths import ROOT

NAMES = setting_names(PARTNERS)

GUIDE = "docs/guide.md"
ENDPOINT = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/[^\s?]*)(?:\?\S*)?")
SETTING = re.compile(r"[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+")
CODE = re.compile(r"[a-z]+(?:-[a-z]+)+")
# Words in capitals that a reader replaces, or that are names of something else.
REPLACED = {"VEHICLE_ID", "RUN_ID", "SALE_ID", "DEAD_TASK_ID", "PENDING_TASK_ID", "YOUR_DEALER_ID"}


def endpoints(texts: list[str]) -> set[tuple[str, str]]:
    """Every endpoint among pieces of code."""
    return {(found[1], found[2]) for text in texts if (found := ENDPOINT.fullmatch(text))}


def sources(pattern: str) -> set[str]:
    """Every text of the program that fits."""
    return {text for path in (ROOT / "src").rglob("*.py") for text in re.findall(pattern, path.read_text())}


@pytest.mark.parametrize("document", [*DOCUMENTS, "docs/embedding.md"])
def test_every_endpoint_in_a_sentence_is_there(document: str) -> None:
    named = endpoints(inline(document))
    assert named <= {(route.method, route.path) for route in ROUTES} | {("GET", "/_sim")}


def test_every_setting_that_is_named_is_one() -> None:
    """A binding, or a variable that a snippet of the shell sets for itself, is none."""
    known = set(NAMES) | REPLACED | {name for name, _ in bindings(read_config())}
    named = {name for text in inline(GUIDE) for name in SETTING.findall(text)}
    named |= {name for block in blocks(GUIDE) for name in re.findall(r"secret put (\w+)", block.text)}
    assert named - known == set()


def test_each_secret_that_is_to_be_put_is_no_var() -> None:
    put = {name for document in DOCUMENTS for name in re.findall(r"wrangler secret put (\w+)", read(document))} - {"NAME"}
    assert len(put) > 8
    assert put & set(read_config()["vars"]) == set()
    assert put <= set(NAMES)


def test_every_binding_and_cron_is_explained() -> None:
    tables = sections(GUIDE)["Queues and sync tasks"]
    assert [name for name, _ in bindings(read_config()) if f"| `{name}` |" not in tables and name != "(consumer)"] == []
    assert [cron for cron in CRONS if f"| `{cron}` |" not in tables] == []
    assert set(re.findall(r"^\| `([\d* /,-]{9,})` \|", tables, re.MULTILINE)) == set(CRONS)


def test_every_partner_status_is_explained() -> None:
    words = set(re.findall(r"^\| `(\w+)` \|", sections(GUIDE)["Status"], re.MULTILINE)) - {"status"}
    assert words == {"connected", "not_configured", "degraded", "reauth_required", "error"}


def test_every_error_that_is_explained_can_come() -> None:
    """A code in the table of troubles is one that the program gives."""
    known = sources(r'code(?: = |=)"([a-z-]+)"') | sources(r'status, code, title = \d+, "([a-z-]+)"')
    named = {text for text in re.findall(r"\d{3} `([^`]+)`", prose(GUIDE)) if CODE.fullmatch(text)}
    assert len(named) > 6
    assert named <= known


def test_every_trouble_has_its_cause_and_its_fix() -> None:
    rows = [line.strip("|").split(" | ") for line in sections(GUIDE)["Troubleshooting"].splitlines() if line.startswith("| ")]
    assert len(rows) > 30
    assert [row for row in rows if len(row) != 3 or not all(cell.strip() for cell in row)] == []


def test_the_frame_in_readme_is_the_one_that_is_tried_in_a_browser() -> None:
    (frame,) = [block.text for block in blocks("README.md") if block.language == "html"]
    assert frame in [block.text for block in blocks("docs/embedding.md")]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_block_is_of_a_language_that_is_tried(document: str) -> None:
    assert {block.language for block in blocks(document)} <= {"sh", "python", "json", "html", ""}


def test_the_commands_of_make_are_there() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named: set[str] = set()
    for text in [*inline(GUIDE), *(block.text for block in blocks(GUIDE))]:
        named |= set(re.findall(r"\bmake ([a-z][a-z-]*)", text))
    assert {"dev", "doctor", "deploy"} <= named <= targets
