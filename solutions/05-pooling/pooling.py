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
# # Pooling
#
# Afterwards you can make images smaller with the layer that most networks use for it, send gradients back
# through it, and say what it throws away. It takes about 70 minutes.
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `max_pool_forward` | the largest value of each window, and where it stood | medium | 15 | 14 | 10 |
# | `max_pool_backward` | the gradient of that | medium | 12 | 10 | 8 |
# | `average_pool_forward` | the mean of each window, by a function that can do more | easy | 8 | 11 | 4 |
# | `average_pool_backward` | the gradient of that | easy | 8 | 8 | 5 |
# | `l2_pool_forward` | the length of each window, as a vector | easy | 3 | 1 | 3 |

# %% locked="setup"
import numpy as np

from autograder import check, predict

# %% [markdown]
# ## Smaller, and still a cup
#
# Look at the picture first.

# %%
from cs_conv.data import photograph
from cs_conv.pictures.pooling import show_shrinking

show_shrinking(photograph())

# %% [markdown]
# *In words: a photograph of a cup of coffee, 200 rows by 256 columns. To the right of it the same photograph
# three more times, each half as high and half as wide as the one before, down to 25 by 32. The cup can be
# recognised in all of them.*
#
# Each step looks at **windows** of 2x2 pixels that lie side by side, and keeps only the largest value of
# each. That is **max pooling**. Networks use it between convolutions: later layers have fewer numbers to
# work on, and each of their numbers speaks for a larger piece of the image.
#
# Here is one such step, small enough to follow by hand.

# %%
from cs_conv.pictures.pooling import show_windows

small = np.array([[1.0, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])
show_windows(small, size=(2, 2), stride=2)

# %% [markdown]
# *In words: a 4x4 grid with the rows 1 1 2 4, 5 6 7 8, 3 2 1 0, 1 2 3 4. Four frames cut it into 2x2
# windows, and in each the largest number has a ring: 6, 8, 3, 4. These four numbers are the output. A third
# grid, the switches, holds 3, 3, 0, 3.*
#
# The **stride** says how far the window moves from one output to the next, as in a convolution. So window
# `(i, j)` begins at row `i * stride` and column `j * stride`. Its **size** is `FH` rows by `FW` columns:
#
# $$out[n, c, i, j] \;=\; \max_{p < FH,\; q < FW} \;\; x[n,\; c,\; i \cdot S + p,\; j \cdot S + q]$$
#
# Compare this with a convolution. There is no filter and no bias: **pooling has no parameters**, and nothing
# is learned. And the maximum does not run over `c`: **each channel is pooled by itself**, so there are as
# many channels after it as before.
#
# How many windows fit is counted as before, without padding:
#
# $$OH = \frac{H - FH}{S} + 1 \qquad OW = \frac{W - FW}{S} + 1$$


# %%
def outputs(H, F, stride):
    """How many windows of F rows fit into H rows. Rows at the end that fill no window are left out."""
    return (H - F) // stride + 1


def kept(H, F, stride):
    """How many percent of the values of an HxH image are left after FxF windows."""
    return round(100 * outputs(H, F, stride) ** 2 / H**2)


# %% [markdown]
# Take 2x2 windows at stride 2, by far the most common choice, on an image of 224x224 pixels. How many percent
# of its values are left? Put your guess in the place of `...` and run the cell. (A guess has no points.)

# %%
predict("kept(224, 2, 2)", ..., hint="Half as many rows, and half as many columns.")

# %%
side, depth = 224, 64
pooled = outputs(side, 2, 2)
before, after = side * side * depth, pooled * pooled * depth
print(f"{side} x {side} x {depth} becomes {pooled} x {pooled} x {depth}")
print(f"{before:,} values become {after:,}: {after / before:.0%} of them are left")

# %% [markdown]
# (Written as the Stanford notes write volumes, width x height x depth. Our arrays put the channels first.)
#
# The notes say that this discards *exactly* 75%. So it is for even sizes. In an odd one a row and a column
# are left over, and most libraries leave them out and say nothing:

# %%
for H in (224, 14, 13, 7):
    print(f"{H:3} rows become {outputs(H, 2, 2):3}: {kept(H, 2, 2)}% of the values are left")

# %% [markdown]
# ## Remember where it stood
#
# For the way back you will have to know *which* pixel of a window was the largest. The forward step has just
# looked, so it writes that down. It gives back two arrays of the same shape: `out`, and the **switches**.
#
# A switch is one number. Count the pixels of the window along the rows, from 0 on, and note the number of the
# maximum. So in windows of 2x2, 2x3 and 3x2 the pixels have these numbers:

# %%
from cs_conv.pictures.grid import show_grids

counted = [np.arange(4).reshape(2, 2), np.arange(6).reshape(2, 3), np.arange(6).reshape(3, 2)]
show_grids(counted, ["2x2", "2x3", "3x2"], limit=1e9, cell=0.5, axes=("row p", "column q"))

# %% [markdown]
# *In words: three grids. 2x2: the rows 0 1, 2 3. 2x3: the rows 0 1 2, 3 4 5. 3x2: the rows 0 1, 2 3, 4 5.*
#
# Look at the switches of the picture above again: 6, 8 and 4 stood bottom right in their windows, at number
# 3. The 3 stood top left, at number 0.
#
# Often several pixels share the largest value. (After a ReLU, whole windows are zero.) Then one of them must
# be chosen, and everybody must choose the same: **the first one, in the order of counting.** So the switch of
# `[[7, 9], [9, 2]]` is 1.

# %% [markdown]
# ### Exercise 1: max pooling, forward
#
# *Medium, about 15 minutes, about 14 lines, 10 points.*
#
# Write `max_pool_forward`:
#
# - `x` has shape `(N, C, H, W)`: images, channels, rows, columns. Any values, negative ones too.
# - `size` is the pair `(FH, FW)`; `stride` is one number, for both directions. Windows may overlap (a stride
#   smaller than the window), or leave pixels out (a larger one).
# - `out` has shape `(N, C, OH, OW)` and holds the largest value of each window.
# - `switches` has the same shape. `switches[n, c, i, j]` is the number, inside its window, of the first
#   maximum. Make it an array of integers, `dtype=int`: on the way back its numbers lead to an index, and NumPy
#   takes no float for one. (3.0 in place of 3 passes the check.)
#
# There is no padding. Where `OH` or `OW` is not whole, the windows do not fit: raise a `ValueError` (not
# graded). Do not change `x`.
#
# An example: `x = [[5, 1, 9], [2, 7, 3]]`, size `(2, 2)`, stride 1. The first window is `[[5, 1], [2, 7]]`:
# maximum 7, at number 3. The second one is `[[1, 9], [7, 3]]`: maximum 9, at number 1. So `out` is
# `[[7, 9]]` and `switches` is `[[3, 1]]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# It is `conv_forward` with something simpler in its middle. Which of its loops do you keep? There are no
# filters now, but what was summed over stays apart.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Loop over `n`, `c`, `i` and `j`. Cut the window out of one channel: it is a small matrix. Ask it for its
# largest value, and for the number of its largest value. NumPy has a method for each of the two. Read in its
# help what the second one does with a matrix, and with equal values.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# `window.max()` and `window.argmax()`: the second counts along the rows, and gives the first of equal values.
# The window has the rows from `i * stride` to `i * stride + FH`, and the columns in the same way.
# `np.zeros(shape, dtype=int)` makes room for the switches. Something is left over when `(H - FH) % stride` is
# not 0.
#
# </details>


# %% answer="max_pool_forward"
def max_pool_forward(x, size, stride):
    """Return the maximum of each window and its place: out, switches, both (N, C, OH, OW).

    x: (N, C, H, W). size: (FH, FW). Raises ValueError where the windows do not fit.
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    FH, FW = size
    if (H - FH) % stride or (W - FW) % stride:
        raise ValueError(f"a {FH}x{FW} window at stride {stride} does not fit a {H}x{W} input")
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    out = np.zeros((N, C, OH, OW))
    switches = np.zeros((N, C, OH, OW), dtype=int)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    top, left = i * stride, j * stride
                    window = x[n, c, top : top + FH, left : left + FW]  # (FH, FW)
                    out[n, c, i, j] = window.max()
                    # argmax counts the window's pixels row by row, and takes the first of equal ones
                    switches[n, c, i, j] = window.argmax()
    return out, switches
    ### END SOLUTION


# %% [markdown]
# Try it on the example, and on a window of equal values:

# %%
example = np.array([[5.0, 1, 9], [2, 7, 3]])[None, None]  # (1, 1, 2, 3)
out, switches = max_pool_forward(example, (2, 2), 1)
print("yours:", out[0, 0].tolist(), switches[0, 0].tolist())
print("right:", [[7.0, 9.0]], [[3, 1]])

out, switches = max_pool_forward(np.array([[7.0, 9], [9, 2]])[None, None], (2, 2), 2)
print("yours:", out[0, 0].tolist(), switches[0, 0].tolist())
print("right:", [[9.0]], [[1]])

# %% [markdown]
# Then let it be checked. To see all checks at once: `check("max_pool_forward", max_pool_forward)`.

# %% test="shape"
check("max_pool_forward", max_pool_forward, "shape")

# %% test="values"
check("max_pool_forward", max_pool_forward, "values")

# %% test="stride and overlap"
check("max_pool_forward", max_pool_forward, "stride and overlap")

# %% test="rectangles"
check("max_pool_forward", max_pool_forward, "rectangles")

# %% test="switches"
check("max_pool_forward", max_pool_forward, "switches")

# %% test="edge cases"
check("max_pool_forward", max_pool_forward, "edge cases")

# %% [markdown]
# ## Windows that overlap
#
# The other common choice is 3x3 at stride 2. Neighbouring windows then share a row or a column.

# %%
overlapping = np.array(
    [[1.0, 0, -2, 3, 1], [-1, 2, 0, 1, 2], [0, -3, 6, -1, 0], [2, 1, 0, 5, -4], [3, 7, 1, 0, 2]]
)
show_windows(overlapping, size=(3, 3), stride=2)

# %% [markdown]
# *In words: a 5x5 grid with four 3x3 frames, which share row 2 and column 2. The 6 in the centre lies in all
# four of them. It is the maximum of three; the window bottom left has a 7. The output has the rows 6 6 and 7
# 6, the switches the rows 8 6 and 7 0.*
#
# One and the same pixel has the switch 8 in the first window, 6 in the second and 0 in the last: a switch
# counts inside its own window.
#
# AlexNet pooled in this way. The notes warn of 3x3 at stride 2 in a sentence that they never finish: "but
# this makes." So finish it. Which of these sizes do such windows fit, with nothing left over?


# %%
def fits(H, F, stride):
    """Whether windows of F rows fill H rows with nothing left over."""
    return (outputs(H, F, stride) - 1) * stride + F == H


sizes = [224, 56, 55, 27, 14, 13]
predict(
    "[H for H in sizes if fits(H, 3, 2)]", ..., hint="The first window has 3 rows, each further one adds 2."
)

# %%
for H in sizes:
    print(
        f"{H:3} rows: ({H} - 3) / 2 + 1 = {(H - 3) / 2 + 1:5g} windows, {kept(H, 3, 2)}% of the values left"
    )

# %% [markdown]
# Only odd sizes fit. "But this makes odd sizes necessary" would be one way to end the sentence. And no more
# is left than under 2x2 windows at stride 2: these windows are larger, but there are as many of them.
#
# Larger windows and strides are rare: too much would be lost.
#
# ## Why it is not padded with zeros
#
# A convolution puts zeros around the image. Let max pooling do the same, on an image of 3x3 numbers that are
# all negative. What is the largest value of its output?

# %%
from cs_conv import naive

negative = -np.arange(1.0, 10).reshape(3, 3)  # -1 to -9
ringed = np.pad(negative, 1)  # (5, 5)

predict(
    "naive.max_pool_forward(ringed[None, None], (3, 3), 2)[0].max()", ..., hint="Each window sees the ring."
)

# %%
for name, around in (("zeros", 0), ("minus infinity", -np.inf)):
    ringed = np.pad(negative, 1, constant_values=around)
    out, _ = naive.max_pool_forward(ringed[None, None], (3, 3), 2)
    print(f"padded with {name}: {out[0, 0].tolist()}")

# %% [markdown]
# With zeros, the image is gone: the padding wins every window. A zero adds nothing to a *sum*, but to a
# maximum it is a value like any other. So libraries that pad a max pooling put minus infinity there, which
# always loses.
#
# ## The way back: ask the pixels
#
# Backward means: `dout` arrives, which says how much the loss changes with each number of `out`. You return
# `dx`, which says how much the loss changes with each pixel of `x`.
#
# So ask a pixel: *what happens to the output when you grow a little?* Try it on one window.

# %%
window = np.array([[5.0, 1], [2, 7]])
h = 0.001
change = np.zeros((2, 2))
for p in range(2):
    for q in range(2):
        grown = window.copy()
        grown[p, q] += h
        change[p, q] = (grown.max() - window.max()) / h
print(change.round(6))

# %% [markdown]
# Only the largest pixel matters. The output follows it one to one: the derivative is 1. The others could grow
# or shrink a little, and nobody would notice: their derivative is 0.
#
# By the chain rule, then: **the gradient of each output goes, as it is, to the pixel that was the maximum of
# its window.** The others get nothing from this window. That is why we wrote down the switches: they are all
# that the way back needs to know of `x`.
#
# Take the overlapping windows of the last picture, and let `dout` be 1 and -2 in its first row, 3 and 5 in
# its second. What does the 6 in the centre get?

# %%
arriving = np.array([[1.0, -2], [3, 5]])
_, where = naive.max_pool_forward(overlapping[None, None], (3, 3), 2)
sent_back = naive.max_pool_backward(arriving[None, None], where, (1, 1, 5, 5), (3, 3), 2)[0, 0]

predict("sent_back[2, 2]", ..., hint="Three of the four windows chose it. Which of them did not?")

# %%
from cs_conv.pictures.pooling import show_routing

show_routing(overlapping, arriving, size=(3, 3), stride=2)

# %% [markdown]
# *In words: left the 5x5 grid with its four windows and rings around the maxima, 6 and 7. In the middle dout
# with the rows 1 -2 and 3 5. On the right dx: zeros everywhere, but for a 4 in the centre and a 3 in the last
# row.*
#
# The pixel in the centre was the maximum of three windows. It moved three outputs, so it gets the **sum** of
# three gradients: 1 - 2 + 5 = 4. Where windows overlap, gradients add up.
#
# ### And with equal values?
#
# Let both pixels of a window be 2. Look at the change of the maximum when one of them grows, and when it
# shrinks:

# %%
tied = np.array([2.0, 2.0])
step = np.array([h, 0.0])
print("per step up:  ", round((np.max(tied + step) - np.max(tied)) / h, 6))
print("per step down:", round((np.max(tied) - np.max(tied - step)) / h, 6))
print("both ways:    ", round((np.max(tied + step) - np.max(tied - step)) / (2 * h), 6))

# %% [markdown]
# Two answers: the maximum has a **kink** here, and no derivative. A central difference looks both ways and
# finds the mean of the two, which is neither.
#
# So you have a choice. Any way of sharing the gradient out among the equal pixels can be defended. Giving the
# *whole* gradient to *each* of them cannot: that is too much. Here the first one takes all of it. The
# switches have decided that already.

# %% [markdown]
# ### Exercise 2: max pooling, backward
#
# *Medium, about 12 minutes, about 10 lines, 8 points.*
#
# Write `max_pool_backward`:
#
# - `dout` and `switches` have shape `(N, C, OH, OW)`.
# - `x_shape` is `(N, C, H, W)`, the shape of the images. The images themselves are not needed.
# - `size` and `stride` are those of forward, so the sizes fit: there is nothing to refuse.
# - Return `dx` of shape `x_shape`: each gradient at the pixel of its switch, added up where several meet, and
#   0 everywhere else. Do not change `dout` or `switches`.
#
# An example: `dout = [[10, 20]]`, `switches = [[3, 0]]`, size `(2, 2)`, stride 1, images of 2x3 pixels. The
# first gradient goes to number 3 of the first window: row 1, column 1. The second goes to number 0 of the
# second window, which begins at column 1: row 0, column 1. So `dx` is `[[0, 20, 0], [0, 10, 0]]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Undo the counting. You know the number of a pixel in its window, and how long a row of the window is. In
# which row of the window does it stand, and in which column?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Look at the picture of the 2x3 window, with the numbers 0 to 5 in it. How often does a whole row of three
# fit into 4, and what is left over? `//` and `%` answer such questions. To come from the window to the image,
# add the row and the column where the window begins.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# Make `dx` of zeros. Loop over `n`, `c`, `i` and `j`, as forward; no window needs to be cut out. In each step
# one value of `dout` goes to one pixel, whose row is `i * stride` and the row inside the window together.
# Another window may have sent something there already: is it `=` or `+=`?
#
# </details>


# %% answer="max_pool_backward"
def max_pool_backward(dout, switches, x_shape, size, stride):
    """Return dx (N, C, H, W): each gradient at the pixel that was the maximum of its window.

    dout, switches: (N, C, OH, OW). x_shape: (N, C, H, W). size: (FH, FW).
    """
    ### BEGIN SOLUTION
    N, C, OH, OW = dout.shape
    dx = np.zeros(x_shape)
    for n in range(N):
        for c in range(C):
            for i in range(OH):
                for j in range(OW):
                    top, left = i * stride, j * stride
                    # from the place in the window back to its row and column
                    p, q = divmod(switches[n, c, i, j], size[1])
                    # +=, since windows may overlap and one pixel may win in several
                    dx[n, c, top + p, left + q] += dout[n, c, i, j]
    return dx
    ### END SOLUTION


# %% [markdown]
# Try it on the example:

# %%
two, places = np.array([[10.0, 20]])[None, None], np.array([[3, 0]])[None, None]
print("yours:", max_pool_backward(two, places, (1, 1, 2, 3), (2, 2), 1)[0, 0].tolist())
print("right:", [[0.0, 20.0, 0.0], [0.0, 10.0, 0.0]])

# %% [markdown]
# ### Ask the forward step whether it is right
#
# Your `dx` can be judged as in notebook 03: move each pixel a little both ways, and see how `sum(out * dout)`
# changes. (`astype(int)` helps only if your switches are floats.)

# %%
from cs_conv.gradcheck import numeric_gradient, relative_error

rng = np.random.default_rng(0)
size, stride = (3, 3), 2


def only_out(images):
    """The maxima, without the switches."""
    return max_pool_forward(images, size, stride)[0]


x = overlapping[None, None]  # no two values of a window are equal where it counts
out, switches = max_pool_forward(x, size, stride)
dout = arriving[None, None]  # that of the picture above
dx = max_pool_backward(dout, switches.astype(int), x.shape, size, stride)
numeric = numeric_gradient(only_out, x, dout)
show_grids([dx[0, 0], numeric[0, 0]], ["yours", "numeric"], same_colors=True, axes=("row", "column"))
print("relative error:", f"{relative_error(dx, numeric):.1e}")

# %% [markdown]
# *In words: two 5x5 grids that should be the same: your dx and the numeric gradient. The relative error under
# them should be below 1e-8.*
#
# ### Where that fails, and what does not
#
# At ties a numeric gradient fails: at a kink, it finds the mean of two slopes. And in real networks ties are
# everywhere: after a ReLU, many windows hold several zeros.
#
# But max pooling has a property that needs no small steps. Make all pixels twice as large, and the maxima are
# twice as large: $f(t \, x) = t \, f(x)$ for every $t > 0$.
#
# So let all pixels grow by one percent of themselves. The outputs grow by one percent too, and so does
# `sum(out * dout)`. That is what forward says. Backward says that a change of the pixels is worth as much as
# `dx` times that change: here one percent of `sum(x * dx)`. Both speak of the same growth, so
#
# $$\langle f(x),\; dout \rangle \;=\; \langle x,\; dx \rangle$$
#
# as for a convolution in notebook 03. Pixels that are equal stay equal while they grow, so this holds **at
# ties too**, whichever of them takes the gradient. Test it on small whole numbers, which are full of ties:

# %%
from cs_conv.gradcheck import adjoint_gap

x = rng.integers(-1, 3, (2, 3, 7, 7)) * 1.0
out, switches = max_pool_forward(x, size, stride)
dout = rng.normal(size=out.shape)
dx = max_pool_backward(dout, switches.astype(int), x.shape, size, stride)
print(f"sum(out * dout) = {np.sum(out * dout):.10f}")
print(f"sum(x * dx)     = {np.sum(x * dx):.10f}")
print(f"relative gap    = {adjoint_gap(out, dout, x, dx):.1e}")

# A wrong answer: the whole gradient to each of the equal pixels.
greedy = np.zeros(x.shape)
for n, c, i, j in np.ndindex(*out.shape):
    rows, columns = slice(2 * i, 2 * i + 3), slice(2 * j, 2 * j + 3)
    greedy[n, c, rows, columns] += dout[n, c, i, j] * (x[n, c, rows, columns] == out[n, c, i, j])
print(f"relative gap    = {adjoint_gap(out, dout, x, greedy):.1e}, when each tied pixel takes all of it")

# %% [markdown]
# A gap is relative to the sizes of all the terms. Rounding keeps it below 1e-12. The wrong answer, which many
# people give, makes it far larger. One forward step caught it, and no step size was needed.
#
# The checks below draw their switches at random: any pixel of a window may have been the maximum.

# %% test="shape"
check("max_pool_backward", max_pool_backward, "shape")

# %% test="values"
check("max_pool_backward", max_pool_backward, "values")

# %% test="stride and overlap"
check("max_pool_backward", max_pool_backward, "stride and overlap")

# %% test="rectangles"
check("max_pool_backward", max_pool_backward, "rectangles")

# %% test="edge cases"
check("max_pool_backward", max_pool_backward, "edge cases")

# %% [markdown]
# ## Touch it
#
# Your two functions, on an image that has passed a ReLU. Choose an output: its window is framed, and the
# pixel that it took stands out. Choose a pixel and change its number. Move the sliders. On the right, every
# output sends a gradient of 1 back.

# %%
from cs_conv.live import pooling

rectified = np.array(
    [
        [0, 0, 3, 1, 0, 2],
        [0, 0, 1, 3, 2, 2],
        [4, 0, 0, 0, 5, 0],
        [0, 4, 0, 1, 0, 5],
        [2, 1, 0, 0, 0, 0],
        [1, 2, 7, 0, 0, 0],
    ]
)
pooling(globals(), x=rectified)

# %% [markdown]
# *In words: an image of 6x6 numbers, the maxima of its nine 2x2 windows, which are 0 3 2, 4 1 5, 2 7 0, and
# their switches, 0 0 1, 0 3 0, 0 2 0. On the right a 1 at each pixel that a window took, and zeros
# elsewhere.*
#
# - Which windows have ties? Raise a tied pixel by 1: what happens to its switch, and to its gradient?
# - Stride 1: which pixel collects most gradients? Why does the sum of all gradients grow?
# - Find a size and a stride at which a pixel lies in no window.

# %% [markdown]
# ## Other ways to pool
#
# The maximum is one way to make one number of a window. Here are two others, on windows of 8x8 pixels.

# %%
from cs_conv.pictures.pooling import show_kinds

show_kinds(photograph(), size=(8, 8), stride=8)

# %% [markdown]
# *In words: the photograph, and three versions of it in 25 by 32 coarse pixels. Under the maximum everything
# is brighter, and small highlights have grown to whole pixels. Under the average the picture is softer and as
# bright as the original. The L2 norm, divided by 8, looks much like the average.*
#
# The **average** treats all pixels alike. Early networks pooled with it, LeNet among them. Max pooling has
# proved better inside a network: what counts there is often *whether* a filter has found something, not how
# much of the window it fills. Many networks today average once, at the very end, over the whole image.
#
# ### Exercise 3: average pooling, forward
#
# *Easy, about 8 minutes, about 11 lines, 4 points.*
#
# Average and L2 pooling walk through the same windows; only what they make of a window differs. So write the
# walk once. Your first function, `pool_windows`, gets what is to be made of a window as an argument,
# `reduce`: a function that takes a window (FH, FW) and returns one number. It has no points of its own.
#
# Then `average_pool_forward` is one line, which calls it. `out` is the mean of each window, and there are no
# switches. Again, raise a `ValueError` where the windows do not fit (not graded), and do not change `x`.
#
# An example: `x = [[5, 1, 9], [2, 8, 2]]`, size `(2, 2)`, stride 1. The windows `[[5, 1], [2, 8]]` and
# `[[1, 9], [8, 2]]` sum to 16 and 20, so `out` is `[[4, 5]]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Start from your `max_pool_forward`. What stands in its middle? Which lines are only about switches?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# A function is a value in Python: `reduce` can be called like any other name, `reduce(window)`. And a
# function can be handed over by its name, without parentheses.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# In the middle of the four loops, the number of `out` is what `reduce` makes of the window. For an average,
# hand over a function of NumPy that makes one number of a whole matrix: not the sum, but that over the number
# of its values. A zero is a value, too.
#
# </details>


# %% answer="pool_windows"
def pool_windows(x, size, stride, reduce):
    """Return one number for each window, (N, C, OH, OW): reduce(window), where the window is (FH, FW).

    x: (N, C, H, W). size: (FH, FW). Raises ValueError where the windows do not fit.
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    FH, FW = size
    if (H - FH) % stride or (W - FW) % stride:
        raise ValueError(f"a {FH}x{FW} window at stride {stride} does not fit a {H}x{W} input")
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    out = np.zeros((N, C, OH, OW))
    for n, c, i, j in np.ndindex(N, C, OH, OW):
        top, left = i * stride, j * stride
        # what one window becomes is all that differs between the kinds of pooling
        out[n, c, i, j] = reduce(x[n, c, top : top + FH, left : left + FW])
    return out
    ### END SOLUTION


# %% answer="average_pool_forward"
def average_pool_forward(x, size, stride):
    """Return the mean of each window, (N, C, OH, OW).

    x: (N, C, H, W). size: (FH, FW). Raises ValueError where the windows do not fit.
    """
    ### BEGIN SOLUTION
    return pool_windows(x, size, stride, np.mean)
    ### END SOLUTION


# %%
example = np.array([[5.0, 1, 9], [2, 8, 2]])[None, None]  # (1, 1, 2, 3)
print("yours:", average_pool_forward(example, (2, 2), 1)[0, 0].tolist())
print("right:", [[4.0, 5.0]])

# %% test="values"
check("average_pool_forward", average_pool_forward, "values")

# %% test="stride and overlap"
check("average_pool_forward", average_pool_forward, "stride and overlap")

# %% test="rectangles"
check("average_pool_forward", average_pool_forward, "rectangles")

# %% [markdown]
# ### And back
#
# Ask the pixels again. A window of 2x2 has the numbers 5, 1, 2 and 7, and its output gets the gradient 8. How
# much of it does the pixel with the 1 get?

# %%
one = np.full((1, 1, 1, 1), 8.0)  # dout
shares = naive.average_pool_backward(one, (1, 1, 2, 2), (2, 2), 1)[0, 0]

predict("shares[0, 1]", ..., hint="By how much does the mean of four numbers grow if one of them grows by 1?")

# %%
window = np.array([[5.0, 1], [2, 7]])
change = np.zeros((2, 2))
for p in range(2):
    for q in range(2):
        grown = window.copy()
        grown[p, q] += 1
        change[p, q] = grown.mean() - window.mean()
print(change)

# %% [markdown]
# Each pixel of a 2x2 window moves the mean by a quarter of its own change. (We took a step of 1 here, not of
# 0.001. The mean is **linear**: it has no curves and no kinks, so any step gives the same.)
#
# ### Exercise 4: average pooling, backward
#
# *Easy, about 8 minutes, about 8 lines, 5 points.*
#
# Write `average_pool_backward`: each gradient is shared out equally among the pixels of its window.
#
# - `dout` has shape `(N, C, OH, OW)`, `x_shape` is `(N, C, H, W)`, and `dx` has that shape. The sizes fit.
# - Where windows overlap, the shares are added up. A pixel in no window gets 0.
#
# An example: `dout = [[4, 8]]`, size `(2, 2)`, stride 1, images of 2x3 pixels. The first window sends 1 to
# each of its four pixels, the second one 2. The middle column lies in both. So `dx` is
# `[[1, 3, 2], [1, 3, 2]]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# In `max_pool_backward` one pixel of a window got something. Now all of them do. How much is it for each?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# A slice of `dx` is a window, and you can add one number to a whole slice at once. Windows overlap, so add.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# The four loops of `max_pool_backward`. Inside, the window of `dout[n, c, i, j]` is the slice of `dx` that
# `out` came from when you went forward, and each of its pixels gets the same share. How large is it, if all
# shares together are the gradient?
#
# </details>


# %% answer="average_pool_backward"
def average_pool_backward(dout, x_shape, size, stride):
    """Return dx (N, C, H, W): each gradient shared out equally among the pixels of its window.

    dout: (N, C, OH, OW). x_shape: (N, C, H, W). size: (FH, FW).
    """
    ### BEGIN SOLUTION
    N, C, OH, OW = dout.shape
    FH, FW = size
    dx = np.zeros(x_shape)
    for n, c, i, j in np.ndindex(N, C, OH, OW):
        top, left = i * stride, j * stride
        # every pixel of a window has the same share in its mean
        dx[n, c, top : top + FH, left : left + FW] += dout[n, c, i, j] / (FH * FW)
    return dx
    ### END SOLUTION


# %%
two = np.array([[4.0, 8]])[None, None]
print("yours:", average_pool_backward(two, (1, 1, 2, 3), (2, 2), 1)[0, 0].tolist())
print("right:", [[1.0, 3.0, 2.0], [1.0, 3.0, 2.0]])

# %% [markdown]
# Your forward step judges again. Since it is linear, a step of `h=1` is as good as a small one, and exact:

# %%
from cs_conv.gradcheck import directional

x = rng.normal(size=(2, 3, 7, 5))
dout = rng.normal(size=(2, 3, 3, 2))
dx = average_pool_backward(dout, x.shape, (3, 3), 2)
pairs = directional(lambda images: average_pool_forward(images, (3, 3), 2), x, dx, dout, rng, h=1)
for numeric, yours in pairs:
    print(f"numeric {numeric:12.8f}   yours {yours:12.8f}")

# %% test="values"
check("average_pool_backward", average_pool_backward, "values")

# %% test="stride and overlap"
check("average_pool_backward", average_pool_backward, "stride and overlap")

# %% test="rectangles"
check("average_pool_backward", average_pool_backward, "rectangles")

# %% [markdown]
# ### The length of a window
#
# Take the pixels of a window as one vector. Its **L2 norm** is its length: square each number, add, take the
# root. Large values count more than in a mean, but none of them counts alone:
#
# $$out[n, c, i, j] \;=\; \sqrt{\; \sum_{p,\, q} \; x[n,\; c,\; i \cdot S + p,\; j \cdot S + q]^2 }$$

# %%
for window in ([3, -4, 0, 0], [5, 0, 0, 0], [2.5, 2.5, 2.5, 2.5]):
    window = np.array(window, float)
    length = (window**2).sum() ** 0.5
    print(f"{window}   maximum {window.max():<4g} mean {window.mean():<5g} length {length:g}")

# %% [markdown]
# Three windows with the same length, 5. The maximum and the mean tell them apart; the length asks only how
# much there is in all, and not of which sign.
#
# ### Exercise 5: L2 pooling, forward
#
# *Easy, about 3 minutes, about 1 line, 3 points.*
#
# Write `l2_pool_forward`: as `average_pool_forward`, with the L2 norm of each window. Nothing is divided, and
# nothing is added under the root. Sizes that do not fit are a `ValueError` here, too
# (not graded).
#
# An example: `x = [[3, 0, 6], [0, -4, 8]]`, size `(2, 1)`, stride 1. The windows are the three columns, so
# `out` is `[[3, 4, 10]]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which of your lines would have to be written again? None of the walk.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# You need a function that takes a window and returns its length: square each value, sum, take the root once
# at the end. `lambda window: ...` is a function without a name.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# Hand `pool_windows` a function with `np.sqrt` outside, `np.sum` inside it, and the squares of the window in
# the middle. `window**2` makes a new array, so `x` stays as it is.
#
# </details>


# %% answer="l2_pool_forward"
def l2_pool_forward(x, size, stride):
    """Return the L2 norm of each window, (N, C, OH, OW).

    x: (N, C, H, W). size: (FH, FW). Raises ValueError where the windows do not fit.
    """
    ### BEGIN SOLUTION
    return pool_windows(x, size, stride, lambda window: np.sqrt(np.sum(window**2)))
    ### END SOLUTION


# %%
example = np.array([[3.0, 0, 6], [0, -4, 8]])[None, None]  # (1, 1, 2, 3)
print("yours:", l2_pool_forward(example, (2, 1), 1)[0, 0].tolist())
print("right:", [[3.0, 4.0, 10.0]])

# %% test="values"
check("l2_pool_forward", l2_pool_forward, "values")

# %% test="stride and overlap"
check("l2_pool_forward", l2_pool_forward, "stride and overlap")

# %% test="rectangles"
check("l2_pool_forward", l2_pool_forward, "rectangles")

# %% [markdown]
# Why did the picture of the cup show the L2 norm *divided by 8*? Its windows had 64 pixels, and 64 pixels of
# the value 1 have the length 8. After the division they have the length 1, so the brightness can be compared.
#
# The length over 8 is the root of the mean square. With pixels from 0 on, it lies between the mean and the
# maximum in every window:

# %%
image = photograph()[None, None]  # (1, 1, 200, 256)
means, lengths = average_pool_forward(image, (8, 8), 8), l2_pool_forward(image, (8, 8), 8) / 8
maxima, _ = max_pool_forward(image, (8, 8), 8)
between = (means <= lengths) & (lengths <= maxima)
print(f"in {between.sum()} of {between.size} windows")
print(f"brightness: image {image.mean():.3f}, average {means.mean():.3f}", end=", ")
print(f"L2 norm / 8 {lengths.mean():.3f}, maximum {maxima.mean():.3f}")

# %% [markdown]
# ## What it saves
#
# One reads that pooling reduces the number of parameters. A convolution has as many weights before a smaller
# image as before a larger one: its filters are the same. Only a fully connected layer has a weight for each
# value. The network VGG has one with 4096 outputs after its last pooling, which makes 7x7x512 values of
# 14x14x512:

# %%
with_pool, without_pool = 7 * 7 * 512 * 4096, 14 * 14 * 512 * 4096
print(f"weights with the last pooling:    {with_pool:11,}")
print(f"weights without it:               {without_pool:11,}")
print(f"a 3x3 convolution in its place:   {512 * 512 * 3 * 3:11,}, whatever the size of the image")

# %% [markdown]
# What it saves everywhere is values, and the work that the next layers have with them. ("Pooling has no
# parameters" is no law either: in LeNet, of 1998, each pooled channel had a factor and a bias, which were
# learned.)
#
# ## Do you need pooling at all?
#
# A convolution with a stride makes images smaller as well. Could it take the place of pooling?
#
# Of average pooling: certainly. Give filter `k` equal weights in channel `k` and zeros in the others:

# %%
x = rng.normal(size=(2, 3, 6, 6))
w = np.zeros((3, 3, 2, 2))  # (K, C, FH, FW)
for k in range(3):
    w[k, k] = 1 / 4
pooled, convolved = average_pool_forward(x, (2, 2), 2), naive.conv_forward(x, w, np.zeros(3), stride=2)
print("largest difference:", np.abs(pooled - convolved).max().round(12))

# %% [markdown]
# Of max pooling: never exactly, for a convolution is linear and a maximum is not. The maximum of a sum is not
# the sum of the maxima:

# %%
a, b = np.array([1.0, 0]), np.array([0, 1.0])
print("maximum of the sum:", (a + b).max(), "  sum of the maxima:", a.max() + b.max())

# %% [markdown]
# But a network does not need the same numbers, it needs useful ones. So let it *learn* how to shrink: a
# convolution with stride 2 in place of each pooling. Springenberg and others (2015) did so and lost nothing;
# many networks today, ResNet among them, shrink mostly in this way. GANs and VAEs, which *make* images, have
# trained better without pooling, too. The price is parameters, where pooling has none. For 64 channels in and
# out:

# %%
for F in (2, 3):
    weights, biases = 64 * 64 * F * F, 64
    print(f"{F}x{F} at stride 2: {weights:,} weights + {biases} biases = {weights + biases:,} parameters")
print("pooling: 0 parameters")

# %% [markdown]
# ## Which pixels count?
#
# The photograph again, in coarse pixels. Your `max_pool_forward` finds the switches: a dot for each pixel
# that some window chose, larger where several windows chose it. Your `max_pool_backward` sends a random
# gradient back.

# %%
from cs_conv.pictures.pooling import show_switches

size, stride = (3, 3), 2  # change them, and run the cell again

coarse = photograph()[:192].reshape(24, 8, 32, 8).mean(axis=(1, 3))  # (24, 32)
H, W = 24 - (24 - size[0]) % stride, 32 - (32 - size[1]) % stride  # cut off what does not fit
x = coarse[None, None, :H, :W]
out, switches = max_pool_forward(x, size, stride)
dout = np.random.default_rng(0).normal(size=out.shape)
dx = max_pool_backward(dout, switches.astype(int), x.shape, size, stride)
show_switches(x[0, 0], switches[0, 0], dx[0, 0], size, stride)

# %% [markdown]
# *In words: left the coarse photograph with orange dots at the chosen pixels, and a white frame around the
# first window. The dots are spread over the whole image, since dark windows have a largest pixel too. The
# largest dots sit on pixels that are brighter than all around them, many on the rim of the cup. Right, on a
# map of the same size, the gradient: coloured where a dot is, orange for negative and purple for positive
# values, and pale everywhere else.*
#
# What happens to the dots at stride 1? And when the stride is larger than the window?
#
# ## What you know now
#
# - Pooling makes one number of each window, channel by channel, and has nothing to learn. 2x2 at stride 2
#   keeps a quarter of the values, if the size is even; 3x3 at stride 2 fits odd sizes only.
# - Zeros are no neutral padding for a maximum; minus infinity is.
# - Max pooling sends each gradient to one pixel. The switches remember to which: to the first one where
#   several are equal. Average pooling shares each gradient out.
# - Where windows overlap, gradients add up.
# - Numeric gradients fail at kinks. `sum(out * dout) == sum(x * dx)` holds there too, for whatever grows in
#   step with `x`.
# - A convolution with a stride can take the place of pooling, at the price of parameters.
#
# ## Do you remember?
#
# Think first, then open. The first joins this notebook with an earlier one; the others are from earlier ones.
#
# <details><summary>1. A 3x3 convolution follows a 2x2 pooling at stride 2. How many pixels of the image does
# one of its outputs see, across?</summary>
#
# 6: three pooled pixels that lie side by side, each of which saw two.
#
# </details>
#
# <details><summary>2. Why do you draw `dout` at random when you check a gradient, and not as ones?</summary>
#
# With ones, errors of different outputs are added with equal weight, so two that cancel are not seen.
#
# </details>
#
# <details><summary>3. In the backward pass of a convolution, too, pixels collect with `+=`. What does one of
# them collect there, and over what?</summary>
#
# `dout` times the weight that it met, over all windows that it lies in, and over all filters.
#
# </details>
#
# **Where to go next.** Loops over windows are slow. In notebook 06, *Convolution as one matrix product*, the windows
# become columns of one matrix, and both convolution and pooling become a few fast lines.
