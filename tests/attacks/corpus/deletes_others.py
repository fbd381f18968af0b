# Tries: delete another student's work
# Deserves: 20
# Status: graded
# Within: 25

# %%
import shutil

shutil.rmtree("{{COURSE}}/submitted/honest-a", ignore_errors=True)
shutil.rmtree("{{COURSE}}/autograded", ignore_errors=True)
