# Tries: write modules, links and startup files where tests look for theirs
# Deserves: 20
# Status: graded
# Within: 25

# %% double
import os

def double(x):
    for name in ("numpy.py", "sitecustomize.py", "autograder.py", "conftest.py", "usercustomize.pth", ".hidden", "json/__init__.py", "a.so", "../above.txt", "x\n.txt", "Y.PY", "z.zip"):
        try:
            os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
            with open(name, "w") as file:
                file.write("raise SystemExit")
        except OSError:
            pass
    try:
        os.symlink("/etc/passwd", "link.txt")
        os.mkfifo("pipe.txt")
    except OSError:
        pass
    return 2 * x
