// Imports the Worker's module in the Pyodide that workerd runs, and prints what CPython says each import took (-X importtime).
// On Node and not in workerd, whose clock stands still while a Worker starts. Usage: node bench/start.mjs FOLDER
import path from "node:path";
import { pathToFileURL } from "node:url";

const root = process.argv[2];
const pyodide = path.join(root, "node_modules", "pyodide");
const { loadPyodide } = await import(pathToFileURL(path.join(pyodide, "pyodide.mjs")));
const python = await loadPyodide({
  indexURL: pyodide,
  env: { PYTHONPROFILEIMPORTTIME: "1", HOME: "/" },
  stderr: (line) => console.log(line),
});
for (const folder of ["src", "python_modules"]) python.mountNodeFS(`/${folder}`, path.join(root, folder));
// The runtime's own half of the SDK is there only in workerd.
python.runPython(`
import sys, types
sys.path[:0] = ["/src", "/python_modules"]
sys.dont_write_bytecode = True
sdk = types.ModuleType("workers")
sdk.WorkerEntrypoint, sdk.import_from_javascript = object, None
sys.modules["workers"] = sdk
print("ready", file=sys.stderr)
import entry
`);
