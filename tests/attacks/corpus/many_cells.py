# Tries: hand in 5,000 cells
# Deserves: 0
# Status: unreadable
# Within: 25

def hand_in(folder, notebook):
    import json

    notebook["cells"] += [{"cell_type": "code", "metadata": {}, "source": "1", "outputs": []}] * 5000
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
