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
# # Convolution, forward
#
# Afterwards you can compute what a convolutional layer computes, number by number, and say what a given
# filter does to a photograph. It takes about 70 minutes.
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `conv_window` | one number of the output | easy | 6 | 4 | 4 |
# | `conv_forward` | the whole layer | medium | 22 | 15 | 10 |
# | `filter_bank` | several filters on a photograph | easy | 10 | 3 | 6 |
#
# At the end you choose filters of your own and watch what they do to the photograph.

# %% locked="setup"
import numpy as np

from autograder import check, predict

# %% [markdown]
# ## A window, a filter, a number
#
# A **filter** is a small grid of weights. It is laid on a **window** of the same size, cut out of an image.
# Every weight is multiplied by the number that lies under it, and all products are added up. That makes *one*
# number of the output. Here are a 5x5 image, a 3x3 filter and the window in the top left corner:

# %%
from cs_conv.pictures.convolution import demo, show_step

example = demo()
image, weights = example.x[0], example.w[0, 0]
print("the window:\n", image[0:3, 0:3])
print("the filter:\n", weights)
first = np.sum(image[0:3, 0:3] * weights)

predict("first", ..., hint="Nine products, and some of them are 0. Mind the signs, then add them all.")

# %%
out = np.zeros((1, 3, 3))
out[0, 0, 0] = first
show_step(example.x[:1], example.w[:1, :1], np.zeros(1), out, k=0, i=0, j=0)

# %% [markdown]
# *In words: from left to right the 5x5 image with the framed 3x3 window in its top left corner, the filter,
# the nine products of the two, and the output, of which one number is known: the sum of the products, -4.*
#
# For the next number the window moves one column to the right, and so on. There are three places across and
# three down, so the output has 3x3 numbers.
#
# ### Several channels
#
# A colour image has three **channels**: red, green, blue. A filter for it has three channels as well, each
# with its own weights. Channel lies on channel, and *all* products are added up, 27 of them. At the end one
# more number is added, the **bias**; here it is 1.

# %%
products = example.x[:, 0:3, 0:3] * example.w[0]  # (3, 3, 3)
print("products:", products.size)
print("sums of the channels:", products.sum(axis=(1, 2)))
print("all of them, and the bias:", products.sum() + example.b[0])
out[0, 0, 0] = products.sum() + example.b[0]
show_step(example.x, example.w[:1], example.b[:1], out, k=0, i=0, j=0)

# %% [markdown]
# *In words: three rows of grids, one row for each channel. In each row stand the 5x5 channel with the window
# in its corner, the weights for this channel, and their nine products. The output has a single channel.*
#
# ### Padding
#
# Without help, the output is smaller than the image. So people often put a ring of zeros around the image
# first: the **padding** (hatched). Now the first window begins in the corner of the ring, and reads five
# zeros that are not in the image.

# %%
padded = np.pad(example.x, ((0, 0), (1, 1), (1, 1)))  # (3, 7, 7)
products = padded[:, 0:3, 0:3] * example.w[0]
print("sums of the channels:", products.sum(axis=(1, 2)))
out = np.zeros((1, 5, 5))
out[0, 0, 0] = products.sum() + example.b[0]
show_step(example.x, example.w[:1], example.b[:1], out, k=0, i=0, j=0, pad=1)

# %% [markdown]
# *In words: the same three rows of grids, but with a ring of zeros around each channel. The window lies in
# the corner of the ring. The products of the three channels sum to -1, 3 and -2. With the bias, 1, that makes
# 1. The output now has 5x5 places.*
#
# ### Stride
#
# The window need not move by one. Its step is called the **stride**. At stride 2 every second place is left
# out, in rows and in columns, and the 5x5 output shrinks to 3x3. And there may be several filters: a second
# one waits for its turn.

# %%
show_step(example.x, example.w, example.b, example.out, k=0, i=0, j=1, stride=2, pad=1)

# %% [markdown]
# *In words: the padded channels, filter 0, the products and two outputs of 3x3. The window has moved by two
# columns, and makes the second number of output 0. Output 1 is still empty.*
#
# When the first filter has been at all nine places, the second one begins. It makes a channel of its own:
# **two filters, two channels out**, however many channels the image has.

# %% [markdown]
# ## Where the windows lie
#
# Now a larger example: an input of 11x11 pixels and 4 channels, filters of 5x5, stride 2, no padding.
#
# The Stanford notes write a volume as width x height x depth (11x11x4) where we write an array
# `(N, C, H, W)`, here `(1, 4, 11, 11)`; depth slice `d` of their output is our channel `d`, the answer of
# filter `d`.

# %%
from cs_conv.pictures.convolution import show_windows

show_windows(size=(11, 11), window=(5, 5), stride=2, places=[(0, 0), (0, 1), (1, 0), (3, 3)])

# %% [markdown]
# *In words: an 11x11 grid with four 5x5 frames. The frame of output (0, 0) lies in the top left corner,
# that of (0, 1) two columns to the right of it, that of (1, 0) two rows below it, that of (3, 3) in the
# bottom right corner.*
#
# Call the output `V`. `V[i, j, d]` is the number at row `i` and column `j` for filter `d`. Here are some
# of its numbers, written out. Watch the slices.

# %%
rng = np.random.default_rng(0)
X = rng.integers(-3, 4, (4, 11, 11))  # one image: channel, row, column
W0, W1 = rng.integers(-1, 2, (2, 4, 5, 5))  # two filters
b0, b1 = 1, -1

V = np.full((4, 4, 2), np.nan)
V[0, 0, 0] = np.sum(X[:, 0:5, 0:5] * W0) + b0
V[1, 0, 0] = np.sum(X[:, 2:7, 0:5] * W0) + b0
V[2, 0, 0] = np.sum(X[:, 4:9, 0:5] * W0) + b0
V[3, 0, 0] = np.sum(X[:, 6:11, 0:5] * W0) + b0

V[0, 1, 0] = np.sum(X[:, 0:5, 2:7] * W0) + b0
V[0, 2, 0] = np.sum(X[:, 0:5, 4:9] * W0) + b0

V[0, 0, 1] = np.sum(X[:, 0:5, 0:5] * W1) + b1
V[2, 3, 1] = np.sum(X[:, 4:9, 6:11] * W1) + b1

print(V[:, :, 0])

# %% [markdown]
# The `*` multiplies number by number: 4 channels of 5x5, so 100 products. `np.sum` adds them all. (`nan`
# marks the numbers that we have not computed.)
#
# Going down, the slices of the rows begin at 0, 2, 4, 6: **window `i` begins at row `i` times the
# stride**. Each ends 5 rows later, because the filter is 5 high. The columns do the same. And the first
# slice is always `:`, because a filter reaches through *all* channels.
#
# There is no window that begins at row 8: it would end at row 13, and there are only 11. So `V` has 4
# rows and 4 columns.
#
# Before you go on: which rows does `V[3, 1, 0]` read?

# %%
rows_of_windows = np.lib.stride_tricks.sliding_window_view(np.arange(11), 5)[::2].tolist()

predict("rows_of_windows[3]", [..., ..., ..., ..., ...], hint="Window i begins at row i * stride.")

# %%
for i, rows in enumerate(rows_of_windows):
    print(f"window {i} reads the rows", rows)

# %% [markdown]
# ### Exercise 1: one window
#
# *Easy, about 6 minutes, about 4 lines, 4 points.*
#
# Write `conv_window`. It returns one number of the output, for one image and one filter:
#
# $$V[i, j] = b + \sum_{c} \sum_{p} \sum_{q} \; x[c,\; i \cdot S + p,\; j \cdot S + q] \; w[c, p, q]$$
#
# Here $c$ runs over the channels, $p$ over the rows and $q$ over the columns of the filter, and $S$ is
# the stride.
#
# - `x` has shape `(C, H, W)`. It is already padded, so there is no `pad` here.
# - `w` has shape `(C, FH, FW)`; image and filter may be rectangles. `b` is a number.
# - `i` and `j` name a window that fits, so there is nothing to refuse.
#
# The first check needs no stride yet; the second one does.
#
# An example with one channel: in `x = [[1, 2, 3], [4, 5, 6]]` the 2x2 window of output (0, 1) is
# `[[2, 3], [5, 6]]`. With `w = [[1, 0], [0, -1]]` and `b = 10` the products are 2, 0, 0 and -6, so
# `V[0, 1]` is 6.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Look again at the slices of `V[2, 3, 1]` above. Which of their numbers come from `i`, from `j`, from the
# stride, from the filter's size?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# The window begins at row `i * stride` and at column `j * stride`. A slice `x[:, a:b, c:d]` cuts it out
# of all channels at once. It must have exactly the shape of `w`.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# Read `FH` and `FW` from `w.shape`. Cut out the rows from `i * stride` to `i * stride + FH`, and the
# columns in the same way. Multiply the window by `w`, sum everything, and add `b` once.
#
# </details>


# %% answer="conv_window"
def conv_window(x, w, b, i, j, stride=1):
    """Return V[i, j], one number of a convolution.

    x: (C, H, W), one image, already padded. w: (C, FH, FW), one filter. b: a number, its bias.
    """
    ### BEGIN SOLUTION
    _, FH, FW = w.shape
    # where the window begins: one stride for each step
    row, column = i * stride, j * stride
    window = x[:, row : row + FH, column : column + FW]  # (C, FH, FW)
    return np.sum(window * w) + b
    ### END SOLUTION


# %% [markdown]
# Try it on the example (6 is right), and on a number of `V` from above:

# %%
small_x = np.array([[[1, 2, 3], [4, 5, 6]]])
small_w = np.array([[[1, 0], [0, -1]]])
print("the example:", conv_window(small_x, small_w, 10, 0, 1))
print("V[2, 3, 1]:", conv_window(X, W1, b1, 2, 3, stride=2), "where", V[2, 3, 1], "is right")

# %% [markdown]
# Then let it be checked. A check calls your function with many inputs. Where it fails, it shows the
# smallest input that it fails on, what you returned and what is right, and often it knows the mistake by
# name.

# %% test="values"
check("conv_window", conv_window, "values")

# %% test="stride"
check("conv_window", conv_window, "stride")

# %% test="rectangles"
check("conv_window", conv_window, "rectangles")

# %% [markdown]
# The outputs of the example at the top are printed in the Stanford notes without their last column. Filter 0
# gives 1 1 ? in its first row, 6 2 ? in the second and 2 4 ? in the third. Filter 1 gives -2 -3 ?, 7 -7 ? and
# 0 2 ?. Fill them in: your `conv_window` can do it, on the `padded` example of above (or you, by hand: 27
# products and a bias each).

# %%
predict(
    "example.out[0, :, 2]",
    [..., ..., ...],
    hint="The first of them is conv_window(padded, example.w[0], example.b[0], 0, 2, stride=2).",
)
predict("example.out[1, :, 2]", [..., ..., ...], hint="The same with example.w[1] and example.b[1].")

# %% [markdown]
# (All six are drawn below exercise 2.)
#
# ## How many windows fit
#
# A layer computes *every* window. To make room for the results, you must know how many there are. In notebook
# 01 you wrote the formula (with $F$ for `FH`, $S$ for the stride and $P$ for `pad`):
#
# $$OH = \frac{H - F + 2P}{S} + 1$$
#
# The last window of `H + 2P` rows may begin at row `H + 2P - F`; so there are $(H + 2P - F) / S$ steps, and
# one window more than steps. The width works in the same way, with `W`, `FW` and `OW`. How many rows have
# these outputs? One of them has none: the windows do not fit. For that one, guess `ValueError`, without quotes.
# (Guesses are not graded. This `output_size` is the library's: it names stride and padding `stride` and `pad`.)

# %%
from cs_conv.geometry import output_size

predict("output_size(5, 3, stride=2, pad=1)", ..., hint="5 - 3 + 2 is 4. How many steps of 2, and one more?")
predict("output_size(11, 5, stride=2)", ..., hint="You have seen this one: the 11x11 image above.")
predict("output_size(10, 3, stride=2)", ..., hint="(10 - 3) / 2 is not whole.")

# %%
fitting = [(5, 3, 1, 1), (5, 3, 2, 1), (7, 3, 1, 0), (7, 3, 2, 0), (11, 5, 2, 0)]
not_fitting = [(5, 3, 3, 1), (10, 3, 2, 0)]
for H, F, S, P in fitting + not_fitting:
    windows = (H - F + 2 * P) / S + 1
    print(f"{H:2} rows, filter {F}, stride {S}, pad {P}:  ({H} - {F} + {2 * P}) / {S} + 1 = {windows:.4g}")

# %% [markdown]
# The last two give no whole number: the windows do not fit. Most libraries then leave the last pixels out
# and say nothing. This course raises an error instead, so that a slip in a size cannot hide:

# %%
try:
    output_size(10, 3, stride=2)
except ValueError as problem:
    print(problem)

# %% [markdown]
# ## Why zeros around the image
#
# Without padding, the output is smaller than the input, and a deep network would soon have nothing left. The
# border also counts for less. How many of the 3x3 windows look at a corner of a 5x5 image, and how many at
# its centre?

# %%
from cs_conv.pictures.grid import show_grids


def how_often_seen(size, F, pad):
    """How many of the FxF windows, at stride 1, look at each pixel of a size x size image."""
    seen = np.zeros((size + 2 * pad, size + 2 * pad))
    for i in range(size + 2 * pad - F + 1):
        for j in range(size + 2 * pad - F + 1):
            seen[i : i + F, j : j + F] += 1
    return seen[pad : pad + size, pad : pad + size]


predict("how_often_seen(5, 3, 0)[0, 0]", ..., hint="Which windows contain the corner?")
predict("how_often_seen(5, 3, 0)[2, 2]", ..., hint="Where may a 3x3 window lie so that it covers the centre?")

# %%
show_grids([how_often_seen(5, 3, 0), how_often_seen(5, 3, 1)], ["pad 0", "pad 1"], axes=("row", "column"))

# %% [markdown]
# *In words: two 5x5 grids that count the 3x3 windows which look at each pixel. Without padding: 1 in the
# corners, 9 in the centre. With one ring of zeros: 4 in the corners, 6 along the sides, 9 everywhere
# inside.*
#
# For stride 1 you can keep the size exactly. You want $H - F + 2P + 1 = H$, and that is
#
# $$P = \frac{F - 1}{2}$$
#
# which is called **same padding**. It is a whole number for odd filters only: 0 for 1x1, 1 for 3x3, 2 for
# 5x5, 3 for 7x7. That is one reason why filters are odd.

# %%
for F in (1, 3, 5, 7):
    P = (F - 1) // 2
    print(f"filter {F}x{F}, pad {P}: an input of 32 gives {32 - F + 2 * P + 1}")

# %% [markdown]
# ### Exercise 2: the whole layer
#
# *Medium, about 22 minutes, about 15 lines, 10 points.*
#
# Write `conv_forward`. It slides all `K` filters over all `N` images:
#
# - `x` has shape `(N, C, H, W)`: images, channels, rows, columns.
# - `w` has shape `(K, C, FH, FW)`: filters, channels, rows, columns. `b` has shape `(K,)`: one bias for
#   each filter.
# - `out` has shape `(N, K, OH, OW)`, and `out[n, k, i, j]` is the number that filter `k` gives at window
#   `(i, j)` of image `n`. So `V[i, j, d]` from above is `out[0, d, i, j]`.
#
# Put `pad` rows and columns of zeros on each side of every image first. `stride` and `pad` are whole numbers,
# the same for rows and columns. Images and filters may be rectangles, so `OH` and `OW` differ. Where `OH` or
# `OW` is not whole, raise a `ValueError` (not graded: a function that rounds down passes too, and the check
# says so). Do not change `x`, `w` or `b`.
#
# An example: the last picture at the top has one image of 3 channels and 5x5 pixels, so `x` is
# `(1, 3, 5, 5)`. It has two 3x3 filters, so `w` is `(2, 3, 3, 3)`. Stride 2 and pad 1 give `out` the shape
# `(1, 2, 3, 3)`. Its numbers are drawn below your answer.
#
# Be slow and clear: loops are welcome, speed comes in notebooks 06 and 07. The checks of shape and values
# need neither stride nor padding yet; the third check needs both.
#
# <details><summary>Hint 1: a nudge</summary>
#
# You already have a function for one number. What remains is to pad, to make room, and to ask for every
# number.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Compute `OH` and `OW`, and make an array of zeros of shape `(N, K, OH, OW)`. Then four loops, over `n`,
# `k`, `i` and `j`, fill it number by number. For whole numbers divide with `//`; `%` tells you what is
# left over.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# `np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))` pads the last two axes only. Inside the four loops
# stands one line: the window of image `n` under filter `k` at `(i, j)`, with bias `b[k]`. Use
# `conv_window`, with the image *after* padding and with the stride. Something is left over when
# `(H - FH + 2 * pad) % stride` is not 0.
#
# </details>


# %% answer="conv_forward"
def conv_forward(x, w, b, stride=1, pad=0):
    """Return the convolution of images with filters, (N, K, OH, OW).

    x: (N, C, H, W). w: (K, C, FH, FW). b: (K,). Raises ValueError where the windows do not fit.
    """
    ### BEGIN SOLUTION
    N, _, H, W = x.shape
    K, _, FH, FW = w.shape
    # a rest means that the last window would not end at the border
    if (H - FH + 2 * pad) % stride or (W - FW + 2 * pad) % stride:
        raise ValueError(f"a {FH}x{FW} filter at stride {stride} does not fit a {H}x{W} input with pad {pad}")
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    # only the last two axes are padded, rows and columns
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    # one number: image n under filter k, at row i and column j of the output
                    out[n, k, i, j] = conv_window(padded[n], w[k], b[k], i, j, stride)
    return out
    ### END SOLUTION


# %% [markdown]
# Try it on the picture at the top. Yours and the right numbers, side by side:

# %%
out = conv_forward(example.x[None], example.w, example.b, stride=2, pad=1)  # (1, 2, 3, 3)
titles = ["yours, filter 0", "yours, filter 1", "right, filter 0", "right, filter 1"]
show_grids([*out[0], *example.out], titles, same_colors=True, cell=0.5, axes=("row i", "column j"))

# %% [markdown]
# *In words: four 3x3 grids. The right rows are 1 1 -5, 6 2 -4, 2 4 -3 for filter 0, and -2 -3 3, 7 -7 2,
# 0 2 0 for filter 1.*
#
# Each check below looks at one side of your function. To see all of them at once:
# `check("conv_forward", conv_forward)`.

# %% test="shape"
check("conv_forward", conv_forward, "shape")

# %% test="values"
check("conv_forward", conv_forward, "values")

# %% test="stride and padding"
check("conv_forward", conv_forward, "stride and padding")

# %% test="rectangles"
check("conv_forward", conv_forward, "rectangles")

# %% test="edge cases"
check("conv_forward", conv_forward, "edge cases")

# %% [markdown]
# Now the example again, drawn by your function. Click an output, a pixel or a weight, and see what belongs to
# it. Change a number, the stride or the padding, and everything follows.
#
# *In words: the three channels of the image, the two filters and the two outputs. If an output is picked, its
# window is marked in every channel.*

# %%
from cs_conv.live import filters as filters_of_your_own
from cs_conv.live import window

window(globals(), x=example.x, w=example.w, b=example.b, stride=2, pad=1)

# %% [markdown]
# ## One filter for every place
#
# The *same* filter looks at every window, however large the image is. What is worth finding in one corner is
# worth finding in the others. This is **parameter sharing**, which notebook 01 counted.
#
# It has a consequence that you can test: **if the image moves, the answer moves along.** To move and then to
# convolve is the same as to convolve and then to move.

# %%
rng = np.random.default_rng(1)
scene = np.zeros((1, 1, 13, 13))
scene[0, 0, 4:7, 4:7] = rng.integers(1, 6, (3, 3))  # a small thing in an empty image
any_filter = rng.integers(-2, 3, (1, 1, 3, 3)).astype(float)


def moved(x, rows):
    """The array moved down by some rows; nothing is lost, as the last rows are empty."""
    return np.roll(x, rows, axis=2)


def moves_along(rows, stride):
    """Whether the answer to the moved scene is the answer to the scene, moved by some rows."""
    before = conv_forward(scene, any_filter, np.zeros(1), stride)
    after = conv_forward(moved(scene, rows), any_filter, np.zeros(1), stride)
    return any(np.array_equal(after, moved(before, by)) for by in range(5))


predict("moves_along(1, stride=1)", ..., hint="True or False. At stride 1, a window begins at every row.")
predict(
    "moves_along(1, stride=2)",
    ...,
    hint="Windows begin at rows 0, 2, 4, ... Does one see the thing as before?",
)
predict("moves_along(2, stride=2)", ..., hint="The thing moves by exactly one step of the windows.")

# %%
for stride in (1, 2):
    print(f"stride {stride}:", {f"moved by {rows}": moves_along(rows, stride) for rows in (1, 2, 3, 4)})

# %% [markdown]
# At stride 1 it holds for every move, at stride 2 only for moves by 2, 4, ... And at the border it does not hold
# at all, since the padding does not move with the image. An image of one single grey, moved, is the same image.
# But an edge filter with padding sees edges in it, at the border, where nothing is:

# %%
grey = np.ones((1, 1, 4, 5))
edge_filter = np.array([[[[-1.0, 0, 1], [-1, 0, 1], [-1, 0, 1]]]])
print(conv_forward(grey, edge_filter, np.zeros(1), pad=1)[0, 0])

# %% [markdown]
# ## Is this really a convolution?
#
# Give your layer an image with a single bright pixel, and a filter whose weights you can tell apart.

# %%
dot = np.zeros((1, 1, 5, 5))
dot[0, 0, 2, 2] = 1
weights = np.arange(1.0, 10).reshape(1, 1, 3, 3)

answer = conv_forward(dot, weights, np.zeros(1), pad=1)
flipped = conv_forward(dot, weights[:, :, ::-1, ::-1], np.zeros(1), pad=1)

titles = ["the image", "the filter", "your layer", "with the filter flipped"]
grids = [dot[0, 0], weights[0, 0], answer[0, 0], flipped[0, 0]]
show_grids(grids, titles, limit=9, cell=0.38, axes=("row", "column"))

# %% [markdown]
# *In words: a 5x5 image with a 1 in its centre; a 3x3 filter with the weights 1 to 9. Your layer answers
# with 9 to 1 around the centre: the filter upside down and mirrored. With the flipped filter it answers
# with 1 to 9: the filter itself.*
#
# Your layer computes a **cross-correlation**. A **convolution**, as mathematicians define it, flips the
# filter first, up-down and left-right, so that a dot gives back the filter:
#
# $$\text{cross-correlation: } \sum_{p, q} x[i + p,\; j + q]\; w[p, q] \qquad
#   \text{convolution: } \sum_{p, q} x[i - p,\; j - q]\; w[p, q]$$
#
# Deep learning uses the first and calls it the second. A network loses nothing by that: its weights are
# *learned*, and a layer that flips would learn the same weights, flipped.
#
# It matters when you compare with other software: `scipy.signal.convolve` flips. With flipped filters, the
# example at the top has other numbers. And the flip comes back by itself when you send gradients backward
# through this layer, in notebook 04.

# %%
turned = example.w[:1, :, ::-1, ::-1]  # rows and columns are flipped, channels are not
print("cross-correlation, as in the notes:", example.out[0].astype(int).tolist())
with_flipped = conv_forward(example.x[None], turned, example.b[:1], stride=2, pad=1)[0, 0]
print("convolution, with flipped filters: ", with_flipped.astype(int).tolist())
assert with_flipped.tolist() == [[1, 1, 2], [0, -3, 6], [0, -3, 0]]

# %% [markdown]
# ## A 1x1 filter does something
#
# On a grey image, a 1x1 filter could only make everything brighter or darker. But a filter reaches
# through all channels. So a 1x1 filter *mixes channels*, at each pixel by itself.
#
# A colour photograph has three channels: red, green, blue. Eyes take green for brighter than blue. Weigh
# the channels like that, and your layer turns colour into grey:

# %%
import matplotlib.pyplot as plt

from cs_conv.data import photograph
from cs_conv.pictures.convolution import show_photograph

color = photograph(color=True)[::2, ::2]  # (100, 128, 3), every second pixel
x = color.transpose(2, 0, 1)[None]  # (1, 3, 100, 128), channels first
brightness = np.array([0.299, 0.587, 0.114]).reshape(1, 3, 1, 1)  # one filter, (K, C, 1, 1)
grey = conv_forward(x, brightness, np.zeros(1))[0, 0]  # (100, 128)

_, axes = plt.subplots(1, 2, figsize=(9, 3.4))
show_photograph(color, "three channels in", axes[0])
show_photograph(grey, "one channel out", axes[1])
print("largest difference from photograph():", np.abs(grey - photograph()[::2, ::2]).max())

# %% [markdown]
# *In words: a cup of coffee on a saucer, in colour on the left and in grey on the right.*
#
# Networks use 1x1 filters to turn many channels into few before an expensive layer, and back.

# %% [markdown]
# ## A bank of filters
#
# People designed filters long before networks learned them. Here are four, each 3x3.

# %%
filters = np.array(
    [
        [[1 / 9, 1 / 9, 1 / 9], [1 / 9, 1 / 9, 1 / 9], [1 / 9, 1 / 9, 1 / 9]],
        [[0, -1, 0], [-1, 5, -1], [0, -1, 0]],
        [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
        [[-1, -2, -1], [0, 0, 0], [1, 2, 1]],
    ]
)
filter_names = ["blur", "sharpen", "left to right", "top to bottom"]
show_grids(filters, filter_names, same_colors=True, cell=0.5, axes=("row p", "column q"))

# %% [markdown]
# *In words: four 3x3 grids of weights. Blur is 1/9 everywhere. Sharpen is 5 in the centre, -1 above,
# below, left and right of it, 0 in the corners. Left to right has negative weights in the left column and
# positive ones in the right column; top to bottom is the same, turned.*
#
# Guess before you compute: what does each do to the photograph? Where all nine pixels are equal, what
# does each answer?

# %%
for name, f in zip(filter_names, filters, strict=True):
    print(f"{name}: the weights sum to {f.sum():.4g}")

# %% [markdown]
# ### Exercise 3: a filter bank
#
# *Easy, about 10 minutes, about 3 lines, 6 points.*
#
# Write `filter_bank`. It applies `K` filters to one grey image and returns `K` answers, each **as large
# as the image**:
#
# - `image` has shape `(H, W)`. `filters` has shape `(K, F, F)`, with `F` odd: 1, 3, 5, ...
# - `conv` is a convolution with the signature of your `conv_forward`. Call it; do not loop over pixels
#   again. It is an argument so that this exercise can be judged even where your own `conv_forward` is not
#   right yet.
# - The result has shape `(K, H, W)`. There are no biases, and the stride is 1. Zeros around the image keep
#   its size; `conv` puts them there.
#
# An example: for an image of shape `(100, 128)` and four 3x3 filters, `conv` wants arrays of shape
# `(1, 1, 100, 128)` and `(4, 1, 3, 3)`, and you return an array of shape `(4, 100, 128)`. A 5x5 filter
# needs more padding than a 3x3 one.
#
# <details><summary>Hint 1: a nudge</summary>
#
# What does `conv` want for `x`, `w` and `b`? Your image is one image of one channel. Your filters are `K`
# filters of one channel.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `image[None, None]` has two axes more, of length 1, in front. `filters[:, None]` has one more, in the
# middle. The padding that keeps the size is in the section on zeros above.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# One call of `conv` does all `K` filters: give it `K` zeros for `b` and `pad=(F - 1) // 2`. The result
# has shape `(1, K, H, W)`; return its only image.
#
# </details>


# %% answer="filter_bank"
def filter_bank(image, filters, conv):
    """Return the answers of K filters, each as large as the image, (K, H, W).

    image: (H, W). filters: (K, F, F), F odd. conv: a function with the signature of conv_forward.
    """
    ### BEGIN SOLUTION
    K, F, _ = filters.shape
    # one image of one channel; K filters of one channel; the padding that keeps the size
    out = conv(image[None, None], filters[:, None], np.zeros(K), stride=1, pad=(F - 1) // 2)  # (1, K, H, W)
    return out[0]
    ### END SOLUTION


# %% test="shape"
check("filter_bank", filter_bank, "shape")

# %% test="values"
check("filter_bank", filter_bank, "values")

# %% test="other sizes"
check("filter_bank", filter_bank, "other sizes")

# %% [markdown]
# Now the photograph, with *your* convolution:

# %%
from cs_conv.pictures.convolution import show_bank

image = photograph()[::2, ::2]  # (100, 128)
answers = filter_bank(image, filters, conv_forward)  # (4, 100, 128)
show_bank(image, filters, answers, filter_names)

# %% [markdown]
# *In words: below each filter its answer. Blur gives a softer photograph, sharpen a crisper one. The
# other two are pale wherever the photograph is even, and purple and orange along the rims of the cup and
# the saucer.*
#
# Weights that sum to 1 keep the brightness of an even area: the answer is an image again. Weights that
# sum to 0 answer 0 there. They see *changes* only. Left to right is purple (positive) where the image
# gets brighter from left to right, and orange (negative) where it gets darker.
#
# Look at the border, too. The ring of zeros is black, so the filters see an edge between it and the
# photograph that is not there. This is the price of padding.
#
# ### After the layer
#
# Most networks send each number of the output through a **ReLU** next: what is negative becomes 0, what is
# positive stays. So of "left to right" only one kind of edge is left, from dark to bright. What comes out is
# called an **activation map**: it is bright where the filter has found what it looks for. There is one map
# for each filter.

# %%
from cs_conv.pictures.convolution import show_answer

left_to_right = answers[2]
relu = np.maximum(left_to_right, 0)
_, axes = plt.subplots(1, 2, figsize=(9.5, 3.4))
show_answer(left_to_right, "left to right", axes[0], limit=3)
show_answer(relu, "after the ReLU", axes[1], limit=3)

# %% [markdown]
# *In words: two maps of the cup. The left one has purple and orange rims. On the right one all orange is
# gone.*
#
# A colour image of 32x32 pixels goes through 12 filters of 3x3 with same padding, and then through a ReLU.
# What shape has the result? (As an array, `(N, K, OH, OW)`; the notes would write the volume 32x32x12.)

# %%
small_image = color[20:52, 40:72].transpose(2, 0, 1)[None]  # (1, 3, 32, 32)
twelve = np.random.default_rng(0).normal(size=(12, 3, 3, 3))
maps = np.maximum(conv_forward(small_image, twelve, np.zeros(12), pad=1), 0)

predict("maps.shape", (..., ..., ..., ...), hint="One image; a map for each filter; same padding.")

# %%
print(maps.shape, "with", twelve.size + 12, "numbers to learn, biases included")

# %% [markdown]
# ## Your own filters
#
# Choose a filter, then change its weights. Your layer runs on each change. (Without padding, so there is no
# false edge at the border.)
#
# *In words: the photograph, a 3x3 filter and its answer; the answer changes with every weight.*

# %%
filters_of_your_own(globals())

# %% [markdown]
# Some things to try:
#
# - A filter that changes nothing. Then one that shifts the photograph by one pixel to the left.
# - A filter that sees edges along one diagonal only.
# - "Emboss": -2 -1 0, -1 1 1, 0 1 2. Then flip it up-down and left-right. What happens to the light?
#
# ## What you know now
#
# - One number of the output is a window times a filter, summed over rows, columns *and channels*, plus a
#   bias.
# - Window `(i, j)` begins at `(i * stride, j * stride)` of the padded image, and there are
#   `(H - FH + 2 * pad) / stride + 1` of them in a column.
# - One filter serves every place: if the image moves, the answer moves along, except at the border and in
#   steps that the stride does not know.
# - Same padding is `(F - 1) / 2`; a 1x1 filter mixes channels; the layer does not flip its filters.
#
# ## Do you remember?
#
# Think first, then open. All of it is from earlier notebooks.
#
# <details><summary>1. How many weights has one 5x5 filter on a colour image?</summary>
#
# 75, and one bias: 5 x 5 x 3, since a filter reaches through all channels.
#
# </details>
#
# <details><summary>2. How many weights have the 96 filters of 11x11x3 in AlexNet's first layer?</summary>
#
# 34,848, and 96 biases. The size of the image does not matter: each filter serves all places.
#
# </details>
#
# <details><summary>3. `x` is a volume. You write `red = x[0]` and then `red[:] = 0`. What has happened to
# `x`?</summary>
#
# Its first channel is zero as well: a depth slice is a view, not a copy.
#
# </details>
#
# **Where to go next.** Here people chose the weights. A network finds its own, and for that it must know how
# the loss changes with each of them. In notebook 03, *Gradient checking*, you learn to measure that, and in
# 04, *Convolution, backward*, to compute it. Notebook 05 is about *Pooling*, the other layer with windows. In
# notebooks 06, *Convolution as one matrix product*, and 07, *Speed*, the loops of this notebook disappear.
