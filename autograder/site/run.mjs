// Reads {folder, packages, code, given} from its input, and runs `code` in the Pyodide of `folder`.
import { readFileSync } from "node:fs";

const { folder, packages, code, given } = JSON.parse(readFileSync(0, "utf8"));
const { loadPyodide } = await import(`${folder}pyodide.mjs`);
const quiet = () => {};
console.log = quiet; // it tells which packages are loaded; what Python prints takes another way
const python = await loadPyodide({ indexURL: folder });
await python.loadPackage(packages, { messageCallback: quiet });
python.globals.set("given", given);
try {
  await python.runPythonAsync(code);
} catch (error) {
  process.stderr.write(String(error.message));
  process.exitCode = 1;
}
