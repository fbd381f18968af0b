"""Runs notebooks in JupyterLite's kernel, inside Pyodide: cell by cell, each notebook in an empty namespace.

The global `given` is JSON: names of notebooks, and the sources of their code cells. Prints JSON: for each
notebook its errors, what it printed, what it displayed, and the seconds it took.
"""

import json
import sys
import time

import pyodide_kernel

kernel, shell = pyodide_kernel.kernel_instance, pyodide_kernel.ipython_shell
shell.send_comm = lambda *ignored: None
printed = []
for stream in (pyodide_kernel.stdout_stream, pyodide_kernel.stderr_stream):
    stream.publish_stream_callback = lambda name, text: printed.append(text)
shown = []
shell.display_pub.display_data_callback = lambda data, *ignored: shown.append(sorted(data))


async def run(cells):
    shell.reset(new_session=True)
    printed.clear()
    shown.clear()
    began, errors = time.perf_counter(), []
    for source in cells:
        result = await kernel.run(source)
        if result["status"] != "ok":
            errors.append([source, f"{result['ename']}: {result['evalue']}"])
    return {
        "errors": errors,
        "printed": "".join(printed),
        "shown": shown[:],
        "seconds": time.perf_counter() - began,
    }


results = {name: await run(cells) for name, cells in json.loads(globals()["given"]).items()}  # noqa: F704
print(json.dumps(results), file=sys.__stdout__)
