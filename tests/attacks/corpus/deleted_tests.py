# Tries: delete every test
# Deserves: 16
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "mean":
            cell["source"] = "def mean(values):\n    return 0"
    notebook["cells"] = [c for c in notebook["cells"] if not c["metadata"].get("nbgrader", {}).get("grade")]
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
