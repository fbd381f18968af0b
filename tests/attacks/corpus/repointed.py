# Tries: change what the tests are worth
# Deserves: 16
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "mean":
            cell["source"] = "def mean(values):\n    return 0"
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade"):
            marks["points"] = 0 if marks["grade_id"] == "mean_values" else 1000
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
