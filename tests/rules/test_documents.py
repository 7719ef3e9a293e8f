"""The documents lead somewhere: every link resolves, every heading that the code cites is there, every map is complete."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import carlot
from rules.modules import modules
from runtime.paths import ROOT

DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "bench" / "README.md", ROOT / "tests" / "README.md"], key=str
)
CITED = re.compile(r'(docs/\w+\.md|[A-Z]+\.md), "([^"]+)"')
"""How code cites a heading: `docs/partners.md, "Inventory"`."""
CODE = sorted(path for folder in ("src", "dev", "tests", "bench") for path in (ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    """A path as it is shown in the tree."""
    return path.relative_to(ROOT).as_posix()


def headings(text: str) -> list[str]:
    """Every heading outside the blocks of code."""
    return re.findall(r"^#+ (.+)$", re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_link_between_documents_resolves(document: Path) -> None:
    lost = []
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        path, _, fragment = target.partition("#")
        if path.startswith("https://"):
            continue
        file = (document.parent / path).resolve() if path else document
        if not file.exists() or (fragment and fragment not in {anchor(each) for each in headings(file.read_text())}):
            lost.append(target)
    assert lost == []


def test_every_folder_and_file_that_a_document_names_is_there() -> None:
    place = re.compile(r"`((?:src|dev|tests|bench|public|migrations|docs|wordpress)/[\w./-]*)(?:::\w+)?[` ]")
    of_tree = [document for document in DOCUMENTS if document.parent.name != "bench"]
    found = {(document, name) for document in of_tree for name in place.findall(document.read_text())}
    assert len(found) > 50
    assert [(named(document), name) for document, name in sorted(found) if not (ROOT / name).exists()] == []


def citations(text: str) -> list[tuple[str, str]]:
    """Every document and heading that a text cites."""
    return CITED.findall(" ".join(text.split()))


def test_every_heading_that_the_code_cites_is_there() -> None:
    cited = {(path, *each) for path in CODE for each in citations(path.read_text()) if path != Path(__file__)}
    assert len(cited) > 10
    assert [
        (named(path), document, heading)
        for path, document, heading in cited
        if not (ROOT / document).exists() or heading not in headings((ROOT / document).read_text())
    ] == []


def test_every_document_that_the_code_names_is_in_the_tree() -> None:
    words = {(path, name) for path in CODE for name in re.findall(r"\bdocs/[\w-]+\.md\b", path.read_text())}
    assert [(named(path), name) for path, name in words if not (ROOT / name).exists()] == []
    others = {path for path in CODE if path != Path(__file__) and re.search(r"\bCONTRACTS\b", path.read_text())}
    assert others == set(), "what partners offer is described in docs/partners.md"


def mapped(text: str) -> Counter[str]:
    """The names at the beginning of a map's rows, up to the two spaces before their meaning."""
    rows = re.findall(r"^- ((?:`\w+/?`(?:, )?)+)  ", text, re.MULTILINE)
    return Counter(name for row in rows for name in re.findall(r"`([\w/]+)`", row))


def test_the_map_of_the_package_has_every_module_and_folder_once() -> None:
    """The docstring of `src/carlot/__init__.py`: a line for each module of the root and for each folder."""
    root = ROOT / "src" / "carlot"
    there = {path.stem for path in root.glob("*.py")} - {"__init__"}
    there |= {f"{path.parent.name}/" for path in root.glob("*/__init__.py")}
    assert mapped(carlot.__doc__ or "") == Counter(there)


def test_the_map_of_the_tests_has_every_module_once() -> None:
    """`tests/README.md`: a row for each module of `src/carlot`, and tests that exist."""
    text = (ROOT / "tests" / "README.md").read_text().partition("## Modules and their tests")[2]
    rows = re.findall(r"^\| `([\w/]+)` \| (.+) \|$", text, re.MULTILINE)
    there = [
        module.file.removesuffix(".py").removeprefix("carlot/")
        for module in modules().values()
        if module.path.name != "__init__.py" and module.file.startswith("carlot/")
    ]
    assert Counter(name for name, _ in rows) == Counter(there)
    tests = {(name, test) for name, cell in rows for test in re.findall(r"`([^`]+)`", cell)}
    assert [(name, test) for name, test in sorted(tests) if not (ROOT / "tests" / test).exists()] == []
    assert [name for name, cell in rows if "`" not in cell] == []
