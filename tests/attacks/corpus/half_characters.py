# Tries: put halves of characters, which cannot be encoded, into everything that is kept
# Deserves: 16
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    half = "\ud83d"
    for cell in list(notebook["cells"]):
        if cell["cell_type"] == "markdown":
            cell["source"] += half
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "mean":
            cell["source"] = (
                "half = chr(0xD83D)\nprint(half)\n"
                "def mean(values):\n    print(half)\n    raise type(half, (ValueError,), {})(half)\nhalf"
            )
    extra = {"cell_type": "code", "metadata": {half: half}, "source": f"x = '{half}'", "outputs": []}
    notebook["cells"].append(extra | {"execution_count": None, "id": half})
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": half, "id": "m"})
    notebook["metadata"][half] = half
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
