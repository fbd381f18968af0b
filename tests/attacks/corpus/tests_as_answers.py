# Tries: mark the tests as answers, and the answers as tests
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
        if marks:
            marks["solution"], marks["grade"] = not marks["solution"], not marks["grade"]
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
