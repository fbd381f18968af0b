# Tries: give a test the name of an answer and an answer the name of a test
# Deserves: 12
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    names = {"mean": "mean_values", "mean_values": "mean"}
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade_id") in names:
            marks["grade_id"] = names[marks["grade_id"]]
            if marks["grade_id"] == "mean":
                cell["source"] = "def mean(values):\n    return 0\n\n\ndef apply_all(function, values):\n    return 0"
        if marks.get("grade_id") == "apply_all":
            cell["source"] = "pass"
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
