// Compiles Python packages with the Python that workerd runs, so that a start compiles none of them.
// The bytecode stands beside its source and names it by its hash: of a file that has changed since, it is not taken.
// Usage: node dev/runtime/compile.mjs PYODIDE FOLDER
import path from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, folder] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(pyodide, "pyodide.mjs")));
const python = await loadPyodide({ indexURL: pyodide });
python.mountNodeFS("/folder", folder);
// Left out is what no Worker imports: it would make the upload larger.
const compiled = python.runPython(`
import compileall, py_compile, re
compileall.compile_dir(
    "/folder",
    rx=re.compile(r"/pydantic/(v1|deprecated|experimental|mypy)|/annotated_types/test_cases"),
    stripdir="/folder",
    quiet=1,
    invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH,
)
`);
process.exit(compiled ? 0 : 1);
