# Tries: hand in a folder that is a link to another student's
# Deserves: 0
# Status: unreadable
# Within: 25

def hand_in(folder, notebook):
    folder.rmdir()
    folder.symlink_to("{{COURSE}}/submitted/honest-a/01-attacked")
