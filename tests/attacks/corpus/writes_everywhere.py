# Tries: change solutions, gradebook, other submissions, the grader's code
# Deserves: 20
# Status: graded
# Within: 25

# %%
import pathlib

targets = [
    "{{COURSE}}/solutions/01-attacked/attacked.py",
    "{{COURSE}}/gradebook.db",
    "{{COURSE}}/submitted/honest-a/01-attacked/attacked.ipynb",
    "{{COURSE}}/course.yml",
    "{{COURSE}}/.cs-conv/secret",
    np.__file__,
    "/grader/inside/start.py",
    "/usr/lib/attacked",
]
for target in targets:
    try:
        with open(target, "a") as file:
            file.write("attacked")
    except OSError:
        pass
