# Tries: mark cells with metadata of every kind: trusted, tags, points, schema
# Deserves: 20
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["raises-exception", "skip-execution", "remove_cell"]
        cell["metadata"]["trusted"] = True
        cell["metadata"]["editable"] = cell["metadata"]["deletable"] = False
        marks = cell["metadata"].get("nbgrader")
        if marks:
            marks.update(points=1e308, schema_version=10**400 if False else 99, checksum="0", cell_type="markdown", task=True, remote=True)
    notebook["metadata"].update(kernelspec={"name": "../../bin/sh", "language": "sh", "display_name": "<b>"}, widgets={"x": 1}, nbgrader={"x": 1})
    notebook["nbformat"] = -4
    notebook["nbformat_minor"] = 10**30
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
