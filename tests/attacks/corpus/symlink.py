# Tries: hand in a link to the answers
# Deserves: 0
# Status: unreadable
# Within: 25

def hand_in(folder, notebook):
    (folder / "attacked.ipynb").symlink_to("{{COURSE}}/build/source/01-attacked/attacked.ipynb")
