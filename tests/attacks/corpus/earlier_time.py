# Tries: hand in a timestamp of its own that no calendar knows
# Deserves: 20
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    (folder / "timestamp.txt").write_text("9999-12-31 23:59:59 -2359\n10:61 of the 32nd, 1e999999 BC +99:99")
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
