# Tries: nothing: an honest student keeps a function in a file beside the notebook
# Deserves: 20
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    (folder / "helper.py").write_text("def add_up(values):\n    return sum(values)\n")
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "mean":
            cell["source"] = "import helper\n\n\ndef mean(values):\n    return helper.add_up(values) / len(values)"
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
