"""`dev/setup`: each part made anew only when what it is made from has changed; versions exact; no registry's address kept."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from local_commands.commands import run
from runtime import bundle, setup
from runtime.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
WORKER: list[str] = PROJECT["project"]["dependencies"]
TOOLS: list[str] = PROJECT["dependency-groups"]["dev"]
LOCKS = ("requirements.lock", "requirements-dev.lock", "package-lock.json", "bench/peer/package-lock.json")


def test_the_second_time_there_is_nothing_to_do() -> None:
    setup.ensure()
    stamps = {path: path.stat().st_mtime_ns for path in setup.STAMPS.iterdir()}
    assert stamps
    done = run("setup")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {path: path.stat().st_mtime_ns for path in setup.STAMPS.iterdir()} == stamps, "each part is as it was made"


def test_unknown_flags_are_refused() -> None:
    done = run("setup", "--browsers")
    assert (done.returncode, done.stderr) == (1, "[setup] Unknown argument --browsers. The only flag is --for-tests.\n")


@pytest.fixture
def part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> setup.Part:
    """A part made of one file, in a tree of its own; each making adds a letter to its product."""
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    for name in ("STAMPS", "LOCK"):
        monkeypatch.setattr(setup, name, tmp_path / "made" / name)
    (tmp_path / "made").mkdir()
    (tmp_path / "source").write_text("1")
    made = tmp_path / "made" / "product"

    def make() -> None:
        made.write_text(f"{made.read_text()}x" if made.exists() else "x")

    own = setup.Part("a part", make, ("source",), (made,))
    monkeypatch.setattr(setup, "PARTS", (own,))
    return own


def test_a_part_is_made_again_when_its_source_changes(part: setup.Part, tmp_path: Path) -> None:
    def times_made() -> int:
        setup.ensure()
        return len(part.products[0].read_text())

    assert [times_made(), times_made()] == [1, 1]
    (tmp_path / "source").write_text("2")
    assert [times_made(), times_made()] == [2, 2]
    part.products[0].unlink()
    assert times_made() == 1


def test_a_part_from_which_something_was_taken_is_made_again(part: setup.Part, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `uv sync` does, which takes out of .venv what uv.lock does not name."""
    installed = {"ruff-0.17.6.dist-info", "pytest-9.1.1.dist-info"}
    watched = replace(part, contents=lambda: frozenset(installed))
    monkeypatch.setattr(setup, "PARTS", (watched,))
    assert setup.ensure()
    installed.add("something-else-1.0.dist-info")
    assert not setup.ensure()
    installed.remove("ruff-0.17.6.dist-info")
    assert setup.ensure()


def test_a_tool_that_is_gone_is_noticed() -> None:
    python_tools = next(part for part in setup.PARTS if part.name == setup.PYTHON_TOOLS)
    installed = python_tools.contents()
    assert {"ruff", "mypy", "pytest"} <= {name.partition("-")[0] for name in installed}
    assert not replace(python_tools, contents=lambda: frozenset(sorted(installed)[1:])).is_current()


def test_a_command_runs_on_the_tools_whichever_python_starts_it() -> None:
    """This machine's own Python has none of the packages that the commands import."""
    own = str(getattr(sys, "_base_executable", sys.executable))
    words = [own, "-I", str(ROOT / "dev"), "setup", "--browsers"]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == "[setup] Unknown argument --browsers. The only flag is --for-tests.\n"
    words = [own, str(ROOT / "dev"), "deploy", "--force"]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == "[deploy] make deploy takes no flags, and at most the name of an environment, such as ENV=preview\n"


def test_a_part_that_was_interrupted_is_made_again(part: setup.Part) -> None:
    part.products[0].write_text("half")
    assert not part.is_current()


def test_a_command_that_fails_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "LOG", tmp_path / "log")
    with pytest.raises(SystemExit, match="failed: /bin/sh -c"):
        setup.run("/bin/sh", "-c", "echo no such package; exit 1")
    assert "no such package" in capsys.readouterr().err


def test_a_folder_is_swapped_in_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "MADE", tmp_path)
    for name in ("fresh", "target"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    setup.replace(tmp_path / "fresh", tmp_path / "target")
    assert [path.name for path in (tmp_path / "target").iterdir()] == ["fresh"]
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_a_folder_that_is_a_link_gives_way_and_what_it_leads_to_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "MADE", tmp_path / "made")
    for name in ("made", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "target").symlink_to(tmp_path / "elsewhere")
    for _ in range(2):
        (tmp_path / "fresh").mkdir()
        setup.replace(tmp_path / "fresh", tmp_path / "target")
    assert not (tmp_path / "target").is_symlink()
    assert (tmp_path / "elsewhere").is_dir()
    assert list((tmp_path / "made").iterdir()) == []


def test_another_pyodide_is_refused_instead_of_half_patched() -> None:
    source = (ROOT / "node_modules" / "pyodide" / "pyodide.asm.mjs").read_text()
    assert "Date.now" not in bundle.patched(source)
    with pytest.raises(SystemExit, match="does not fit"):
        bundle.patched(source.replace("getMemory(", "takeMemory("))


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_file_knows_a_registry(name: str) -> None:
    text = (ROOT / name).read_text()
    if name.endswith(".json"):
        packages = json.loads(text)["packages"]
        assert [key for key, package in packages.items() if "resolved" in package] == []
        # But for the systems' workerds, which a registry may lack, each has its checksum.
        bare = [key for key, package in packages.items() if key and "integrity" not in package and not package.get("link")]
        assert [key for key in bare if "@cloudflare/workerd-" not in key] == []
    else:
        assert not re.search(r"https?://|--index-url|--find-links|file:", text)
        pinned = re.findall(r"^[a-z0-9]\S*==\S+", text, re.MULTILINE | re.IGNORECASE)
        assert len(pinned) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE | re.IGNORECASE))
        assert text.count("--hash=sha256:") >= len(pinned)


@pytest.mark.parametrize("name", ["uv.lock", "pylock.toml"])
def test_uvs_lock_files_know_the_public_registry_alone(name: str) -> None:
    """uv writes down where it found each file: a mirror of whoever made the lock would be everybody's then."""
    hosts = set(re.findall(r"\w+://([^/\"]+)", (ROOT / name).read_text()))
    assert hosts == {"pypi.org", "files.pythonhosted.org"}


def test_every_version_is_exact() -> None:
    for name in ("package.json", "bench/peer/package.json"):
        project = json.loads((ROOT / name).read_text())
        versions = [
            version
            for kind in ("dependencies", "devDependencies", "optionalDependencies")
            for version in project.get(kind, {}).values()
        ]
        assert versions
        assert [version for version in versions if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    assert [wanted for wanted in WORKER + TOOLS if not re.match(r"[a-z0-9-]+(\[[a-z]+\])?==[\w.]+(;|$)", wanted)] == []


def named_by_pip(name: str) -> set[tuple[str, str]]:
    """The packages of a lock file for pip, each with its version."""
    return set(re.findall(r"^([a-z0-9-]+)==([\w.]+)", (ROOT / name).read_text(), re.MULTILINE))


def named_by_uv(name: str) -> set[tuple[str, str]]:
    """The packages of a lock file of uv's, each with its version; without the project itself."""
    content = tomllib.loads((ROOT / name).read_text())
    packages = content.get("package") or content["packages"]
    return {(package["name"], package["version"]) for package in packages if package["name"] != "carlot-manager"}


def test_the_lock_files_name_the_same_versions() -> None:
    """`uv sync`, pywrangler and `make` install the same, and what pyproject.toml asks for."""
    assert named_by_pip("requirements-dev.lock") == named_by_uv("uv.lock")
    assert named_by_pip("requirements.lock") == named_by_uv("pylock.toml")
    assert named_by_pip("requirements.lock") < named_by_pip("requirements-dev.lock")
    for wanted, lock in ((WORKER, "requirements.lock"), (WORKER + TOOLS, "requirements-dev.lock")):
        # A lock file names a package without its extras.
        asked = set(re.findall(r"^([a-z0-9-]+)(?:\[[a-z]+\])?==([\w.]+)", "\n".join(wanted), re.MULTILINE))
        assert len(asked) == len(wanted)
        assert asked <= named_by_pip(lock)
