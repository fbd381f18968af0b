# Tries: nothing: the cells stand in another order
# Deserves: 20
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    notebook["cells"].reverse()
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
