# Tries: hand in cells whose parts have impossible types
# Deserves: 20
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    notebook["cells"] += [
        {"cell_type": "code", "metadata": [], "source": 5, "outputs": "x"},
        {"cell_type": 7, "metadata": {"nbgrader": []}, "source": [1, None, "print(1)"]},
        {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": ["mean"]}}, "source": "1", "id": {}},
        "no cell", None, 3,
        {"cell_type": "code", "metadata": {}, "source": "x = '\ud800'", "outputs": []},
        {"cell_type": "code", "metadata": {}, "source": "x = '\x00'", "outputs": []},
    ]
    notebook["metadata"] = "none"
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
