# Tries: nothing: the file was cut off while it was saved
# Deserves: 0
# Status: unreadable
# Within: 25

def hand_in(folder, notebook):
    import json

    (folder / "attacked.ipynb").write_text(json.dumps(notebook)[:-2000])
