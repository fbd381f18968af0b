# Tries: hand in modules with the grader's names
# Deserves: 17
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    (folder / "autograder").mkdir()
    evil = "open('{{CANARY}}', 'w').write('imported')\ndef check(*args):\n    pass\n"
    for name in ("autograder/__init__.py", "sitecustomize.py", "IPython.py", "json.py", "wire_values.py", "inside.py"):
        (folder / name).write_text(evil)
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "conv_forward":
            cell["source"] = "def conv_forward(*args, **options):\n    return 0"
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
