# Tries: nothing: the notebook was renamed before it was handed in
# Deserves: 0
# Status: missing
# Within: 25

def hand_in(folder, notebook):
    import json

    (folder / "attacked (1).ipynb").write_text(json.dumps(notebook))
