# Tries: nothing: a notebook without cells
# Deserves: 0
# Status: unreadable
# Within: 25

def hand_in(folder, notebook):
    (folder / "attacked.ipynb").write_text('{"metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
