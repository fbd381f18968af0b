# Tries: call a test's function for ever
# Deserves: 16
# Status: timed out
# Within: 60

# %% apply_all
def apply_all(function, values):
    while True:
        function(1)
