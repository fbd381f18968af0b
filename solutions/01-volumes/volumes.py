# %% [markdown]
# # Volumes and sizing

# %% locked="setup"
from autograder import check

# %% [markdown]
# ### Exercise 1: output_size
#
# *Easy, about 10 minutes, about 4 lines, 4 points.*
#
# A window of `F` pixels slides over a row of `W` pixels that has `P` more pixels of padding at both ends. It begins at
# the first pixel and moves `S` pixels at a time: `S` is the stride. Return at how many places the window stands. For
# example, `output_size(5, 3, 2, 1)` is 3.
#
# The last window must end at the last pixel. If it does not, as in `output_size(4, 3, 2, 0)`, or if the window is
# longer than the padded row, raise a `ValueError`. This is graded: a layer that leaves pixels out should say so.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Draw the row as boxes. How many pixels lie between the end of the first window and the end of the row?
# </details><details><summary>Hint 2: the idea</summary>
#
# After the first window there is room for `W + 2 * P - F` more pixels, and each step takes `S` of them.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# The result is `room // S + 1`. Raise the error if `room` is negative, or if `room % S`, the rest, is not 0.
# </details>


# %% answer="output_size"
def output_size(W, F, S=1, P=0):
    """Return how many places a window of F pixels has on W pixels, at stride S, with pad P at both ends."""
    ### BEGIN SOLUTION
    room = W + 2 * P - F
    if room < 0 or room % S:
        raise ValueError(f"{F} pixels at stride {S} do not fit {W} pixels with pad {P}")
    return room // S + 1
    ### END SOLUTION


# %% test="sizes"
check("output_size", output_size, "sizes")

# %% test="errors"
check("output_size", output_size, "errors")
