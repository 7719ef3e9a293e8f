"""Build the Pyodide bundle that workerd would otherwise download, from the npm package `pyodide`.

    python dev/runtime/bundle.py node_modules/pyodide .runtime/pyodide_dev.capnp.bin

workerd verifies the checksum of its released bundles, but not of the bundle named `dev`.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import capnp

IMPORTS = (
    "import { addEventListener, getRandomValues, location, monotonicDateNow, newWasmModule, patchedLoadLibData, "
    'wasmInstantiate } from "pyodide-internal:builtin_wrappers";\n'
)

# The replacements that workerd makes in Pyodide's own module: pattern, replacement.
REDIRECTED = (
    (r"new WebAssembly\.Module\b", "newWasmModule"),
    (r"WebAssembly\.instantiate\b", "wasmInstantiate"),
    (r"\bDate\.now\b", "monotonicDateNow"),
    (r"crypto\.getRandomValues\(", "getRandomValues(Module, "),
    (
        r"function loadLibData\(\)\{",
        "function loadLibData(){const patched = patchedLoadLibData(Module, libName, flags.rpath);"
        "return flags.loadAsync ? Promise.resolve(patched) : patched;",
    ),
    (r"(?<![\w.])getMemory\(", "Module.getMemoryPatched(Module, libName, "),
    (r"export default _createPyodideModule;", "export { _createPyodideModule };"),
)


def patched(source: str) -> str:
    """Return Pyodide's module with its platform calls redirected to workerd. Raises: SystemExit when a pattern is not found."""
    for pattern, replacement in REDIRECTED:
        source, count = re.subn(pattern, replacement, source)
        if not count:
            raise SystemExit(f"pyodide.asm.mjs does not contain {pattern}: this version of Pyodide does not fit")
    return IMPORTS + source


def build(package: Path, target: Path) -> None:
    """Build the bundle from the folder of the npm package."""
    schema = capnp.load(str(Path(__file__).with_name("bundle.capnp")))
    bundle = schema.Bundle.new_message()
    modules = bundle.init("modules", 3)
    contents = (
        ("pyodide.asm", "src", patched((package / "pyodide.asm.mjs").read_text()).encode()),
        ("pyodide.asm.wasm", "wasm", (package / "pyodide.asm.wasm").read_bytes()),
        ("python_stdlib.zip", "data", (package / "python_stdlib.zip").read_bytes()),
    )
    for module, (name, kind, content) in zip(modules, contents, strict=True):
        module.name = f"pyodideRuntime-internal:{name}"
        module.type = "internal"
        setattr(module, kind, content)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    with partial.open("wb") as file:
        bundle.write(file)
    partial.replace(target)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[2]))
