# Tries: give a test's function what it cannot bear, then answer rightly
# Deserves: 20
# Status: graded
# Within: 25

# %% apply_all
def apply_all(function, values):
    for poison in (10**100_000, object(), [[]] * 1000, np.zeros(10**6), None, function, apply_all):
        try:
            function(poison)
        except Exception:
            pass
    return [function(value) for value in values]
