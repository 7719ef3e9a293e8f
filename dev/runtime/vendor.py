"""Copy the npm files that the pages use into public/vendor: `dev/vendor`.

The files are kept in git, so running or deploying CarLot Manager does not need this. Run `dev/vendor` after changing PACKAGES.
`dev/vendor --check` only reports whether the files match this file, and needs no network.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from runtime.paths import ROOT

VENDOR = ROOT / "public" / "vendor"
MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Package:
    """An npm package at an exact version, and the target of each of its files under public/vendor."""

    name: str
    version: str
    integrity: str
    """The output of `npm view NAME@VERSION dist.integrity`."""
    files: Mapping[str, str]
    """Map a path in the package to a path under public/vendor."""
    imports: Mapping[str, str] = field(default_factory=dict)
    """Map a bare import specifier to the relative address that a browser needs instead."""

    @property
    def label(self) -> str:
        """Return the package's name and version, as npm writes them."""
        return f"{self.name}@{self.version}"


PACKAGES = (
    # The desk is built on these: elements, templates, and signals that redraw the elements that use them.
    Package(
        "preact",
        "11.2.0",
        "sha512-/HfHI/7N84e6GrWBJ3J280z3mLaRJiDcSvj/A+y/4AbLnND/1UlGHe1sR6oYuTGwId0nP7dqDU9OnLxMPZ7xBg==",
        {"dist/preact.mjs": "preact/preact.js", "LICENSE": "preact/LICENSE"},
    ),
    Package(
        "preact",
        "11.2.0",
        "sha512-/HfHI/7N84e6GrWBJ3J280z3mLaRJiDcSvj/A+y/4AbLnND/1UlGHe1sR6oYuTGwId0nP7dqDU9OnLxMPZ7xBg==",
        {"hooks/dist/hooks.mjs": "preact/hooks.js"},
        {"preact": "./preact.js"},
    ),
    Package(
        "htm",
        "3.1.1",
        "sha512-983Vyg8NwUE7JkZ6NmOqpCZ+sh1bKv2iYTlUkzlWmA5JD2acKoxd4KVxbMmxX/85mtfdnDmTFoNKcg5DGAvxNQ==",
        {"dist/htm.mjs": "htm/htm.js", "LICENSE": "htm/LICENSE"},
    ),
    Package(
        "@preact/signals-core",
        "1.14.5",
        "sha512-vcRv7Ityz5JVmeiVqIluLFzT/PDS/AlhHUpw3/aUWqcVUs6bDGIPXE/6RSC4evBNWYvnniozg5Syfj33al3gkg==",
        {"dist/signals-core.mjs": "preact-signals/core.js", "LICENSE": "preact-signals/LICENSE"},
    ),
    Package(
        "@preact/signals",
        "2.11.4",
        "sha512-Rb+5RPo9gWSaHtzJeauhHxiC8KP/IF2DEPkHPEOGOnuy2wnJzRqyeLRankUCYd6ADqtxS6GnWGv6Ie343d8aYw==",
        {"dist/signals.mjs": "preact-signals/signals.js"},
        {"preact": "../preact/preact.js", "preact/hooks": "../preact/hooks.js", "@preact/signals-core": "./core.js"},
    ),
)


def main(arguments: Sequence[str]) -> int:
    """Run `dev/vendor`. Return 1 when --check finds a difference."""
    if unknown := [argument for argument in arguments if argument != "--check"]:
        raise SystemExit(f"[vendor] Unknown argument {unknown[0]}. The only flag is --check.")
    if "--check" in arguments:
        faults = check()
        for fault in faults:
            print(f"[vendor] {fault}", file=sys.stderr)
        return 1 if faults else 0
    entries = {}
    for package in PACKAGES:
        print(f"[vendor] {package.label}", flush=True)
        for path, content in fetch(package).items():
            target = VENDOR / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            entries[path] = entry(package, content)
    (VENDOR / MANIFEST).write_text(json.dumps(entries, indent=2) + "\n")
    return 0


def fetch(package: Package) -> dict[str, bytes]:
    """Return the wanted files by their path under public/vendor. Raises: SystemExit when the package's hash differs."""
    with tempfile.TemporaryDirectory(prefix="carlot-vendor-") as folder:
        command = ["npm", "pack", package.label, "--silent", "--pack-destination", folder]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=300)
        archive = next(Path(folder).glob("*.tgz"))
        if integrity(archive.read_bytes()) != package.integrity:
            raise SystemExit(f"[vendor] The download of {package.label} does not match its integrity {package.integrity}")
        with tarfile.open(archive) as members:
            return {path: _read(members, source, package) for source, path in package.files.items()}


def check() -> list[str]:
    """Return the differences between public/vendor and PACKAGES, in words. Needs no network."""
    kept = json.loads((VENDOR / MANIFEST).read_text())
    wanted = {path: package for package in PACKAGES for path in package.files.values()}
    faults = [f"{path} is not produced by any row of PACKAGES" for path in sorted(set(kept) - set(wanted))]
    for path, package in wanted.items():
        file = VENDOR / path
        if not file.exists():
            faults.append(f"{path} is missing: run dev/vendor")
        elif kept.get(path) != entry(package, file.read_bytes()):
            faults.append(f"{path} differs from {package.label}: run dev/vendor")
    present = {str(file.relative_to(VENDOR)) for file in VENDOR.rglob("*") if file.is_file()}
    return faults + [f"{path} is not in the manifest" for path in sorted(present - set(kept) - {MANIFEST})]


def entry(package: Package, content: bytes) -> dict[str, str]:
    """Return the manifest's entry for one file."""
    return {"package": package.label, "integrity": package.integrity, "sha256": hashlib.sha256(content).hexdigest()}


def integrity(content: bytes) -> str:
    """Return the hash in npm's format. Source: W3C Subresource Integrity."""
    return "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()


def _read(members: tarfile.TarFile, source: str, package: Package) -> bytes:
    member = members.extractfile(f"package/{source}")
    if member is None:
        raise SystemExit(f"[vendor] {package.label} has no {source}")
    content = member.read()
    # The source map is not copied, so the browser must not look for it.
    content = re.sub(rb"\n?//# sourceMappingURL=\S+\s*$", b"\n", content)
    for bare, address in package.imports.items():
        quoted = re.compile(rb"(\bfrom\s*|\bimport\s*)([\"'])" + re.escape(bare.encode()) + rb"\2")
        content, count = quoted.subn(rb"\1\2" + address.encode() + rb"\2", content)
        if source.endswith("js") and not count:
            raise SystemExit(f"[vendor] {package.label}: {source} does not import {bare}")
    return content
