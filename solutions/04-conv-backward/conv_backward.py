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
# Afterwards you can send a gradient back through a convolution, and so train one: at the end, your layer
# finds a filter that it has never seen. It takes about 75 minutes.
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `conv_db` | the gradient of the biases | easy | 4 | 1 | 1 |
# | `conv_dw` | the gradient of the filters | medium | 13 | 11 | 4 |
# | `conv_dx` | the gradient of the images | medium | 13 | 10 | 4 |
# | `conv_backward` | the layer, made of these three | easy | 3 | 3 | 6 |
# | `input_gradient` | the gradient of the images as a convolution | hard | 15 | 8 | 5 |

# %% locked="setup"
import numpy as np

from autograder import check, predict
from cs_conv.gradcheck import adjoint_gap, numeric_gradient, relative_error
from cs_conv.naive import conv_forward

# %% [markdown]
# ## The question
#
# A 3x3 filter slides over a 5x5 image and makes 3x3 outputs. Change one pixel, the one in row 1, column 2.
# How many of the nine outputs change with it?


# %%
def outputs_changed(row, column):
    """How many outputs of a 3x3 filter change if one pixel of a 5x5 image does."""
    change = np.zeros((1, 1, 5, 5))
    change[0, 0, row, column] = 1
    return np.count_nonzero(conv_forward(change, np.ones((1, 1, 3, 3)), np.zeros(1)))


predict("outputs_changed(1, 2)", ..., hint="In how many places can the 3x3 window lie so that it covers it?")

# %%
from cs_conv.pictures.gradients import show_feeds

show_feeds(image=(5, 5), filter_size=(3, 3), pixel=(1, 2))

# %% [markdown]
# *In words: on the left a 5x5 image with the pixel in row 1, column 2 framed. On the right the 3x3 outputs.
# The upper six are framed: they are the ones that the pixel feeds. In each stands the weight through which it
# feeds it: w[1,2], w[1,1], w[1,0] in the first row, w[0,2], w[0,1], w[0,0] in the second.*
#
# The pixel lies in six windows. Change it, and six outputs change.
#
# Training asks the question the other way round. As in notebook 03, the rest of the network hands over
# `dout`: for each output, how much the **loss** grows if that output grows by a tiny bit. How much does the
# loss change when the *pixel* changes? And when a weight changes? And a bias?
#
# That is all that "backward" means. The answers are called `dx`, `dw` and `db`. Each has the shape of what it
# belongs to. And one rule gives them all, since the effects of several outputs add up:
#
#     change of the loss = sum over all outputs of  dout * (change of out)
#
# The rest of this notebook is finding out who changes whom.

# %% [markdown]
# ## First along a line
#
# Images have rows, columns and channels, and come several at a time. A line has none of that, and it shows
# everything. Here is a convolution along a line, with stride 1 and no padding: a window of `w` slides over
# `x`.


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
# *In words: a table with the rows out[0] to out[2] and the columns x[0] to x[4]. Row 0 holds w[0], w[1], w[2]
# in the columns 0 to 2, row 1 the same one column further to the right, row 2 two columns further. The three
# weights of row 1 are framed.*
#
# ### An input: a column
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
# *In words: the same table. The column of x[2] is framed. From top to bottom it holds w[2], w[1], w[0].
# Beside the rows stands what arrives: dout[0] = 1, dout[1] = 0, dout[2] = 2.*
#
# It is the **column** of `x[2]`. Forward reads rows, pushing an input reads a column.
#
# Now use the rule: the loss changes by the sum of `dout * (change of out)`. How much does it change when
# `x[2]` grows by 1? That number is `dx[2]`. Then do the columns of `x[0]` and `x[4]`. What is different at
# the ends?
#
# Work the three numbers out by hand. `numeric_gradient`, which you know from notebook 03, will tell.

# %%
dx_measured = numeric_gradient(lambda x: conv1d_forward(x, w), x, dout, h=1)

predict("dx_measured[2]", ..., hint="Go down the framed column: dout[0] * w[2], and so on, added up.")
predict("dx_measured[[0, 4]]", [..., ...], hint="Each end feeds a single output.")

# %% [markdown]
# <details><summary>Compare</summary>
#
# `dx[2]` is `dout[0] * w[2] + dout[1] * w[1] + dout[2] * w[0]` = 1 * 1 + 0 * (-1) + 2 * 2 = 5. The ends feed
# one output each: `dx[0] = dout[0] * w[0]` = 2 and `dx[4] = dout[2] * w[2]` = 2.
#
# </details>
#
# (The step is a whole 1. For most functions that would be far too much. A convolution is a straight line in
# each of its inputs and weights, and on a straight line every step gives the exact slope.)

# %%
assert list(dx_measured[[0, 2, 4]]) == [2, 5, 2]
dx_measured

# %% [markdown]
# ### A weight: a diagonal
#
# Push `w[1]` up by 1. Guess first: which outputs move, and by how much?

# %%
pushed = w.copy()
pushed[1] += 1
conv1d_forward(x, pushed) - conv1d_forward(x, w)

# %%
show_table(filter_size=3, outputs=3, weight=1, dout=dout)

# %% [markdown]
# *In words: the same table. The three places of w[1] are framed: they go down a diagonal, at x[1], x[2] and
# x[3].*
#
# Every output moved, each by the input that `w[1]` meets there: `x[1]`, `x[2]`, `x[3]`. So forward reads
# rows, an input reads its column, and a weight reads its **diagonal**.
#
# Work out `dw[1]` by hand, from `x = [1, 2, 0, -1, 3]` and `dout = [1, 0, 2]`.

# %%
dw_measured = numeric_gradient(lambda w: conv1d_forward(x, w), w, dout, h=1)

predict("dw_measured[1]", ..., hint="Three products: each dout with the input that w[1] meets in its row.")

# %% [markdown]
# <details><summary>Compare</summary>
#
# `dout[0] * x[1] + dout[1] * x[2] + dout[2] * x[3]` = 1 * 2 + 0 * 0 + 2 * (-1) = 0
#
# </details>

# %%
assert dw_measured[1] == 0
dw_measured

# %% [markdown]
# ### The same in symbols
#
# Output `i` begins its window at input $i \cdot S$, where $S$ is the stride (1 in the table above):
#
# $$out[i] = \sum_p \; x[i \cdot S + p] \; w[p]$$
#
# Let `m` be the number of an input. Weight `p` meets input `m` in output `i` if $m = i \cdot S + p$. Read that
# equation in three ways:
#
# | you look at | you know | you go along | and it gives |
# |---|---|---|---|
# | a row | $i$ | $p$ | $m = i \cdot S + p$: forward |
# | a diagonal | $p$ | $i$ | $m = i \cdot S + p$: $\;dw[p] = \sum_i dout[i] \; x[i \cdot S + p]$ |
# | a column | $m$ | $i$ | $p = m - i \cdot S$: $\;dx[m] = \sum_i dout[i] \; w[m - i \cdot S]$ |
#
# In the last line only those `i` count for which $m - i \cdot S$ is one of the weights 0, 1, ..., F - 1. And
# there `i` has a **minus sign**: as you go down the column, `i` grows and the weight's number falls. That is
# where the weights turned around. In `dw` there is no minus sign, and nothing is turned.
#
# At stride 2, with 3 outputs and 3 weights: which pairs (i, p) stand in the column of `x[2]`? Write them as
# `[(i, p), (i, p)]`, the smaller `i` first.


# %%
def column(m, F, S, outputs):
    """The cells in the column of x[m]: a pair (i, p) for each output i that reads it, by weight p."""
    return [(i, m - i * S) for i in range(outputs) if 0 <= m - i * S < F]


predict("column(2, F=3, S=2, outputs=3)", ..., hint="Output 0 reads x[0] to x[2]. Where does output 1 begin?")

# %%
for m in range(7):
    print(f"x[{m}]:", "  ".join(f"out[{i}] by w[{p}]" for i, p in column(m, F=3, S=2, outputs=3)))

# %% [markdown]
# One more way to say it. The table is a matrix, forward is `table @ x`, and reading by columns is the
# **transposed** matrix:

# %%
table = np.stack(
    [conv1d_forward(unit, w) for unit in np.eye(5)], axis=1
)  # (3, 5): column m is what x[m] does
print(table)
print("table @ x:     ", table @ x, "   forward:", conv1d_forward(x, w))
print("table.T @ dout:", table.T @ dout, "   dx, measured:", dx_measured)

# %% [markdown]
# ## From the line to the image
#
# The forward pass of the layer is the same thing with more indices. Pad the images with zeros. Then, for
# every image `n`, every filter `k` and every place `(i, j)`:
#
#     window       = x_pad[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW]     # (C, FH, FW)
#     out[n, k, i, j] = sum(window * w[k]) + b[k]
#
# Each output is again a row of a big table. Its row holds `w[k]`, at the places of its window. So everything
# that you found out holds here too. There are three things to ask now: the bias, the filter, the image.
#
# Some numbers to measure on: 2 images with 2 channels of 4x4, and 3 filters of 3x3. (`x`, `w` and `dout`
# remain those of the line, so that you can go back to it at any time.)

# %%
from cs_conv.pictures.gradients import show_comparison

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
# ## The bias
#
# Push `b[1]` up by 1. Which outputs move?

# %%
pushed = biases.copy()
pushed[1] += 1
moved = conv_forward(images, filters, pushed) - outputs  # (N, K, OH, OW)
for k in range(3):
    print(f"filter {k}: every output of every image moved by", np.unique(moved[:, k]))

# %% [markdown]
# ### Exercise 1: conv_db
#
# *Easy, about 4 minutes, about 1 line, 1 point.*
#
# All outputs of filter 1 move by exactly 1, at all places and in all images. The others stay. So what is the
# sum of `dout * (change of out)`?
#
# From `dout` (N, K, OH, OW) make `db` (K,): how much the loss grows when each bias grows. In the smallest
# layer, `dout = 5` gives `db = 5`.
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


# %% answer="conv_db"
def conv_db(dout):
    """The gradient of the biases: dout (N, K, OH, OW) -> db (K,)."""
    ### BEGIN SOLUTION
    # a bias is added to every output of its filter, so its gradient is their sum
    return np.sum(dout, axis=(0, 2, 3))
    ### END SOLUTION


# %%
print("db measured:", numeric_gradient(lambda b: conv_forward(images, filters, b), biases, arriving, h=1))
print("db yours:   ", conv_db(arriving))

# %% test="values"
check("conv_db", conv_db, "values")

# %% [markdown]
# ## The filter
#
# One weight sits at one place of the filter, and the filter goes everywhere. Push the weight in row 0, column
# 2 of channel 1 of filter 0 up by 1.

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
# ### Exercise 2: conv_dw
#
# *Medium, about 13 minutes, about 11 lines, 4 points.*
#
# From `dout` (N, K, OH, OW), `x` (N, C, H, W), `w` (K, C, FH, FW), `stride` and `pad`, make `dw`
# (K, C, FH, FW): how much the loss grows when each weight grows. Of `w` you need the shape only. In the
# smallest layer, `x = 3` and `dout = 5` give `dw = 15`.
#
# Don't collect weight by weight. Go through the outputs as forward does, and let each output give its share
# to all weights of its filter at once. Output `(n, k, i, j)` has one window. What does it add to `dw[k]`,
# which has the window's shape?
#
# Backward uses the windows of forward: the same slices of the same padded images. `stride` and `pad` are
# whole numbers, the same in both directions, and the sizes always fit, so there is nothing to refuse. Do not
# change `dout`, `x` or `w`. The first check needs neither stride nor padding yet; the last one has
# rectangles, float32 numbers and arrays that do not lie in one piece in memory. (These need no care. Notebook 07
# has more about them.)
#
# <details><summary>Hint 1: a nudge</summary>
#
# On the line, output `i` adds something to `dw[p]` for each `p`. Look at the diagonals: which number of
# `dout`, and which input? Then take all `p` at once: which slice of `x` is that?
#
# </details>
# <details><summary>Hint 2: the idea</summary>
#
# In a product, the gradient of one factor is the other factor, times what arrives. What `w[k]` met in output
# `(n, k, i, j)` is a whole window. So each output has an array of the shape of `w[k]` to give.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# Pad `x` first, as forward does; `np.pad` takes a pair (before, after) for each of the four axes. Start `dw`
# as zeros. Four loops: `n`, `k`, `i`, `j`. Inside, cut out the window of rows `i * stride` to
# `i * stride + FH`, and columns likewise. It goes to `dw[k]`, times one number of `dout`. Many windows go
# there: none may overwrite another.
#
# </details>


# %% answer="conv_dw"
def conv_dw(dout, x, w, stride=1, pad=0):
    """The gradient of the filters: dout (N, K, OH, OW), x (N, C, H, W), w (K, C, FH, FW)
    -> dw (K, C, FH, FW)."""
    ### BEGIN SOLUTION
    N, K, OH, OW = dout.shape
    FH, FW = w.shape[2:]
    x_pad = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dw = np.zeros_like(w)
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    rows = slice(i * stride, i * stride + FH)
                    columns = slice(j * stride, j * stride + FW)
                    # each output was window * filter: its dout sends the window back to the filter
                    dw[k] += dout[n, k, i, j] * x_pad[n, :, rows, columns]
    return dw
    ### END SOLUTION


# %%
measured = numeric_gradient(lambda w: conv_forward(images, w, biases), filters, arriving, h=1)
yours = conv_dw(arriving, images, filters)
show_comparison(measured[0, 0], yours[0, 0], "dw[0, 0]")
print(f"all of dw: relative error {relative_error(yours, measured):.1e}")

# %% [markdown]
# *In words: three 3x3 grids, the measured gradient of the first channel of the first filter, yours, and the
# difference. Where the difference is 0, yours is right.*
#
# (A relative error below 1e-9 is rounding.)

# %% test="values"
check("conv_dw", conv_dw, "values")

# %% test="stride and padding"
check("conv_dw", conv_dw, "stride and padding")

# %% test="other shapes"
check("conv_dw", conv_dw, "other shapes")

# %% [markdown]
# ### Every place has its own wish
#
# Let only one output send its gradient, then the next, and so on, and look at what each alone asks of filter
# 0.

# %%
from cs_conv.pictures.grid import show_grids

small_dout = np.array([[1.0, 2.0], [-1.0, 1.0]])  # what arrives at filter 0 in image 0
places = list(np.ndindex(2, 2))


def dw_of_filter_0(sent):
    """dw[0, 0], if nothing arrives but `sent` (2, 2), at filter 0 in image 0."""
    dout = np.zeros_like(arriving)
    dout[0, 0] = sent
    return conv_dw(dout, images, filters)[0, 0]


shares = []
for place in places:
    alone = np.zeros((2, 2))
    alone[place] = small_dout[place]
    shares.append(dw_of_filter_0(alone))
whole = dw_of_filter_0(small_dout)
assert np.array_equal(sum(shares), whole)
show_grids(
    [*shares, whole],
    [f"output {place} alone" for place in places] + ["all four"],
    same_colors=True,
    cell=0.42,
    axes=("row p", "column q"),
)

# %% [markdown]
# *In words: five 3x3 grids. The first four are what each of the 2x2 outputs adds to the gradient of filter 0,
# channel 0. The fifth is their sum.*
#
# Each neuron of the 2x2 slice computes a gradient of its own, as if the filter were its alone. All of them
# share one filter, so the gradients are **added across the slice**, and the filter takes one step for all. (A
# layer in which every place keeps its own filter, and its own gradient, is called locally connected.)

# %% [markdown]
# ## The image
#
# The way to `dx` is the way you know from the line. An output sends its gradient back to everything it was
# made from. It was made from a window, through the weights `w[k]`. What goes to a whole window, then?
#
# Below, the four outputs of a filter send what they have, one after the other. Watch the middle of the image.
# (What arrives in these pictures is measured: no formula was used.)

# %%
from cs_conv.pictures.gradients import show_arrival

small_w = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 1.0]])


def small_forward(x):
    return conv_forward(x, small_w[None, None], np.zeros(1))


for step in range(4):
    so_far = np.where(np.arange(4).reshape(2, 2) <= step, small_dout, 0)  # the later outputs wait
    arrived = numeric_gradient(small_forward, np.zeros((1, 1, 4, 4)), so_far[None, None], h=1)
    show_arrival(small_dout, small_w, arrived[0, 0], step, limit=4)

# %% [markdown]
# *In words: four rows of pictures, one for each output. Left, dout with the output framed. Middle, that
# number times the filter. Right, the 4x4 image with what has arrived so far; the frame is the window of this
# output. The windows overlap, and where they do, what arrives is added.*
#
# The pixels in the middle lie in four windows. They get four messages, and the messages **add up**.
#
# **Padding.** Forward read its windows from a *padded* image. So backward sends its messages to a padded
# image, too. In the end the padding is cut off: it is not part of `x`, and nobody asks for its gradient. Here
# the first output sends, at stride 2 and pad 1:


# %%
def padded_forward(x):
    return conv_forward(x, small_w[None, None], np.zeros(1), stride=2, pad=1)


first = np.array([[1.0, 0.0], [0.0, 0.0]])  # only the first output has sent
arrived = numeric_gradient(padded_forward, np.zeros((1, 1, 3, 3)), first[None, None], h=1)
show_arrival(small_dout, small_w, arrived[0, 0], step=0, stride=2, pad=1, limit=4)

# %% [markdown]
# *In words: left, a 2x2 dout with its first output framed. Middle, what it sends: nine numbers. Right, a 3x3
# image with a hatched ring of padding around. The 3x3 frame of output (0, 0) begins in the corner of the
# padding. Five of its nine cells are padding, and only the lower right four numbers, 1, 0, 0 and 1, arrive in
# the image.*
#
# **A trap.** How do you cut off `pad` rows at both ends? `[pad:-pad]` looks right. What does it leave of four
# numbers if `pad` is 0?

# %%
row = np.array([1, 2, 3, 4])

predict("len(row[0:-0])", ..., hint="In Python, -0 is 0.")

# %%
for cut in (1, 0):
    print("pad", cut, "->", row[cut:-cut])

# %% [markdown]
# `-0` is `0`, and `row[0:0]` is empty. You know how long the result must be: count from the front.
#
# ### Exercise 3: conv_dx
#
# *Medium, about 13 minutes, about 10 lines, 4 points.*
#
# From `dout` (N, K, OH, OW), `x` (N, C, H, W), `w` (K, C, FH, FW), `stride` and `pad`, make `dx`
# (N, C, H, W): how much the loss grows when each pixel grows. Of `x` you need the shape only. In the smallest
# layer, `w = 2` and `dout = 5` give `dx = 10`.
#
# As in exercise 2, the windows are those of forward, the sizes fit, and `dout`, `x` and `w` stay as they are. The
# three checks are the same, too.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Look at the pictures above. What does output `(i, j)` send, and to which slice? You have cut out that slice
# before.
#
# </details>
# <details><summary>Hint 2: the idea</summary>
#
# In forward, output `(n, k, i, j)` *read* a slice of the padded image, through the weights `w[k]`. In
# backward it *writes* to that slice of a padded `dx`. What does it write? And what may be there already,
# since slices overlap and there are several filters?
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# Start `dx_pad` as zeros of shape `(N, C, H + 2 * pad, W + 2 * pad)`. The loops and slices are those of
# exercise 2. In them stands one line: a slice of `dx_pad[n]` gets a product with `w[k]` added. After the
# loops, keep the rows `pad` to `pad + H` and the columns `pad` to `pad + W`.
#
# </details>


# %% answer="conv_dx"
def conv_dx(dout, x, w, stride=1, pad=0):
    """The gradient of the images: dout (N, K, OH, OW), x (N, C, H, W), w (K, C, FH, FW)
    -> dx (N, C, H, W)."""
    ### BEGIN SOLUTION
    N, K, OH, OW = dout.shape
    (C, H, W), (FH, FW) = x.shape[1:], w.shape[2:]
    dx_pad = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    rows = slice(i * stride, i * stride + FH)
                    columns = slice(j * stride, j * stride + FW)
                    # each output was window * filter: its dout sends the filter back to the window
                    dx_pad[n, :, rows, columns] += dout[n, k, i, j] * w[k]
    # nobody asks for the gradient of the padding
    return dx_pad[:, :, pad : pad + H, pad : pad + W]
    ### END SOLUTION


# %%
measured = numeric_gradient(lambda x: conv_forward(x, filters, biases), images, arriving, h=1)
yours = conv_dx(arriving, images, filters)
show_comparison(measured[0, 0], yours[0, 0], "dx[0, 0]")
print(f"all of dx: relative error {relative_error(yours, measured):.1e}")

# %% [markdown]
# *In words: three 4x4 grids, the measured gradient of the first channel of the first image, yours, and the
# difference. Where the difference is 0, yours is right.*

# %% test="values"
check("conv_dx", conv_dx, "values")

# %% test="stride and padding"
check("conv_dx", conv_dx, "stride and padding")

# %% test="other shapes"
check("conv_dx", conv_dx, "other shapes")

# %% [markdown]
# If a check fails, look at the messages one by one. This picture is drawn by your own `conv_dx`, beside the
# right gradient; where they differ, it says so. Change the stride, the padding, the weights, or what an
# output sends.
#
# *In words: a grid of outputs, of which the first few have sent; the filter; and dx so far, yours and the
# right one. Move the number of outputs that have sent, and dx fills up, message by message.*

# %%
from cs_conv.live import messages, window

messages(globals(), x_shape=(5, 5), w=small_w, stride=2, pad=1)

# %% [markdown]
# ## The layer
#
# ### Exercise 4: conv_backward
#
# *Easy, about 3 minutes, about 3 lines, 6 points.*
#
# From the same arguments make all three gradients, in the order `dx, dw, db`. You have everything; put it
# together.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Call your three functions. Which of them take `stride` and `pad`?
#
# </details>
# <details><summary>Hint 2: the idea</summary>
#
# `conv_dx` and `conv_dw` need to know which windows forward used. `conv_db` does not.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `dx = conv_dx(dout, x, w, stride, pad)` is the first of three lines; then `return dx, dw, db`.
#
# </details>


# %% answer="conv_backward"
def conv_backward(dout, x, w, stride=1, pad=0):
    """Gradients of a convolution: dout (N, K, OH, OW), x (N, C, H, W), w (K, C, FH, FW)
    -> dx (N, C, H, W), dw (K, C, FH, FW), db (K,)."""
    ### BEGIN SOLUTION
    # the three gradients do not need each other
    dx = conv_dx(dout, x, w, stride, pad)
    dw = conv_dw(dout, x, w, stride, pad)
    db = conv_db(dout)
    return dx, dw, db
    ### END SOLUTION


# %% [markdown]
# One forward pass tests most of it. Without its bias, a convolution is linear, so the **adjoint identity** of
# notebook 03 holds:
#
#     sum((out - b) * dout)  =  sum(x * dx)  =  sum(w * dw)


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
# This does not test `db`, since the bias was taken off.

# %% test="db"
check("conv_backward", conv_backward, "db")

# %% test="dw"
check("conv_backward", conv_backward, "dw")

# %% test="dx"
check("conv_backward", conv_backward, "dx")

# %% test="stride and padding"
check("conv_backward", conv_backward, "stride and padding")

# %% test="rectangles"
check("conv_backward", conv_backward, "rectangles")

# %% test="edge cases"
check("conv_backward", conv_backward, "edge cases")

# %% [markdown]
# Now forward and backward in one picture, drawn by your layer. Click an output: what it read, and what it
# sends back. Click a pixel: which outputs it feeds. That is the question that we began with.
#
# *In words: an image, a filter with the weights 1 to 9 and the outputs. The cells that belong to the one you
# picked are marked, and a sentence says what is read and what goes back.*

# %%
window(
    globals(),
    x=np.arange(25.0).reshape(1, 5, 5) % 4,
    w=np.arange(1.0, 10).reshape(1, 1, 3, 3),
    b=no_bias,
    pick=["output", 0, 1, 1],
)

# %% [markdown]
# ## The way back is a convolution
#
# Go back to the line once more. Read the framed column from top to bottom: `w[2]`, `w[1]`, `w[0]`. It is the
# filter **backwards**. One column to the right the same weights meet the outputs one further down. So the
# filter, turned around, *slides over `dout`*. That is a convolution again.

# %%
show_table(filter_size=3, outputs=5, column=3, dout=[1, 0, 2, -1, 1])

# %% [markdown]
# *In words: a table with five rows and seven columns. The column of x[3] is framed. It holds w[2], w[1], w[0]
# in the rows 1 to 3, and nothing in the rows 0 and 4.*
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
print("dx, as it was measured:   ", dx_measured)

# %% [markdown]
# ### And with a stride?
#
# With stride 2 each row of the table stands two columns further to the right.

# %%
show_table(filter_size=3, outputs=3, stride=2, column=2, dout=[1, 0, 2])

# %% [markdown]
# *In words: a table with three rows and seven columns. Row 0 holds the weights in the columns 0 to 2, row 1
# in the columns 2 to 4, row 2 in the columns 4 to 6. The framed column of x[2] holds w[2], w[0] and nothing.*
#
# Now the column of `x[2]` holds `w[2]` and `w[0]`, and `w[1]` is skipped. In the column of `x[1]` only `w[1]`
# is left. It looks as if there had been rows in between that somebody took out. Put a row back between every two
# outputs, with 0 for its `dout`: then the table is that of stride 1 again. So:
#
# **A stride on the way forward puts zeros between the outputs on the way back.** At stride `s` neighbours
# must stand `s` apart, so there are `s - 1` zeros between them. In an image these are rows of zeros (stride -
# 1 of them), and as many columns. That is called **dilating** `dout`.

# %%
from cs_conv.pictures.gradients import show_dilated

show_dilated([[1, -2], [3, 1]], stride=2, filter_size=(3, 3))

# %% [markdown]
# *In words: left a 2x2 dout. Right the same numbers with one row and one column of zeros between them, and a
# hatched ring of two rows and columns of zeros around: 7x7 in all. A frame marks the first 3x3 window in the
# top left corner; only its last cell holds a number of dout, 1.*
#
# In an image the filter is turned around in both directions, by 180 degrees. And one more thing changes.
# Forward, C channels went in and K came out. Backward, K go in and C come out. So the filters that you slide
# have the shape (C, K, FH, FW): the first two axes trade places.
#
# To slide them you get a tool: forward without stride, padding and bias. (Its `np.einsum` reads letters: each
# names an axis. It multiplies where the letters agree, and sums over those that are missing after the arrow.)


# %% locked="correlate"
def correlate(x, w):
    """Slide the filters w (K, C, FH, FW) over x (N, C, H, W), stride 1, no padding -> (N, K, OH, OW)."""
    if x.shape[1] != w.shape[1]:
        raise ValueError(f"x {x.shape} has {x.shape[1]} channels, the filters w {w.shape} have {w.shape[1]}")
    windows = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("ncijpq,kcpq->nkij", windows, w)


# %% [markdown]
# ### Exercise 5: input_gradient
#
# *Hard, about 15 minutes, about 8 lines, 5 points.*
#
# From `dout` (N, K, OH, OW), `w` (K, C, FH, FW), `stride` and `pad`, make `dx` (N, C, H, W) as a full
# convolution of the dilated `dout`. The image `x` is not given: its pixels do not matter to `dx`. Forward
# fitted exactly, so its size follows from the others: H = (OH - 1) * stride + FH - 2 * pad, and W likewise.
#
# For `dout = [[1, 1]]` and `w = [[1, 2], [3, 4]]` (one image, one channel, one filter, stride 1, no padding),
# `dx` is `[[1, 3, 2], [3, 7, 4]]`.
#
# Do not change `dout` or `w`. And `pad` may be larger than the filter. The first check needs neither stride
# nor padding yet.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Four steps, in this order: zeros between, zeros around, turn and slide, cut.
#
# </details>
# <details><summary>Hint 2: the idea</summary>
#
# OH values with `stride - 1` zeros between them take (OH - 1) * stride + 1 places. Make zeros of that size
# and write `dout` into every `stride`-th place. Pad the result by FH - 1 and FW - 1. Slide the turned,
# swapped filters over it. What comes out is the gradient of the padded image, as `dx_pad` was in exercise 3.
#
# </details>
# <details><summary>Hint 3: nearly the answer</summary>
#
# `a[:, :, ::stride, ::stride] = dout` writes into every `stride`-th place. `w[:, :, ::-1, ::-1]` is turned by
# 180 degrees. `swapaxes(0, 1)` exchanges filters and channels. The cut is the one of exercise 3, and it has
# the same trap at pad 0.
#
# </details>


# %% answer="input_gradient"
def input_gradient(dout, w, stride=1, pad=0):
    """dx by a full convolution: dout (N, K, OH, OW), w (K, C, FH, FW) -> dx (N, C, H, W)."""
    ### BEGIN SOLUTION
    N, K, OH, OW = dout.shape
    FH, FW = w.shape[2:]
    # a stride of S leaves S - 1 zeros between the outputs
    spread = np.zeros((N, K, (OH - 1) * stride + 1, (OW - 1) * stride + 1))
    spread[:, :, ::stride, ::stride] = dout
    # so wide a rim that every weight meets every output: a full convolution
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
# ### You have written a layer of the libraries
#
# `input_gradient` needs no image. It takes something small and makes something larger of it. So it can be
# used *forward*, too: libraries have it as a layer of its own, the **transposed convolution** (the transposed
# table, above), and networks that paint images use it to make them larger. Let yours double the size of a
# photograph:

# %%
import matplotlib.pyplot as plt

from cs_conv.data import photograph
from cs_conv.pictures.convolution import show_photograph

coarse = photograph()[::8, ::8]  # (25, 32)
tent = np.array([[0.25, 0.5, 0.25], [0.5, 1.0, 0.5], [0.25, 0.5, 0.25]])  # a number fades into its neighbours
fine = input_gradient(coarse[None, None], tent[None, None], stride=2, pad=1)[0, 0]
print("from", coarse.shape, "to", fine.shape)

_, axes = plt.subplots(1, 2, figsize=(9, 3.6))
show_photograph(coarse, f"in: {coarse.shape[0]} x {coarse.shape[1]}", axes[0])
show_photograph(fine, f"out: {fine.shape[0]} x {fine.shape[1]}", axes[1])

# %% [markdown]
# *In words: a cup of coffee in coarse squares, 25 rows by 32 columns, and the same cup with twice as many
# rows and columns less one, which looks smoother.*
#
# ### And dw?
#
# You may read that backward is "a convolution with flipped filters", for the data and for the weights. For
# the weights that is half true. `dw` can be made by sliding, too: `dout` slides over the images. But look
# back at the symbols: there was no minus sign, so nothing is flipped.

# %%
over, slides = images.swapaxes(0, 1), arriving.swapaxes(0, 1)  # (C, N, H, W) and (K, N, OH, OW)
dw = conv_dw(arriving, images, filters)
as_it_is = correlate(over, slides).swapaxes(0, 1)  # (K, C, FH, FW)
flipped = correlate(over, slides[:, :, ::-1, ::-1]).swapaxes(0, 1)
print(f"dout slides over x as it is: relative error {relative_error(as_it_is, dw):.1e}")
print(f"dout slides over x, flipped: relative error {relative_error(flipped, dw):.1e}")

# %% [markdown]
# ## A layer that learns
#
# Somebody has sent six random pictures through a 3x3 filter and added a bias. You get the pictures and the
# answers. Your layer starts with a filter of zeros, and has 100 steps to find out what the filter was. It
# never looks at `hidden`.
#
# Each step goes forward, measures the loss, half the mean square of what is wrong, and goes backward. `dout`
# is made of that loss as in notebook 03. (There the loss was a sum of squares, divided by the number of images.
# Here it is half of a mean over all outputs. The half takes the 2 of the square away, so `dout` is what is wrong,
# divided by how many outputs there are.) Then every weight takes a small step downhill.


# %%
hidden = np.array([[[[-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0]]]])
pictures = np.random.default_rng(20).normal(size=(6, 1, 8, 8))
answers = conv_forward(pictures, hidden, np.ones(1))


def learn(backward, steps=100, rate=0.03):
    """The loss before each step, and the filter after some of them."""
    w, b = np.zeros_like(hidden), np.zeros(1)
    losses, snapshots = [], {}
    for step in range(steps + 1):
        wrong = conv_forward(pictures, w, b) - answers
        losses.append(np.mean(wrong**2) / 2)
        if step in (0, 10, 30, 100):
            snapshots[step] = w[0, 0]
        _, dw, db = backward(wrong / wrong.size, pictures, w)
        w, b = w - rate * dw, b - rate * db
    return losses, snapshots


losses, snapshots = learn(conv_backward)
assert np.abs(snapshots[100] - hidden[0, 0]).max() < 0.2
print(f"loss: {losses[0]:.1f} before, {losses[10]:.1f} after 10 steps, {losses[100]:.2f} after 100")

# %%
titles = [f"after {step} steps" for step in snapshots] + ["the hidden filter"]
show_grids([*(f.round(1) for f in snapshots.values()), hidden[0, 0]], titles, same_colors=True, cell=0.42)

# %% [markdown]
# *In words: five 3x3 grids. The first is all zeros. After 10 and 30 steps the left column turns more and more
# negative and the right one positive. After 100 steps they differ from the hidden filter, -1 0 1 in each row,
# by less than 0.2.*
#
# So far people chose the filters, in notebook 02. This one was found by your three functions, from examples
# alone. A network is many such layers, and it learns in the same way.
#
# **Break it.** What happens to the loss if `dw` comes back turned by 180 degrees? Will it still fall, only
# more slowly? Is the loss after 100 steps smaller than it was before?


# %%
def turned_backward(dout, x, w):
    dx, dw, db = conv_backward(dout, x, w)
    return dx, dw[:, :, ::-1, ::-1], db


broken, _ = learn(turned_backward)

predict(
    "bool(broken[100] < broken[0])", ..., hint="Where the hidden filter wants -1, the turned gradient says 1."
)

# %%
figure, axes = plt.subplots(figsize=(6, 3))
axes.semilogy(losses, label="dw right")
axes.semilogy(broken, label="dw turned by 180 degrees", linestyle="--")
axes.set_xlabel("step")
axes.set_ylabel("loss")
axes.legend()
print(f"with dw turned: loss {broken[0]:.1f} before, {broken[100]:,.0f} after 100 steps")

# %% [markdown]
# *In words: the loss against the step, on a logarithmic scale. With the right gradient it falls along a
# nearly straight line. With the turned one it rises.*
#
# A wrong gradient raises no error. The loss is where you see it, if you look.
#
# ## What you know now
#
# - Forward reads the table by rows, `dx` by columns, `dw` along diagonals, and all shares **add up**.
# - Backward uses the windows of forward: the same slices of the same padded image.
# - `p = m - i * S` turns the filter around in `dx`. In `dw` nothing is turned.
# - `dx` is a full convolution of `dout` with the filters turned by 180 degrees, filters and channels swapped.
#   A stride becomes zeros between the values of `dout`. Libraries call it a transposed convolution.
# - Forward, loss, backward, a small step: so a layer finds its own filter.
#
# ## Do you remember?
#
# Think first, then open. All of it is from earlier notebooks.
#
# <details><summary>1. How many weights has a 5x5x3 filter, and how many more come with its bias?</summary>
#
# 75 weights and one bias: the filter reaches through all three channels.
#
# </details>
#
# <details><summary>2. An image of 7x7, a 3x3 filter, stride 2, no padding: how large is the output?</summary>
#
# 3x3: (7 - 3) / 2 + 1 = 3.
#
# </details>
#
# <details><summary>3. A step of h = 1 is exact for a convolution. Why not for a network?</summary>
#
# A convolution is a straight line in each of its arguments. A loss of squares, a ReLU or several layers after
# one another are not straight, and a large step measures the slope of a chord.
#
# </details>
#
# **Where to go next.** In notebook 05, *Pooling*, a gradient goes to the one pixel that won. In notebook 06,
# *Convolution as one matrix product*, all windows stand side by side as columns, and backward becomes two
# products. And if you like to try things: what would `dx` look like for a filter with holes in it?
