"""The plugin as it is packed: what WordPress' reviewers look for, and its translations."""

from __future__ import annotations

import gettext
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from runtime import wordpress
from runtime.paths import ROOT

PLUGIN = wordpress.PLUGIN
TRANSLATIONS = sorted(wordpress.LANGUAGES.glob("*.po"))
PLACEHOLDER = re.compile(r"%(?:\d\$)?[ds]")


def header(file: str, field: str) -> str:
    """A field at the head of the plugin's main file, or of its readme."""
    found = re.search(rf"^[ *]*{field}:\s*(.+)$", (PLUGIN / file).read_text(), re.MULTILINE)
    assert found, f"{file} says no {field}"
    return found[1].strip()


def test_template_and_translations_are_up_to_date() -> None:
    assert wordpress.main(["--check"]) == 0, "run: make wordpress"


def test_the_check_notices_a_new_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wordpress, "TEMPLATE", tmp_path / "old.pot")
    (tmp_path / "old.pot").write_text("of yesterday")
    assert wordpress.main(["--check"]) == 1


def test_every_text_of_the_plugin_is_found() -> None:
    calls = sum(
        len(re.findall(r"'carlot-inventory'\s*\)", file.read_text()))
        for file in [*PLUGIN.rglob("*.php"), PLUGIN / "block" / "editor.js"]
    )
    texts = wordpress.texts()
    assert len(texts) > 40
    # Others name the text domain, the style and the options page, which end in the same word.
    assert calls >= len(texts)
    assert texts["Only editors see this: %s"] == (["includes/list.php"], "translators: %s: what went wrong.")


@pytest.mark.parametrize("source", TRANSLATIONS, ids=lambda path: path.stem)
def test_a_translation_is_whole_and_keeps_the_placeholders(source: Path) -> None:
    with source.with_suffix(".mo").open("rb") as compiled:
        translated = gettext.GNUTranslations(compiled)
    texts = wordpress.texts()
    missing = [text for text in texts if not translated._catalog.get(text)]  # type: ignore[attr-defined]
    assert missing == []
    for text in texts:
        assert sorted(PLACEHOLDER.findall(translated.gettext(text))) == sorted(PLACEHOLDER.findall(text))
    in_editor = json.loads(source.with_name(f"{source.stem}-carlot-inventory-block.json").read_text())["locale_data"]["messages"]
    for text, (places, _) in texts.items():
        if "block/editor.js" in places:
            assert in_editor[text] == [translated.gettext(text)]
    assert translated.pgettext("block description", "The vehicles on your lot, from CarLot Manager.").startswith("Los vehículos")
    assert translated.gettext("Call for price") != "Call for price"


def test_the_package_holds_the_plugin_and_is_made_alike_each_time(tmp_path: Path) -> None:
    wordpress.pack(tmp_path / "one.zip")
    wordpress.pack(tmp_path / "other.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as package:
        assert package.testzip() is None
        names = package.namelist()
    assert names == sorted(names)
    assert {name.split("/")[0] for name in names} == {"carlot-inventory"}
    assert {"carlot-inventory/carlot-inventory.php", "carlot-inventory/readme.txt", "carlot-inventory/uninstall.php"} <= set(
        names
    )
    assert {Path(name).suffix for name in names} <= {".php", ".txt", ".js", ".json", ".css", ".pot", ".po", ".mo"}


def test_it_is_packed_with_nothing_but_python(tmp_path: Path) -> None:
    for folder in ("dev", "wordpress"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    python = tmp_path / "python"
    python.mkdir()
    # Without the packages of the tools: an interpreter that sees the standard library only.
    (python / "python3").write_text(f'#!/bin/sh\nexec {sys._base_executable} -S -E "$@"\n')  # type: ignore[attr-defined]
    (python / "python3").chmod(0o755)
    environment = {"PATH": f"{python}:/usr/bin:/bin", "HOME": str(tmp_path)}
    subprocess.run(["sh", "dev/wordpress"], cwd=tmp_path, env=environment, check=True, timeout=60, stdout=subprocess.DEVNULL)
    wordpress.pack(tmp_path / "here.zip")
    assert (tmp_path / "dist" / "carlot-inventory.zip").read_bytes() == (tmp_path / "here.zip").read_bytes()
    assert not (tmp_path / ".venv").exists()


def test_a_release_carries_the_package() -> None:
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text()
    steps = re.findall(r"^      - run: (.*)$", workflow, re.MULTILINE)
    assert steps[:2] == ["dev/wordpress --check", "dev/wordpress"]
    assert str(wordpress.PACKAGE.relative_to(ROOT)) in steps[2]


def test_the_versions_agree() -> None:
    version = header("carlot-inventory.php", "Version")
    assert header("readme.txt", "Stable tag") == version
    assert f"const VERSION   = '{version}';" in (PLUGIN / "carlot-inventory.php").read_text()
    assert json.loads((PLUGIN / "block" / "block.json").read_text())["version"] == version
    for field in ("Requires at least", "Requires PHP"):
        assert header("readme.txt", field) == header("carlot-inventory.php", field)
    assert header("carlot-inventory.php", "License") == "GPL-2.0-or-later"


def test_block_and_shortcode_take_the_same_with_the_same_defaults() -> None:
    block = json.loads((PLUGIN / "block" / "block.json").read_text())["attributes"]
    found = re.search(r"const DEFAULTS = array\((.*?)\);", (PLUGIN / "includes" / "request.php").read_text(), re.DOTALL)
    assert found
    defaults = {name: value.strip("'") for name, value in re.findall(r"'(\w+)'\s*=> ('[^']*'|\d+)", found[1])}
    assert {name: str(attribute["default"]) for name, attribute in block.items()} == defaults


def test_every_file_refuses_to_run_by_itself() -> None:
    for file in PLUGIN.rglob("*.php"):
        assert re.search(r"^defined\( '(ABSPATH|WP_UNINSTALL_PLUGIN)' \) \|\| exit;$", file.read_text(), re.MULTILINE), file.name
