# Tries: hand in folders in folders, deeper than anything can follow
# Deserves: 20
# Status: graded
# Within: 25

import json
import os


def hand_in(folder, notebook):
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
    here = os.open(folder, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
