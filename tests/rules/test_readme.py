"""README shows every endpoint, every command and no other; what it links to is there."""

from __future__ import annotations

import re

from carlot.routes import ROUTES
from runtime.paths import ROOT

TEXT = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
ENDPOINTS = TEXT[TEXT.index("## Endpoints") : TEXT.index("\n## ", TEXT.index("## Endpoints") + 1)]
METHODS = "GET|POST|PUT|PATCH|DELETE"


def shown_endpoints() -> set[tuple[str, str]]:
    """Every method and path in README's section of endpoints; `GET`, `POST /x` names both."""
    found = set()
    for names in re.findall(rf"(?:`(?:{METHODS})(?: [^`]*)?`(?:, )?)+", ENDPOINTS):
        methods: list[str] = []
        for method, path in re.findall(rf"`({METHODS})(?: (/[^`\s?]*))?[^`]*`", names):
            methods.append(method)
            if path:
                found |= {(each, path) for each in methods}
                methods = []
    return found


def test_every_endpoint_is_shown_and_no_other() -> None:
    assert shown_endpoints() == {(route.method, route.path) for route in ROUTES}


def test_every_command_that_it_names_is_there() -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)\b", " ".join(re.findall(r"`[^`]+`|```.*?```", TEXT, re.DOTALL))))
    targets = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
    assert {"dev", "test", "check", "bench", "deploy", "doctor"} <= named <= targets


def test_what_it_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", TEXT)
    assert links
    assert [link for link in links if not link.startswith("https://") and not (ROOT / link).exists()] == []


def test_the_folders_and_files_that_it_names_are_there() -> None:
    named = re.findall(r"`((?:src|dev|tests|bench|public|migrations|docs|wordpress)/[\w./-]*)[` ]", TEXT)
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_make_says_what_each_command_does() -> None:
    targets = re.findall(r"^([a-z][a-z-]*):(.*)$", MAKEFILE, re.MULTILINE)
    assert [name for name, rest in targets if "## " not in rest] == []
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == {name for name, _ in targets}
