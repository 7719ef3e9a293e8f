"""Who may import whom, as the architecture has it, read from every import of the Worker."""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import replace

import pytest

from rules.modules import Module, imports_of, modules, reached
from runtime.paths import ROOT

PYDANTIC = r"pydantic(_core)?(\..*)?"
PLATFORM = r"(workers|js|pyodide)(\..*)?"
VALUES = r"carlot\.(errors|settings|log|trace|platform\.ports)"
DOMAIN = r"carlot\.domain\..*"
STORE = r"carlot\.store\..*"
ENGINE = r"carlot\.engine\..*"
WEB = r"carlot\.web\..*"
LOT = r"carlot\.lot\..*"
# What may be known of partners without calling one: which sites there are, what is signed, what webhooks say.
KNOWN = r"carlot\.partners\.(signature|registry|listings\.site|\w+\.webhook)"

# What a file may import besides the standard library: the first row that fits counts. {own} is the file's own package.
ALLOWED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r".*/__init__", ()),
    (r"entry", (r"carlot\.(app|partners\.registry|platform\.(cloudflare|ports))", PLATFORM)),
    (r"carlot/platform/ports", (r"carlot\.settings",)),
    (r"carlot/platform/\w+", (VALUES, r"carlot\.domain\.partner", r"{own}\.\w+", PYDANTIC, PLATFORM)),
    (r"carlot/domain/\w+", (DOMAIN, PYDANTIC)),
    (r"carlot/store/\w+", (STORE, DOMAIN, VALUES, PYDANTIC)),
    (r"carlot/store/presets/\w+", (STORE, DOMAIN)),
    (r"carlot/engine/\w+", (ENGINE, STORE, DOMAIN, VALUES, PYDANTIC)),
    (r"carlot/web/\w+", (WEB, STORE, DOMAIN, VALUES, PYDANTIC)),
    (r"carlot/lot/alerts", (LOT, ENGINE, STORE, DOMAIN, VALUES, r"carlot\.partners\.http", PYDANTIC)),
    (r"carlot/lot/\w+", (LOT, ENGINE, STORE, DOMAIN, VALUES, r"carlot\.web\.parsing", PYDANTIC)),
    (r"carlot/partners/registry", (DOMAIN, r"carlot\.partners\.(listings\.(site|cargurus|truecar|kbb)|quickbooks\.mapping)")),
    (r"carlot/partners/(http|ftp|signature)", (VALUES, r"carlot\.domain\.(times|verdicts)")),
    (r"carlot/partners/listings/(site|cargurus|truecar|kbb)", (DOMAIN, r"{own}\.\w+", PYDANTIC)),
    (r"carlot/partners/\w+/mapping", (DOMAIN, r"carlot\.errors", PYDANTIC)),
    (r"carlot/partners/wayne_reeves/(pages|spelling)", (DOMAIN, r"carlot\.errors", r"{own}\.(mapping|spelling)", PYDANTIC)),
    (r"carlot/partners/\w+/webhook", (DOMAIN, VALUES, r"carlot\.partners\.signature", r"{own}\.(mapping|spelling)", PYDANTIC)),
    (r"carlot/partners/\w+/client", (DOMAIN, VALUES, r"carlot\.partners\.(http|ftp)", r"{own}\.(mapping|site)", PYDANTIC)),
    (
        r"carlot/partners/wayne_reeves/source",
        (r"{own}\.pages",),
    ),
    (
        r"carlot/partners/wayne_reeves/sources",
        (DOMAIN, STORE, VALUES, r"carlot\.(lot\.staging|partners\.(http|ftp))", r"{own}\.\w+"),
    ),
    (
        r"carlot/partners/\w+/\w+",
        (
            *(DOMAIN, STORE, VALUES, ENGINE, r"{own}\.\w+", PYDANTIC),
            r"carlot\.(lot\.(sync_rules|sale_changes|staging)|partners\.(registry|ftp))",
        ),
    ),
    # The dealer's own consent is exchanged while he waits; a button starts a pull, or posts what is not in the books.
    (
        r"carlot/handlers/quickbooks\w*",
        (DOMAIN, STORE, VALUES, ENGINE, WEB, LOT, r"carlot\.partners\.quickbooks\.(client|tokens|unposted)", PYDANTIC),
    ),
    (
        r"carlot/handlers/(wayne_reeves|inventory_files)",
        (
            *(DOMAIN, STORE, VALUES, ENGINE, WEB, LOT, KNOWN, PYDANTIC),
            r"carlot\.partners\.wayne_reeves\.start",
            r"carlot\.handlers\.public",
        ),
    ),
    (r"carlot/handlers/\w+", (DOMAIN, STORE, VALUES, ENGINE, WEB, LOT, r"carlot\.(handlers|openapi)\.\w+", KNOWN, PYDANTIC)),
    (
        r"carlot/routes",
        (DOMAIN, VALUES, r"carlot\.(web\.(endpoint|router)|openapi\.shapes|partners\.registry)", r"carlot\.handlers\.\w+"),
    ),
    (r"carlot/task_kinds", (DOMAIN, STORE, VALUES, ENGINE, LOT, r"carlot\.partners\..*")),
    (r"carlot/app", (VALUES, ENGINE, WEB, r"carlot\.(routes|task_kinds|domain\.author|store\.(authors|purging))")),
    (r"carlot/openapi/\w+", (DOMAIN, VALUES, WEB, r"{own}\.\w+", r"carlot\.handlers\.\w+", KNOWN, PYDANTIC)),
    (r"carlot/settings", (r"carlot\.domain\.partner",)),
    (r"carlot/(errors|log|trace)", (r"carlot\.trace",)),
)
# Who alone may import the modules at the top.
ONLY_FROM = {
    "carlot.app": {"entry"},
    "carlot.platform.cloudflare": {"entry"},
    "carlot.platform.runtime": {"carlot.platform.cloudflare"},
    "carlot.platform.sockets": {"carlot.platform.cloudflare"},
    "carlot.platform.storage": {"carlot.platform.cloudflare", "carlot.platform.runtime", "carlot.platform.sockets"},
    "carlot.routes": {"carlot.app"},
    "carlot.task_kinds": {"carlot.app"},
}


def faults(found: dict[str, Module]) -> list[str]:
    """Every import that breaks a rule, as `importer imports imported`."""
    wrong = []
    for module in found.values():
        file = module.file.removesuffix(".py")
        patterns = next(allowed for pattern, allowed in ALLOWED if re.fullmatch(pattern, file))
        allowed = "|".join(patterns).replace("{own}", re.escape(module.package))
        for imported in sorted(module.imports):
            standard = imported.partition(".")[0] in sys.stdlib_module_names
            fits = standard or re.fullmatch(allowed, imported)
            if not fits or module.name not in ONLY_FROM.get(imported, {module.name}):
                wrong.append(f"{module.name} imports {imported}")
    return wrong


def test_every_import_keeps_the_rules() -> None:
    found = modules()
    assert len(found) > 60
    assert faults(found) == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("domain.vin", "from carlot.store import sales"),
        ("domain.vin", "import httpx"),
        ("store.sales", "from carlot.engine.enqueue import commit"),
        ("handlers.sales", "from carlot.partners.wayne_reeves import client"),
        ("handlers.sales", "from carlot.task_kinds import TASKS"),
        ("partners.wayne_reeves.client", "from carlot.store import sales"),
        ("partners.wayne_reeves.mapping", "from carlot.platform.ports import Database"),
        ("partners.wayne_reeves.pull", "from carlot.partners.listings import client"),
        ("engine.enqueue", "from carlot.partners.wayne_reeves import pull"),
        ("engine.enqueue", "from carlot.lot import sync_rules"),
        ("engine.enqueue", "from js import Object"),
    ],
)
def test_the_rule_sees_what_breaks_it(name: str, line: str) -> None:
    found = modules()
    broken = replace(found[f"carlot.{name}"], imports=frozenset(imports_of(ast.parse(line), frozenset(found))))
    assert len(faults({broken.name: broken})) == 1


@pytest.mark.parametrize("folder", ["src", "dev"])
def test_no_module_imports_itself_by_way_of_others(folder: str) -> None:
    found = modules(ROOT / folder)
    assert len(found) > 50
    assert [name for name in found if name in reached(name, found)] == []


def test_a_client_reaches_no_database_and_a_mapping_no_partner() -> None:
    """Not by way of others either."""
    found = modules()
    for name in found:
        last = name.rpartition(".")[2]
        if last == "client":
            assert not [each for each in reached(name, found) if each.startswith("carlot.store")], name
        if last in ("mapping", "webhook"):
            assert not {"carlot.partners.http"} & reached(name, found), name


def test_every_module_has_its_use() -> None:
    found = modules()
    packages = {module.name for module in found.values() if module.path.name == "__init__.py"}
    assert set(found) - packages - reached("entry", found) == {"entry"}


def test_all_is_imported_at_the_top() -> None:
    """What is imported later is not in the snapshot that an isolate starts from."""
    late = [
        f"{module.name}:{node.lineno}"
        for module in modules().values()
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert late == []
