# Tries: nothing: an answer was deleted with its cell
# Deserves: 16
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    notebook["cells"] = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") != "mean"]
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
