# Tries: write outside of the sandbox
# Deserves: 20
# Status: graded
# Within: 25

# %%
try:
    with open("{{CANARY}}", "w") as file:
        file.write("outside")
except OSError:
    pass
