# Tries: put script into prose, attachments and raw cells
# Deserves: 20
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    evil = "<script>attacked()</script> <img src=x onerror=attacked()> [x](javascript:attacked()) <svg onload=attacked()>"
    evil += r" [x](javascript&colon;attacked()) [x](javascript\:attacked()) ![x](data\:image/svg+xml,x)"
    notebook["cells"].insert(0, {"cell_type": "markdown", "metadata": {}, "source": evil, "id": "evil-1",
                                 "attachments": {"x.svg": {"image/svg+xml": "<svg onload=attacked()>"}}})
    notebook["cells"].insert(1, {"cell_type": "raw", "metadata": {"raw_mimetype": "text/html"}, "source": evil, "id": "evil-2"})
    notebook["metadata"]["title"] = evil
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
