"""docs/security.md answers every requirement of ASVS 5.0.0 up to level 2, once, and names nothing that is not there."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from runtime.paths import ROOT

TEXT = (ROOT / "docs" / "security.md").read_text()
# How many requirements of level 1 and 2 each section has; those of level 3 come last in each.
# Source: OWASP ASVS 5.0.0, OWASP_Application_Security_Verification_Standard_5.0.0_en.csv.
COUNTS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4
5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2
8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4
11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1
16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
SECTIONS = dict(pair.split(":") for pair in COUNTS.split())
WANTED = {f"{section}.{number}" for section, count in SECTIONS.items() for number in range(1, int(count) + 1)}
PROOF = re.compile(r"`((?:tests|src|bench|docs)/[\w/.-]+)(?:::(\w+))?`")


def rows() -> Iterator[tuple[list[str], str, str]]:
    """The rows of the ASVS tables: requirements, answer, proof."""
    for ids, _, answer, how in re.findall(r"^\| (\d[\d., ]+?) \| (.*?) \| (.*?) \| (.*?) ?\|$", TEXT, re.MULTILINE):
        yield ids.split(", "), answer, how


def test_every_requirement_is_answered_once() -> None:
    counted = Counter(number for ids, _, _ in rows() for number in ids)
    assert len(WANTED) == 253, "70 of level 1 and 183 of level 2"
    assert set(counted) == WANTED
    assert [number for number, count in counted.items() if count > 1] == []


def test_every_answer_is_one_of_five() -> None:
    assert {answer for _, answer, _ in rows()} == {"met", "partly", "not met", "platform", "none"}


def test_what_is_not_met_is_explained() -> None:
    explained = TEXT[TEXT.index("## What is not met") :]
    assert [ids for ids, answer, _ in rows() if answer == "not met" and not any(number in explained for number in ids)] == []


def test_every_risk_of_the_top_ten_is_answered() -> None:
    assert re.findall(r"^\| API(\d+) ", TEXT, re.MULTILINE) == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize(("path", "name"), sorted(set(PROOF.findall(TEXT))))
def test_what_is_named_is_there(path: str, name: str) -> None:
    assert (ROOT / path).exists(), path
    if name:
        tree = ast.parse((ROOT / path).read_text())
        functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in functions
