# Tries: nothing: an editor put a mark at the beginning of the file
# Deserves: 20
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    (folder / "attacked.ipynb").write_text(json.dumps(notebook), encoding="utf-8-sig")
