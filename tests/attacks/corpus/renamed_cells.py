# Tries: give all cells other grade_ids; the answers are right
# Deserves: 20
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["grade_id"] += "-renamed"
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
