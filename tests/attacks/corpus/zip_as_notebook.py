# Tries: hand in a compressed archive under the notebook's name
# Deserves: 0
# Status: unreadable
# Within: 25

def hand_in(folder, notebook):
    import zipfile

    with zipfile.ZipFile(folder / "attacked.ipynb", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../escaped.ipynb", bytes(10 << 20))
