# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Start
#
# In this course you write functions, and a **check** below each one tells you whether it is right. After these ten
# minutes you can read what a check says, repair a function by it, and hand in a notebook.
#
# | you do | what it is | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | read `mirror` | an exercise that is solved already | easy | 3 | 0 | 0 |
# | repair `left_edges` | find a planted bug with the help of one report | easy | 5 | 1 | 2 |
#
# You need Python's loops, and arrays of NumPy: `x[i, j]` is the number in row `i` and column `j`, and both count from 0.
# Run each cell with Shift+Enter, from top to bottom.

# %% locked="setup"
import numpy as np

from autograder import check, predict

# %% [markdown]
# ## A solved exercise
#
# A grey image is an array of numbers: `(H, W)`, which means `H` rows and `W` columns. The larger a number, the brighter
# its pixel.
#
# This function shows an image as a mirror would. In all other exercises you write the lines yourself.


# %% solved="mirror"
def mirror(x):
    """Return the image x as a mirror shows it, its last column first, (H, W)."""
    return x[:, ::-1]


# %%
import matplotlib.pyplot as plt

from cs_conv.data import photograph
from cs_conv.pictures.convolution import show_photograph

image = photograph()  # (200, 256), from 0 (black) to 1 (white)
_, axes = plt.subplots(1, 2, figsize=(8, 3.2))
show_photograph(image, "image", axes[0])
show_photograph(mirror(image), "mirror(image)", axes[1])

# %% [markdown]
# *In words: a photograph of a cup of coffee on a saucer with a spoon. Beside it the same photograph, with left and right
# exchanged.*
#
# A picture may look right and still be wrong. So run the check:

# %%
check("mirror", mirror)

# %% [markdown]
# The tick says that `mirror` is right. (Its point does not count: the exercise was solved for you.) The check did not
# read the code. It called the function on several small images and compared each result with the right one: images that
# are higher than wide, a single column, numbers with other precision.
#
# Before some results you are asked to **guess**. Write your guess in place of the three dots and run the cell. A guess
# earns no points and costs none; it makes you think first.

# %%
predict(
    "mirror(np.array([[1, 2, 3]]))",
    ...,
    hint="The last column comes first. The result is a list in a list: [[...]].",
)

# %% [markdown]
# **Break it.** Change the line of `mirror` to `return x[::-1]`, run its cell, and run the check again. What does the
# function do now, and does the check see it? Then change it back.
#
# ## A report
#
# Now your exercise. Here is what every exercise looks like: a task, three hints that you open only if you are stuck, a
# cell for your answer, and a check.

# %% [markdown]
# ### Exercise 1: left_edges
#
# *Easy, about 5 minutes, 1 line, 2 points.*
#
# How much brighter is each pixel than its **left neighbour**? For the row `3 5 4` the answer is `0 2 -1`: 5 is 2 more
# than 3, and 4 is 1 less than 5. Nothing lies to the left of the first pixel, so its result is 0.
#
# The function below has a bug. Do not look for it yet. Run its cell, run the check, and read the report.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The report says in which column the results are wrong, and in the smallest case you can compute them by hand. Which
# number was subtracted to get the framed one?
# </details><details><summary>Hint 2: the idea</summary>
#
# Follow the loops for the first pixel of a row: `i` is 0 and `j` is 0. What is `j - 1`, and which element of a list does
# Python give you for that index? Try it in a cell of your own: `[3, 5, 4][-1]`.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# The first column needs no computation, for `out` is full of zeros already. Let the inner loop begin one column later:
# `range(a, W)` begins at `a`.
# </details>


# %% answer="left_edges"
def left_edges(x):
    """Return how much brighter each pixel of x is than its left neighbour, (H, W). The first column is 0."""
    H, W = x.shape
    out = np.zeros((H, W))
    for i in range(H):
        ### BEGIN SOLUTION
        # the first column has no left neighbour and stays 0; with j = 0, x[i, j - 1] would be the last pixel
        for j in range(1, W):
            ### INSTEAD
            # for j in range(W):
            ### END SOLUTION
            out[i, j] = x[i, j] - x[i, j - 1]
    return out


# %% test="values"
check("left_edges", left_edges, "values")

# %% [markdown]
# As long as the bug is there, the report has five parts. Find each of them:
#
# 1. **The headline**: what was checked, and its points.
# 2. **What it looks like**: the check compares your results with those of mistakes that people often make. If one of
#    them gives exactly your results, it says so, and what to look at. If none does, this part is missing.
# 3. **Where it is wrong**: here, which column.
# 4. **The smallest failing case**: the smallest image on which your function is wrong. `x` is the image. `yours` is what
#    your function returned, and each wrong number has a frame. `right` is what it should return. Compute the framed
#    number by hand: that often finds the bug.
# 5. **To see it again**: a line that repeats this check. The images are drawn at random, and the **seed** says which
#    ones, so the same seed gives the same report. Your instructor grades with other seeds. A function that is right
#    passes with all of them.
#
# The red line below the report is only how a failed check stops.
#
# Now repair the function: change one line, run its cell, and run the check again.
#
# When it passes, look at the photograph. White is 0, purple is brighter than its left neighbour, orange is darker.

# %%
from cs_conv.pictures.convolution import show_answer

_, axes = plt.subplots(1, 2, figsize=(8, 3.2))
show_photograph(image, "image", axes[0])
show_answer(left_edges(image), "left_edges(image)", axes[1])
print("columns:", image.shape[1])

# %% [markdown]
# *In words: the photograph, and its left edges. Nearly everything is white. The rims of the cup and of the saucer are
# drawn in purple and orange lines; edges that run from left to right are missing.*
#
# With the bug, this picture looked the same: 1 of its 256 columns was wrong. Your eyes would not have found it.
#
# Two more guesses, now that it passes:

# %%
predict(
    "left_edges(np.array([[3, 5, 4, 9]])).sum()",
    ...,
    hint="Write the four results down and add them. Which pixels cancel?",
)

# %%
predict(
    "np.abs(left_edges(np.full((4, 4), 7))).sum()",
    ...,
    hint="In this image all pixels are 7. How much brighter is each than its neighbour?",
)

# %% [markdown]
# On the second image even the function with the bug was right: 7 - 7 is 0, whatever pixel is subtracted. So **one
# example proves little**, and a check uses many.
#
# ## Before you hand in
#
# Notebooks remember. If you delete a cell, its function stays until the kernel restarts, and other cells may still use
# it. So, at the end of each notebook:
#
# 1. Choose `Kernel`, `Restart Kernel and Run All Cells`. Look at the checks again.
# 2. Save, with Ctrl+S.
# 3. Hand in the file `start.ipynb`, under this name, in the way that your instructor told you. You may hand in again:
#    the latest version counts.
#
# Only your answers, and cells that you added, are taken from your file. The checks are your instructor's own copies. An
# answer that raises an error loses the points of its own checks and no others.
#
# In a terminal, in the folder of the course, these commands help you:
#
# | type | what it does |
# |---|---|
# | `cs-conv lab` | opens JupyterLab on your own copies, in `mine/` |
# | `cs-conv progress` | shows which exercises pass, in all your notebooks |
# | `cs-conv check 00` | runs your copy of this notebook from the top, as grading does, and says what each check found |
# | `cs-conv lab --fresh 00` | starts this notebook again; your old copy is kept |
# | `cs-conv solution left_edges` | if you learn alone: one hint more each time, and then the answer with comments |
#
# ## Three questions
#
# <details><summary>1. A check shows an image with 1 row and 3 columns, though the function failed on larger ones as well.
# Why this one?</summary>
#
# It is the smallest failing case. You can follow the loops on it by hand and compare each number. What goes wrong on a
# large image mostly goes wrong on a small one, too.
# </details><details><summary>2. Somebody reads the right results in the report, and writes a function that returns just
# these numbers. The check in the notebook passes. What happens in grading?</summary>
#
# It fails. Grading uses another seed, so other images: only a function that is right for every image passes.
# </details><details><summary>3. All checks pass. Then you restart the kernel, run all cells, and one of them stops with a
# NameError. What happened?</summary>
#
# The cell uses a name that no cell above defines any more: you deleted or renamed it, or it is defined further down.
# While the old kernel ran, it still remembered the name. A grader starts with an empty memory.
# </details>
#
# **Where to go next.** `left_edges` looks at two neighbours at a time and does the same at every place. That is a
# convolution already, with a filter of two numbers. In notebook 01, *Volumes and sizing*, you find out how many places
# there are.
