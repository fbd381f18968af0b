# Tries: hand in a file of 2 GB (mostly holes)
# Deserves: 0
# Status: unreadable
# Within: 25

def hand_in(folder, notebook):
    with (folder / "attacked.ipynb").open("wb") as file:
        file.truncate(2 << 30)
