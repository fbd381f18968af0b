# Tries: change the locked helpers and the imports
# Deserves: 16
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "mean":
            cell["source"] = "def mean(values):\n    return 0"
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "helpers":
            cell["source"] = "def halves(values):\n    return [0]"
        if cell["source"].startswith("import numpy"):
            cell["source"] = "import numpy as np\ncheck = print"
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
