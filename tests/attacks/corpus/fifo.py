# Tries: hand in a pipe that never ends
# Deserves: 0
# Status: unreadable
# Within: 25

def hand_in(folder, notebook):
    import os

    os.mkfifo(folder / "attacked.ipynb")
