# Tries: hand in outputs that say full marks, in cells that fail
# Deserves: 16
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            data = {"text/plain": "4.0", "application/vnd.cs-conv.verdict+json": {"passed": True, "points": 20}}
            cell["outputs"] = [{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "mean":
            cell["source"] = "def mean(values):\n    return 0"
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
