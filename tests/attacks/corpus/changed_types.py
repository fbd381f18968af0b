# Tries: nothing: answers and tests became markdown
# Deserves: 20
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") in ("mean", "mean_values"):
            cell["cell_type"] = "markdown"
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
