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
# # Convolution, backward
#
# You will find the gradients of a convolution, first by measuring, then by thinking, then in code. It takes
# about 60 minutes.
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `conv1d_backward` | the gradients along a line | easy | 10 | 6 | 5 |
# | `conv_backward` | the whole layer, in five steps | medium | 25 | 15 | 10 |
# | `input_gradient` | the gradient of the image as a convolution | hard | 15 | 8 | 5 |
#
# At the end you watch a gradient arrive at an image, output by output.

# %% locked="setup"
import numpy as np

from autograder import check
from cs_conv.gradcheck import adjoint_gap, numeric_gradient, relative_error
from cs_conv.naive import conv_forward

# %% [markdown]
# ## The question
#
# A 3x3 filter slides over a 5x5 image and makes 3x3 outputs. Look at one pixel.

# %%
from cs_conv.pictures.gradients import show_feeds

show_feeds(image=(5, 5), filter_size=(3, 3), pixel=(1, 2))

# %% [markdown]
# *In words: on the left a 5x5 image with the pixel in row 1, column 2 framed. On the right the 3x3 outputs. The
# upper six are framed: they are the ones that the pixel feeds. In each stands the weight through which it feeds
# it: w[1,2], w[1,1], w[1,0] in the first row, w[0,2], w[0,1], w[0,0] in the second.*
#
# The pixel lies in six windows. Change it, and six outputs change.
#
# Training asks the question the other way round. The rest of the network has told you, for each output, how
# much the **loss** changes when that output changes. How much does the loss change when the *pixel* changes?
# And when a weight changes? And a bias?
#
# That is all that "backward" means. The answers are called `dx`, `dw` and `db`. Each has the shape of what it
# belongs to.

# %% [markdown]
# ## What comes in
#
# What the rest of the network tells us is `dout`. It has the shape of `out`: one number for each output.
# `dout[i] = 2` means: if `out[i]` grows by a tiny bit, the loss grows by twice that bit.
#
# If several outputs change at once, their effects add up:
#
#     change of the loss = sum over all outputs of  dout * (change of out)
#
# That sum is the only piece of calculus in this notebook. Everything else is finding out who changes whom.

# %% [markdown]
# ## First along a line
#
# Images have rows, columns and channels, and come several at a time. A line has none of that, and it shows
# everything. Here is a convolution along a line, with stride 1 and no padding: a window of `w` slides over `x`.


# %%
def conv1d_forward(x, w):
    """out[i] = x[i] w[0] + x[i + 1] w[1] + ...; x: (W,), w: (F,) -> out: (W - F + 1,)."""
    return np.array([np.sum(x[i : i + len(w)] * w) for i in range(len(x) - len(w) + 1)])


x = np.array([1.0, 2.0, 0.0, -1.0, 3.0])
w = np.array([2.0, -1.0, 1.0])
conv1d_forward(x, w)

# %% [markdown]
# Draw it as a table. Every output has a row, every input has a column. Where they meet stands the weight
# that joins them. Forward reads the table **by rows**: the framed row is `out[1]`.

# %%
from cs_conv.pictures.gradients import show_table

show_table(filter_size=3, outputs=3, row=1)

# %% [markdown]
# *In words: a table with the rows out[0] to out[2] and the columns x[0] to x[4]. Row 0 holds w[0], w[1], w[2] in
# the columns 0 to 2, row 1 the same one column further to the right, row 2 two columns further. The three weights
# of row 1 are framed.*
#
# ### Measure before you think
#
# What does `x[2]` do? Push it up by 1 and look at which outputs move, and by how much.

# %%
pushed = x.copy()
pushed[2] += 1
conv1d_forward(pushed, w) - conv1d_forward(x, w)

# %% [markdown]
# `out[0]` moved by 1, `out[1]` by -1, `out[2]` by 2. Compare with `w`, which is `[2, -1, 1]`. Those are the
# weights, from the last to the first.
#
# Now find this in the table. Which cells hold what `x[2]` did?

# %%
dout = np.array([1.0, 0.0, 2.0])  # what the rest of the network might say

show_table(filter_size=3, outputs=3, column=2, dout=dout)

# %% [markdown]
# *In words: the same table. The column of x[2] is framed. From top to bottom it holds w[2], w[1], w[0]. Beside
# the rows stands what arrives: dout[0] = 1, dout[1] = 0, dout[2] = 2.*
#
# It is the **column** of `x[2]`. Forward reads rows, pushing an input reads a column.
#
# Now use the rule from above: the loss changes by the sum of `dout * (change of out)`. Work out by hand how
# much the loss changes when `x[2]` grows by 1. That number is `dx[2]`.
#
# <details><summary>Compare</summary>
#
# `dout[0] * w[2] + dout[1] * w[1] + dout[2] * w[0]` = 1 * 1 + 0 * (-1) + 2 * 2 = 5
#
# </details>
#
# Then do the column of `x[0]`, and that of `x[4]`. What is different at the ends?
#
# <details><summary>Compare</summary>
#
# The ends feed one output each. `dx[0] = dout[0] * w[0]` = 2 and `dx[4] = dout[2] * w[2]` = 2.
#
# </details>
#
# You can check numbers like these without any theory. `numeric_gradient` pushes each input a little up and a
# little down and watches `sum(out * dout)`.

# %%
dx_measured = numeric_gradient(lambda x: conv1d_forward(x, w), x, dout, h=1)
assert list(dx_measured[[0, 2, 4]]) == [2, 5, 2]
dx_measured

# %% [markdown]
# (The step is a whole 1. For most functions that would be far too much. A convolution is a sum of inputs
# times weights, a straight line in each of them, and on a straight line every step gives the exact slope.)
#
# ### And the weights?
#
# Push `w[1]` up by 1. Guess first: which outputs move, and by how much?

# %%
pushed = w.copy()
pushed[1] += 1
conv1d_forward(x, pushed) - conv1d_forward(x, w)

# %%
show_table(filter_size=3, outputs=3, weight=1, dout=dout)

# %% [markdown]
# *In words: the same table. The three places of w[1] are framed: they go down a diagonal, at x[1], x[2] and x[3].*
#
# Every output moved, each by the input that `w[1]` meets there: `x[1]`, `x[2]`, `x[3]`. So forward reads rows,
# an input reads its column, and a weight reads its **diagonal**.
#
# Work out `dw[1]` by hand, from `x = [1, 2, 0, -1, 3]` and `dout = [1, 0, 2]`.
#
# <details><summary>Compare</summary>
#
# `dout[0] * x[1] + dout[1] * x[2] + dout[2] * x[3]` = 1 * 2 + 0 * 0 + 2 * (-1) = 0
#
# </details>

# %%
dw_measured = numeric_gradient(lambda w: conv1d_forward(x, w), w, dout, h=1)
assert dw_measured[1] == 0
dw_measured

# %% [markdown]
# ### Exercise 1: conv1d_backward
#
# *Easy, about 10 minutes, about 6 lines, 5 points.*
#
# From `dout` (OW,), `x` (W,) and `w` (F,), with OW = W - F + 1, make
#
# - `dx` (W,): how much `sum(out * dout)` grows when each input grows,
# - `dw` (F,): the same for each weight.
#
# There is neither stride nor padding: a window begins at every input where it fits. Do not change `dout`, `x`
# or `w`.
#
# For `x = [1, 2, 0, -1, 3]`, `w = [2, -1, 1]` and `dout = [1, 0, 2]` you have measured
# `dx = [2, -1, 5, -2, 2]` and `dw = [1, 0, 6]`.
#
# There are two ways through the table. You may go column by column and collect. Or you may go through it as
# forward does, cell by cell, and ask at each cell: what does this one cell add to `dx`, and what to `dw`?
#
# <details><summary>Hint 1: a nudge</summary>
#
# Take the second way. Cell (i, p) holds the product `x[i + p] * w[p]`, a part of `out[i]`. If `x[i + p]` grows
# by 1, by how much does that product grow? And if `w[p]` grows by 1?
#
# </details>
# <details><summary>Hint 2: the idea</summary>
#
# In a product, the gradient of one factor is the other factor, times the gradient that arrives: `dout[i]`.
# Several cells stand in the same column, and several on the same diagonal. Their shares add up.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# Start `dx` and `dw` as zeros. Loop over `i` and over `p`. Add `dout[i]` times the weight to one place of
# `dx`, and `dout[i]` times the input to one place of `dw`. The places are `i + p` and `p`.
#
# </details>


# %% answer="conv1d_backward"
def conv1d_backward(dout, x, w):
    """Gradients of a convolution along a line: dout (OW,), x (W,), w (F,) -> dx (W,), dw (F,)."""
    ### BEGIN SOLUTION
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(len(dout)):
        for p in range(len(w)):
            dx[i + p] += dout[i] * w[p]
            dw[p] += dout[i] * x[i + p]
    return dx, dw
    ### END SOLUTION


# %% [markdown]
# Compare with the measurement. The checks below do the same with other numbers, first for `dw`, then for `dx`.

# %%
dx, dw = conv1d_backward(dout, x, w)
print("dw measured:", dw_measured, " yours:", dw)
print("dx measured:", dx_measured, " yours:", dx)

# %% test="dw"
check("conv1d_backward", conv1d_backward, "dw")

# %% test="dx"
check("conv1d_backward", conv1d_backward, "dx")

# %% test="edge cases"
check("conv1d_backward", conv1d_backward, "edge cases")

# %% [markdown]
# ## From the line to the image
#
# The forward pass of the layer is the same thing with more indices. Pad the images with zeros. Then, for every
# image `n`, every filter `k` and every place `(i, j)`:
#
#     window       = x_pad[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW]     # (C, FH, FW)
#     out[n, k, i, j] = sum(window * w[k]) + b[k]
#
# Each output is again a row of a big table. Its row holds `w[k]`, at the places of its window. So everything
# that you found out holds here too. There are three things to ask now: the window, the filter, the bias.
#
# Some numbers to measure on: 2 images with 2 channels of 4x4, and 3 filters of 3x3. (`x`, `w` and `dout` remain
# those of the line, so that you can go back to it at any time.)

# %%
rng = np.random.default_rng(7)
images = rng.integers(-3, 4, (2, 2, 4, 4)).astype(float)  # (N, C, H, W)
filters = rng.integers(-2, 3, (3, 2, 3, 3)).astype(float)  # (K, C, FH, FW)
biases = np.array([1.0, 0.0, -1.0])  # (K,)
outputs = conv_forward(images, filters, biases)
arriving = rng.integers(-2, 3, outputs.shape).astype(float)  # the dout of this layer
print("outputs, and what arrives at them:", arriving.shape)

# %% [markdown]
# And the smallest layer there is, to check by hand: one image of one pixel, 3, one filter of one weight, 2, a
# bias of 0, and a gradient of 5 that arrives.

# %%
one_pixel, one_weight, five = (np.full((1, 1, 1, 1), value) for value in (3.0, 2.0, 5.0))
no_bias = np.zeros(1)
print("dx:", numeric_gradient(lambda x: conv_forward(x, one_weight, no_bias), one_pixel, five, h=1))
print("dw:", numeric_gradient(lambda w: conv_forward(one_pixel, w, no_bias), one_weight, five, h=1))
print("db:", numeric_gradient(lambda b: conv_forward(one_pixel, one_weight, b), no_bias, five, h=1))

# %% [markdown]
# ### Exercise 2: conv_backward
#
# *Medium, about 25 minutes, about 15 lines in all, 10 points. You write it in five steps.*
#
# From `dout` (N, K, OH, OW), `x` (N, C, H, W), `w` (K, C, FH, FW), `stride` and `pad`, make
#
# - `dx` (N, C, H, W), `dw` (K, C, FH, FW), `db` (K,): how much `sum(out * dout)` grows when each pixel, each
#   weight, each bias grows.
#
# `stride` and `pad` are whole numbers, the same in both directions. The sizes always fit, so there is nothing
# to refuse. Do not change `dout`, `x` or `w`. Steps 1 to 3 need neither stride nor padding yet; step 4 adds them.
#
# The smallest example is the one that you have just measured. With `x = 3`, `w = 2` and `dout = 5`, it gives
# `dx = 5 * 2 = 10`, `dw = 5 * 3 = 15` and `db = 5`.
#
# The three gradients begin as zeros, and the last line is there already. So you can write one of them, run
# the cell, and earn its points before the others exist. **Delete the line that raises the error, write step 1,
# and come back to this cell after each step.**


# %% answer="conv_backward"
def conv_backward(dout, x, w, stride=1, pad=0):
    """Gradients of a convolution: dout (N, K, OH, OW), x (N, C, H, W), w (K, C, FH, FW)
    -> dx (N, C, H, W), dw (K, C, FH, FW), db (K,)."""
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(len(w))
    ### BEGIN SOLUTION
    N, K, OH, OW = dout.shape
    (H, W), (FH, FW) = x.shape[2:], w.shape[2:]
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dx_pad = np.zeros_like(x_pad)
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    rows = slice(i * stride, i * stride + FH)
                    columns = slice(j * stride, j * stride + FW)
                    db[k] += dout[n, k, i, j]
                    dw[k] += dout[n, k, i, j] * x_pad[n, :, rows, columns]
                    dx_pad[n, :, rows, columns] += dout[n, k, i, j] * w[k]
    dx = dx_pad[:, :, pad : pad + H, pad : pad + W]
    ### END SOLUTION
    return dx, dw, db


# %% [markdown]
# ### Step 1: db
#
# Push `b[1]` up by 1. Which outputs move?

# %%
pushed = biases.copy()
pushed[1] += 1
moved = conv_forward(images, filters, pushed) - outputs  # (N, K, OH, OW)
for k in range(3):
    print(f"filter {k}: every output of every image moved by", np.unique(moved[:, k]))

# %% [markdown]
# All outputs of filter 1 move by exactly 1, at all places and in all images. The others stay. So what is the
# sum of `dout * (change of out)`?
#
# <details><summary>Hint 1: a nudge</summary>
#
# The change is 1 where the filter is `k` and 0 elsewhere. Of all numbers in `dout`, which are left?
#
# </details>
# <details><summary>Hint 2: the idea</summary>
#
# `db[k]` is the sum of everything in `dout` that belongs to filter `k`. Which three axes disappear?
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `dout` has the axes (N, K, OH, OW). `np.sum` takes several axes at once: sum over all but the second.
#
# </details>
#
# Write it [into the cell above](#Exercise-2:-conv_backward), run that cell, and come back.

# %%
print("db measured:", numeric_gradient(lambda b: conv_forward(images, filters, b), biases, arriving, h=1))
print("db yours:   ", conv_backward(arriving, images, filters)[2])

# %% test="db"
check("conv_backward", conv_backward, "db")

# %% [markdown]
# ### Step 2: dw
#
# One weight sits at one place of the filter, and the filter goes everywhere. Push the weight in row 0, column 2
# of channel 1 of filter 0 up by 1.

# %%
pushed = filters.copy()
pushed[0, 1, 0, 2] += 1
moved = conv_forward(images, pushed, biases) - outputs
print("image 0: the outputs of filter 0 moved by")
print(moved[0, 0])
print("and this is channel 1 of image 0")
print(images[0, 1])
assert np.array_equal(moved[0, 0], images[0, 1, 0:2, 2:4])

# %% [markdown]
# Find the four numbers in the image. They are the pixels on which this weight lies, as the window goes to its
# four places. It is the diagonal of the table again.
#
# Don't collect weight by weight. Go through the outputs as forward does, and let each output give its share to
# all weights of its filter at once. Output `(n, k, i, j)` has one window. What does it add to `dw[k]`, which
# has the window's shape (C, FH, FW)?
#
# <details><summary>Hint 1: a nudge</summary>
#
# On the line, output `i` added `dout[i] * x[i + p]` to `dw[p]`. For all `p` at once that is `dout[i]` times a
# slice of `x`.
#
# </details>
# <details><summary>Hint 2: the idea</summary>
#
# Every output adds its window, times its own number in `dout`, to the gradient of its own filter.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# Four loops: `n`, `k`, `i`, `j`. Inside, the window is `x[n, :, i : i + FH, j : j + FW]`. Add it to `dw[k]`,
# multiplied by `dout[n, k, i, j]`. (Stride and padding come in step 4.)
#
# </details>
#
# Write it [into the cell above](#Exercise-2:-conv_backward), run that cell, and come back.

# %%
from cs_conv.pictures.gradients import show_comparison

measured = numeric_gradient(lambda w: conv_forward(images, w, biases), filters, arriving, h=1)
yours = conv_backward(arriving, images, filters)[1]
show_comparison(measured[0, 0], yours[0, 0], "dw[0, 0]")
print(f"all of dw: relative error {relative_error(yours, measured):.1e}")

# %% [markdown]
# *In words: three 3x3 grids, the measured gradient of the first channel of the first filter, yours, and the
# difference. Where the difference is 0, yours is right.*
#
# (A relative error below 1e-9 is rounding.)

# %% test="dw"
check("conv_backward", conv_backward, "dw")

# %% [markdown]
# ### Step 3: dx
#
# The way to `dx` is the way you know from the line. An output sends its gradient back to everything it was
# made from. It was made from a window, through the weights `w[k]`. So to a whole window goes ...
#
# Below, the four outputs of a filter send what they have, one after the other. Watch the middle of the image.
# (What arrives in these pictures is measured: no formula was used.)

# %%
from cs_conv.pictures.gradients import show_arrival

small_dout = np.array([[1.0, 2.0], [-1.0, 1.0]])
small_w = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])


def small_forward(x):
    return conv_forward(x, small_w[None, None], np.zeros(1))


for step in range(4):
    so_far = np.where(np.arange(4).reshape(2, 2) <= step, small_dout, 0)  # the later outputs wait
    arrived = numeric_gradient(small_forward, np.zeros((1, 1, 4, 4)), so_far[None, None], h=1)
    show_arrival(small_dout, small_w, arrived[0, 0], step, limit=4)

# %% [markdown]
# *In words: four rows of pictures, one for each output. Left, dout with the output framed. Middle, that number
# times the filter. Right, the 4x4 image with what has arrived so far; the frame is the window of this output. The
# windows overlap, and where they do, what arrives is added.*
#
# The pixels in the middle lie in four windows. They get four messages, and the messages **add up**.
#
# <details><summary>Hint 1: a nudge</summary>
#
# On the line, output `i` added `dout[i] * w[p]` to `dx[i + p]`. For all `p` at once that is a slice of `dx`.
#
# </details>
# <details><summary>Hint 2: the idea</summary>
#
# Use the same four loops. Each output adds its filter, times its own number in `dout`, to the same slice of
# `dx` that forward had read from `x`.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# Inside the loops one more line. On its left side stands `dx[n, :, i : i + FH, j : j + FW]`, on its right side
# `dout[n, k, i, j] * w[k]`. What stands between them is `+=`.
#
# </details>
#
# Write it [into the cell above](#Exercise-2:-conv_backward), run that cell, and come back.

# %%
measured = numeric_gradient(lambda x: conv_forward(x, filters, biases), images, arriving, h=1)
yours = conv_backward(arriving, images, filters)[0]
show_comparison(measured[0, 0], yours[0, 0], "dx[0, 0]")
print(f"all of dx: relative error {relative_error(yours, measured):.1e}")

# %% [markdown]
# *In words: three 4x4 grids, the measured gradient of the first channel of the first image, yours, and the
# difference. Where the difference is 0, yours is right.*

# %% test="dx"
check("conv_backward", conv_backward, "dx")

# %% [markdown]
# ### Step 4: stride and padding
#
# **Stride.** The window of output `(i, j)` begins at row `i * stride` and column `j * stride`. Backward uses
# the windows of forward, so it uses the same slices: for rows and for columns, in `dw` and in `dx`.
#
# **Padding.** Forward read its windows from the *padded* image. So for `dw`, backward reads them there. For `dx`
# it sends its gradients to a padded image, too. In the end the padding is cut off: it is not part of `x`, and
# nobody asks for its gradient.


# %%
def padded_forward(x):
    return conv_forward(x, small_w[None, None], np.zeros(1), stride=2, pad=1)


first = np.array([[1.0, 0.0], [0.0, 0.0]])  # only the first output has sent
arrived = numeric_gradient(padded_forward, np.zeros((1, 1, 3, 3)), first[None, None], h=1)
show_arrival(small_dout, small_w, arrived[0, 0], step=0, stride=2, pad=1, limit=4)

# %% [markdown]
# *In words: left, a 2x2 dout with its first output framed. Middle, what it sends: nine numbers. Right, a 3x3 image
# with a hatched ring of padding around. The 3x3 frame of output (0, 0) begins in the corner of the padding. Five of
# its nine cells are padding, and only the lower right four numbers, 1, 0, 0 and 1, arrive in the image.*
#
# **A trap.** How do you cut off `pad` rows at both ends? `[pad:-pad]` looks right. Look at what it does where
# there is no padding:

# %%
row = np.array([1, 2, 3, 4])
for cut in (1, 0):
    print("pad", cut, "->", row[cut:-cut])

# %% [markdown]
# `-0` is `0`, and `row[0:0]` is empty. You know how long the result must be: count from the front.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which arrays do your slices read from and write to? Two of them must be padded arrays now. `np.pad` makes one.
#
# </details>
# <details><summary>Hint 2: the idea</summary>
#
# Before the loops, make `x_pad` and an array of zeros `dx_pad` of the same shape. Use them in the loops, with
# slices that begin at `i * stride` and `j * stride`. After the loops, cut `dx` out of `dx_pad`.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `np.pad` takes a pair (before, after) for each of the four axes; images and channels get (0, 0). The last cut
# keeps the rows `pad` to `pad + H` and the columns `pad` to `pad + W`.
#
# </details>
#
# To measure every pixel of a larger image takes two forward passes a pixel. There is a cheaper test. Without
# its bias, a convolution is a sum of products `x * w`. Double `x`, and the sum doubles. For such functions the
# slopes times the inputs, added up, are the whole value. So these three numbers must be equal:
#
#     sum((out - b) * dout)  =  sum(x * dx)  =  sum(w * dw)
#
# One forward pass tests `dx` and `dw` at once. (Not `db`: the bias was taken off.) It is called the **adjoint
# identity**. It can be fooled by luck, so `dout` should be random.


# %%
def three_sums(stride, pad):
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(2, 2, 7, 7)), rng.normal(size=(3, 2, 3, 3)), rng.normal(size=3)
    linear = conv_forward(x, w, b, stride, pad) - b[:, None, None]
    dout = rng.normal(size=linear.shape)
    dx, dw, _ = conv_backward(dout, x, w, stride, pad)
    print("sum((out - b) * dout):", np.sum(linear * dout))
    print("sum(x * dx):          ", np.sum(x * dx), f"  relative gap {adjoint_gap(linear, dout, x, dx):.1e}")
    print("sum(w * dw):          ", np.sum(w * dw), f"  relative gap {adjoint_gap(linear, dout, w, dw):.1e}")


three_sums(stride=2, pad=1)

# %% [markdown]
# A gap is relative to the sizes of all the terms. Rounding keeps it below 1e-12. Most mistakes make it
# 0.01, 0.1 or more.

# %% test="stride and padding"
check("conv_backward", conv_backward, "stride and padding")

# %% [markdown]
# ### Step 5: other shapes
#
# So far almost everything was square, and that forgives much. Now images and filters are higher than wide, or
# wider than high. At the end come the odd cases: float32 numbers, arrays that do not lie in one piece in
# memory, an image of one pixel.
#
# If a check fails here, look for a place where one letter stands for two things: `H` for `W`, `FH` for `FW`,
# `N` for `K`.

# %% test="rectangles"
check("conv_backward", conv_backward, "rectangles")

# %% test="edge cases"
check("conv_backward", conv_backward, "edge cases")

# %% [markdown]
# ## The way back is a convolution
#
# Go back to the line once more. Read the framed column from top to bottom: `w[2]`, `w[1]`, `w[0]`. It is the
# filter **backwards**. One column to the right the same weights meet the outputs one further down. So the filter,
# turned around, *slides over `dout`*. That is a convolution again.

# %%
show_table(filter_size=3, outputs=5, column=3, dout=[1, 0, 2, -1, 1])

# %% [markdown]
# *In words: a table with five rows and seven columns. The column of x[3] is framed. It holds w[2], w[1], w[0] in
# the rows 1 to 3, and nothing in the rows 0 and 4.*
#
# Only at the ends something is missing: the column of `x[0]` holds a single weight, `w[0]`. The others would
# meet outputs before the first one, which do not exist. Let them meet zeros. With F - 1 zeros at each end
# of `dout`, the filter may reach over its edge until only one weight touches it. That is called a **full**
# convolution.
#
# Let `conv1d_forward` go backward, with `x`, `w` and `dout` of the line:

# %%
padded = np.pad(dout, 2)  # F - 1 = 2 zeros at each end
print("dout with zeros around: ", padded)
print("w turned around:        ", w[::-1])
print("one slides over the other:", conv1d_forward(padded, w[::-1]))
print("dx, as you computed it:   ", conv1d_backward(dout, x, w)[0])

# %% [markdown]
# ### And with a stride?
#
# With stride 2 each row of the table stands two columns further to the right.

# %%
show_table(filter_size=3, outputs=3, stride=2, column=2, dout=[1, 0, 2])

# %% [markdown]
# *In words: a table with three rows and seven columns. Row 0 holds the weights in the columns 0 to 2, row 1 in
# the columns 2 to 4, row 2 in the columns 4 to 6. The framed column of x[2] holds w[2], w[0] and nothing.*
#
# Now the column of `x[2]` holds `w[2]` and `w[0]`, and `w[1]` is skipped. In the column of `x[1]` only `w[1]` is
# left. It looks as if there had been rows in between that somebody took out. Put them back, with zero for their
# `dout`: then the table is that of stride 1 again. So:
#
# **A stride on the way forward puts zeros between the outputs on the way back.** At stride `s` neighbours must
# stand `s` apart, so there are `s - 1` zeros between them. In an image these are rows of zeros (stride - 1 of
# them), and as many columns. That is called **dilating** `dout`.

# %%
from cs_conv.pictures.gradients import show_dilated

show_dilated([[1, -2], [3, 1]], stride=2, filter_size=(3, 3))

# %% [markdown]
# *In words: left a 2x2 dout. Right the same numbers with one row and one column of zeros between them, and a
# hatched ring of two rows and columns of zeros around: 7x7 in all. A frame marks the first 3x3 window in the top
# left corner; only its last cell holds a number of dout, 1.*
#
# In an image the filter is turned around in both directions, by 180 degrees. And one more thing changes.
# Forward, C channels went in and K came out. Backward, K go in and C come out. So the filters that you slide
# have the shape (C, K, FH, FW): the first two axes trade places.
#
# To slide them you get a tool: forward without stride, padding and bias.


# %% locked="correlate"
def correlate(x, w):
    """Slide the filters w (K, C, FH, FW) over x (N, C, H, W), stride 1, no padding -> (N, K, OH, OW)."""
    if x.shape[1] != w.shape[1]:
        raise ValueError(f"x {x.shape} has {x.shape[1]} channels, the filters w {w.shape} have {w.shape[1]}")
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("ncijpq,kcpq->nkij", windows, w)


# %% [markdown]
# ### Exercise 3: input_gradient
#
# *Hard, about 15 minutes, about 8 lines, 5 points.*
#
# From `dout` (N, K, OH, OW), `w` (K, C, FH, FW), `stride` and `pad`, make `dx` (N, C, H, W) as a full convolution
# of the dilated `dout`. The image `x` is not given: its pixels do not matter to `dx`. Forward fitted exactly, so
# its size follows from the others: H = (OH - 1) * stride + FH - 2 * pad, and W likewise.
#
# For `dout = [[1, 1]]` and `w = [[1, 2], [3, 4]]` (one image, one channel, one filter, stride 1, no padding), `dx`
# is `[[1, 3, 2], [3, 7, 4]]`.
#
# Do not change `dout` or `w`. And `pad` may be larger than the filter. The first check needs neither stride nor
# padding yet.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Four steps, in this order: zeros between, zeros around, turn and slide, cut.
#
# </details>
# <details><summary>Hint 2: the idea</summary>
#
# OH values with `stride - 1` zeros between them take (OH - 1) * stride + 1 places. Make zeros of that size and
# write `dout` into every `stride`-th place. Pad the result by FH - 1 and FW - 1. Slide the turned, swapped
# filters over it. What comes out is the gradient of the padded image, as `dx_pad` was in exercise 2.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `a[:, :, ::stride, ::stride] = dout` writes into every `stride`-th place. `w[:, :, ::-1, ::-1]` is turned by 180
# degrees. `swapaxes(0, 1)` exchanges filters and channels. The cut is the one of exercise 2, and it has the same
# trap at pad 0.
#
# </details>


# %% answer="input_gradient"
def input_gradient(dout, w, stride=1, pad=0):
    """dx by a full convolution: dout (N, K, OH, OW), w (K, C, FH, FW) -> dx (N, C, H, W)."""
    ### BEGIN SOLUTION
    N, K, OH, OW = dout.shape
    FH, FW = w.shape[2:]
    spread = np.zeros((N, K, (OH - 1) * stride + 1, (OW - 1) * stride + 1))
    spread[:, :, ::stride, ::stride] = dout
    spread = np.pad(spread, ((0, 0), (0, 0), (FH - 1, FH - 1), (FW - 1, FW - 1)))
    turned = w[:, :, ::-1, ::-1].swapaxes(0, 1)  # (C, K, FH, FW)
    dx_pad = correlate(spread, turned)
    H, W = dx_pad.shape[2] - 2 * pad, dx_pad.shape[3] - 2 * pad
    return dx_pad[:, :, pad : pad + H, pad : pad + W]
    ### END SOLUTION


# %% [markdown]
# Two roads to the same gradient, and a measurement beside them:

# %%
example = input_gradient(np.ones((1, 1, 1, 2)), np.array([[[[1.0, 2.0], [3.0, 4.0]]]]))
print("the example:", example[0, 0].tolist(), "   right: [[1, 3, 2], [3, 7, 4]]")

wide = rng.normal(size=(2, 2, 7, 5))
sent = rng.normal(size=(2, 3, 4, 3))
yours = input_gradient(sent, filters, stride=2, pad=1)
measured = numeric_gradient(lambda x: conv_forward(x, filters, biases, stride=2, pad=1), wide, sent, h=1)
step_by_step = conv_backward(sent, wide, filters, stride=2, pad=1)[0]
print(f"against the measurement: relative error {relative_error(yours, measured):.1e}")
print(f"against conv_backward:   relative error {relative_error(yours, step_by_step):.1e}")

# %% test="values"
check("input_gradient", input_gradient, "values")

# %% test="stride and padding"
check("input_gradient", input_gradient, "stride and padding")

# %% test="rectangles"
check("input_gradient", input_gradient, "rectangles")

# %% test="edge cases"
check("input_gradient", input_gradient, "edge cases")

# %% [markdown]
# ## Watch a gradient arrive
#
# Now let your own `conv_backward` draw. The image is 7x7 with a padding of 1, the filter 3x3. How many
# messages does a pixel get? If every output sends 1 through weights of 1, `dx` counts them:

# %%
image, ones = np.zeros((1, 1, 7, 7)), np.ones((1, 1, 3, 3))
for stride in (1, 2, 3):
    everybody = np.ones_like(conv_forward(image, ones, no_bias, stride, pad=1))
    messages = conv_backward(everybody, image, ones, stride, pad=1)[0]
    print(f"stride {stride}: {everybody.size} outputs, messages a pixel: {np.unique(messages)}")

# %% [markdown]
# Press play: the outputs send their gradients back one after the other, and `dx` fills up. Try the strides. With
# stride 3 the windows no longer overlap.
#
# *In words: three grids. Left, dout with the output framed that sends now. Middle, its number times the filter.
# Right, dx so far, with the window framed that receives; the pixels that have just got something are bold. A
# slider moves from output to output.*

# %%
from cs_conv.pictures.controls import Choice, Slider, play_with

edge = np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
loss_says = np.random.default_rng(3).integers(-3, 4, (7, 7)).astype(float)


def arrive(output, stride):
    dout = loss_says[: 6 // stride + 1, : 6 // stride + 1]
    output = min(output, dout.size - 1)
    so_far = np.where(np.arange(dout.size).reshape(dout.shape) <= output, dout, 0)
    dx, _, _ = conv_backward(so_far[None, None], image, edge[None, None], stride, pad=1)
    show_arrival(dout, edge, dx[0, 0], output, stride, pad=1, limit=14)


def last_output(now):
    """Where the slider ends: a larger stride has fewer outputs."""
    return (6 // now["stride"] + 1) ** 2 - 1


play_with(arrive, output=Slider(0, 0, 48, play=700, most=last_output), stride=Choice([1, 2, 3], 2))

# %% [markdown]
# And the question that we began with, for every pixel: which outputs does it feed, and through which weights?
# Choose a pixel, or press play. With stride 2, look for the pixels that feed a single output.
#
# *In words: left the image with a framed pixel, right the outputs that it feeds, each with the weight between
# them.*


# %%
def feed(pixel, stride, pad):
    show_feeds((7, 7), (3, 3), divmod(pixel, 7), stride, pad)


play_with(feed, pixel=Slider(24, 0, 48, play=700), stride=Choice([1, 2], 1), pad=Choice([0, 1], 0))

# %% [markdown]
# ## What you know now
#
# - A gradient can always be measured. For a convolution even a step of 1 is exact.
# - Forward reads the table by rows, `dx` by columns, `dw` along diagonals, and all shares **add up**.
# - Backward uses the windows of forward: the same slices of the same padded image.
# - `dx` is a full convolution of `dout` with the filters turned by 180 degrees, filters and channels swapped. A
#   stride becomes zeros between the values of `dout`.
# - One forward pass can test `dx` and `dw`: `sum((out - b) * dout) = sum(x * dx) = sum(w * dw)`.
#
# **Where to go next.** In notebook 05, *Pooling*, a gradient goes to the one pixel that won. In notebook 06,
# *Convolution as one matrix product*, all windows stand side by side as columns, and backward becomes two
# products. And if you like to try things: what would `dx` look like for a filter with holes in it?
