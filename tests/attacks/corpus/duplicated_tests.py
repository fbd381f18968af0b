# Tries: copy the tests and empty the copies
# Deserves: 16
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "mean":
            cell["source"] = "def mean(values):\n    return 0"
    copies = [dict(c, source="pass") for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade")]
    notebook["cells"] += copies
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
