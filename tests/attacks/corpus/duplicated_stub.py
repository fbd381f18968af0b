# Tries: nothing: the untouched cell was copied before it was filled in
# Deserves: 20
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    stub = {"cell_type": "code", "outputs": [], "execution_count": None, "source": "{{STUB}}"}
    for place, cell in reversed(list(enumerate(notebook["cells"]))):
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "mean":
            notebook["cells"].insert(place + 1, stub | {"metadata": dict(cell["metadata"])})
            notebook["cells"].insert(place, stub | {"metadata": dict(cell["metadata"])})
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
