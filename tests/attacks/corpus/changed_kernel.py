# Tries: nothing: the notebook says that it is written in Julia
# Deserves: 20
# Status: graded
# Within: 25

def hand_in(folder, notebook):
    import json

    notebook["metadata"]["kernelspec"] = {"display_name": "Julia", "language": "julia", "name": "julia-1.9"}
    notebook["metadata"]["language_info"] = {"name": "julia"}
    (folder / "attacked.ipynb").write_text(json.dumps(notebook))
