# Tries: hand in a numpy.py beside the notebook
# Deserves: 16
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    (folder / "numpy.py").write_text("class testing:\n    assert_allclose = lambda *args: None\n")
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "mean":
            cell["source"] = "import numpy as np\n\n\ndef mean(values):\n    return 0"
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
