"""The script that a sandbox runs: `start.py MODULE SOCKET SETTINGS` calls that module's `main`.

SOCKET is the number of an open socket, SETTINGS is JSON. Nothing else is imported before `sys.path` leads to
NumPy.
"""

import importlib
import json
import sys

if __name__ == "__main__":
    module, number, text = sys.argv[1:]
    del sys.argv[1:]
    settings = json.loads(text)
    sys.path[:] = [settings["here"], *settings["path"]]
    importlib.import_module(f"inside.{module}").main(int(number), settings)
