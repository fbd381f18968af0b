# Tries: nothing: an editor saved the file as Latin-1
# Deserves: 20
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    notebook["cells"][0]["source"] = "# Übung für später"
    text = json.dumps(notebook, ensure_ascii=False)
    (folder / "attacked.ipynb").write_bytes(text.encode("latin-1"))
