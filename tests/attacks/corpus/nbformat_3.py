# Tries: nothing: the notebook has the format of 2013
# Deserves: 20
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
            cell["language"], cell["prompt_number"] = "python", 1
    old = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": notebook["cells"], "metadata": {}}]}
    (folder / "attacked.ipynb").write_text(json.dumps(old))
