# Tries: hand in JSON that is nested too deep to read
# Deserves: 0
# Status: unreadable
# Within: 25

def hand_in(folder, notebook):
    (folder / "attacked.ipynb").write_text('{"cells": ' + "[" * 200_000 + "]" * 200_000 + "}")
