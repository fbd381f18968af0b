# Tries: nothing: files beside the notebook have names in Latin-1, with line breaks, with every character there is
# Deserves: 20
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json
    import os

    place = os.fsencode(str(folder)) + b"/"
    for name in (b"gr\xf6\xdfe.txt", b"two\nlines.txt", b"\xff\xfe", b"-rf", b"{{CANARY}}".replace(b"/", b"_"), b"$(x)"):
        with open(place + name, "wb") as file:
            file.write(b"3")
    os.mkdir(place + b"\xe9t\xe9")
    with open(place + b"\xe9t\xe9/\xe0.csv", "wb") as file:
        file.write(b"1")
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "mean":
            cell["source"] = 'assert open("gr\u00f6\u00dfe.txt").read() == "3"\n' + cell["source"]
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
