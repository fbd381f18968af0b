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
# # Convolution as one matrix product
#
# Afterwards you can write a whole convolution as one matrix product, forward and backward, and say what that
# costs: memory. It takes about 75 minutes.
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `im2col` | lays every window out as a column | medium | 18 | 14 | 10 |
# | `col2im` | adds the columns back to the image | medium | 12 | 12 | 10 |
# | `matmul_forward` | the layer as a matrix product | easy | 9 | 3 | 6 |
# | `matmul_backward` | its gradients, two more products | easy | 9 | 6 | 7 |
# | `max_pool_im2col` | pooling through the same columns | medium | 12 | 7 | 7 |

# %% locked="setup"
import numpy as np

from autograder import check, predict

# %% [markdown]
# ## Windows become columns
#
# Look at the picture first. On the left stands an image of 3x4 pixels. On the right stands a matrix.

# %%
from cs_conv.pictures.columns import show_columns

x = np.arange(1.0, 13).reshape(1, 1, 3, 4)  # (N, C, H, W): one image, one channel
show_columns(x, size=(2, 2), columns=[0, 1, 5])

# %% [markdown]
# *In words: the image holds the numbers 1 to 12, row by row. The matrix has 4 rows and 6 columns. Three
# 2x2 windows of the image are framed, and three columns in the same colours: the window 1 2 / 5 6 at the
# top left is column 0, the window 2 3 / 6 7 beside it is column 1, and the window 7 8 / 11 12 at the
# bottom right is column 5.*
#
# Every 2x2 window of the image is one column of the matrix, read row by row. There are 2 times 3 windows,
# so there are 6 columns.
#
# This rearrangement is called **im2col**, image to columns. Nothing is computed: numbers are copied.
#
# ## What that is good for
#
# A filter on a window multiplies number by number and adds up. If both are laid out as vectors, that is a
# **dot product**.
#
# Lay the filters out as the *rows* of a matrix, `w_row`. Then row times column is a filter on a window,
# and **one matrix product is every filter on every window**:

# %%
from cs_conv.pictures.columns import show_product

w_row = np.array([[1.0, 0, 0, -1], [1, 1, 1, 1]])  # two 2x2 filters, each read row by row
cols = np.array([[1.0, 2, 3, 5, 6, 7], [2, 3, 4, 6, 7, 8], [5, 6, 7, 9, 10, 11], [6, 7, 8, 10, 11, 12]])
show_product(w_row, cols, k=1, m=5)

# %% [markdown]
# *In words: a matrix with 2 rows and 4 columns, times the matrix of 4 rows and 6 columns, gives one with
# 2 rows and 6 columns. Row 1 of the first, all ones, and column 5 of the second, which is 7 8 11 12, are
# framed; so is their product, 38.*
#
# Hardly any operation has been tuned for computers as long as the matrix product. That is why convolution
# was brought into this form: Chellapilla, Puri and Simard did it in 2006, and the Stanford notes describe
# it.
#
# ## Which row, which column
#
# With several images and channels there is a choice: in which order do windows and their pixels go? This
# course always takes the order of the array itself.
#
# - **Down a column: `c`, then `fh`, then `fw`.** All of channel 0 comes first, row by row, then all of
#   channel 1.
# - **Across the columns: `n`, then `i`, then `j`.** All windows of image 0 come first, row by row, then
#   all of image 1. So `j` changes fastest, and `n` slowest.

# %%
two = np.arange(1.0, 25).reshape(2, 2, 2, 3)  # two images of two channels, 2x3 pixels
show_columns(two, size=(2, 2), columns=[0, 3], labels=True)

# %% [markdown]
# *In words: two images of two channels each, 2x3 pixels, numbered from 1 to 24. The matrix has 8 rows and
# 4 columns. Its rows are marked with c, fh and fw, from 0 0 0 to 1 1 1, and its columns with n, i and j.
# Column 0 is the left window of image 0: 1 2 4 5 from channel 0, then 7 8 10 11 from channel 1. Column 3
# is the right window of image 1: 14 15 17 18, then 20 21 23 24.*
#
# So `cols` has `C * FH * FW` rows and `N * OH * OW` columns.
#
# Other orders work as well, as long as everybody keeps to one. The Stanford course's own `im2col` lets
# the images run fastest (`i`, `j`, `n`). If you come from there, this is the line to watch.
#
# ## How large it gets
#
# The first layer of AlexNet looks at images of 227x227 pixels and 3 channels, with 96 filters of 11x11 at
# stride 4 and no padding. The Stanford notes write such a volume as width x height x depth, 227x227x3;
# for us it is `(C, H, W) = (3, 227, 227)`.

# %%
places = (227 - 11) // 4 + 1
columns, rows = places * places, 3 * 11 * 11

print(f"places: {places} x {places} = {columns} columns")
print(f"numbers in a window: 3 x 11 x 11 = {rows} rows")
print(f"w_row is 96 x {rows}, cols is {rows} x {columns}, the product is 96 x {columns}")
assert (places, columns, rows) == (55, 3025, 363)

# %%
from cs_conv.pictures.columns import show_sizes

show_sizes(96, rows, columns)

# %% [markdown]
# *In words: three rectangles, true to scale. A small one of 96 by 363, times a large one of 363 by 3025,
# equals a flat one of 96 by 3025. The large one, cols, has most of the area.*
#
# That large rectangle is the price. Windows overlap, so the same pixel stands in many columns:

# %%
pixels = 3 * 227 * 227
entries = rows * columns
print(f"numbers in the image: {pixels:,}; in cols: {rows} x {columns} = {entries:,}")
print(f"that is {entries / pixels:.2f} times as many")
print(f"in float32: {4 * pixels / 2**20:.2f} MiB and {4 * entries / 2**20:.2f} MiB, for one image")

vgg = (64 * 3 * 3) * (224 * 224) / (64 * 224 * 224)  # 3x3 filters, stride 1, pad 1
print(f"a 3x3 layer with stride 1 and pad 1, as in VGG: {vgg:.0f} times as many")

# %% [markdown]
# Not every pixel is copied equally often. Windows of 11 rows begin at every fourth row. In how many columns,
# at most, does one pixel stand?


# %%
def windows_over(row):
    """How many windows of 11 rows, at stride 4, hold this row of the image."""
    return sum(4 * i <= row < 4 * i + 11 for i in range(places))


predict("max(windows_over(row) for row in range(227)) ** 2", ..., hint="Rows first; the columns do the same.")

# %%
rows_seen = [windows_over(row) for row in range(227)]
print("the first rows:", rows_seen[:12], " the middle:", rows_seen[108:120])
print(f"columns that hold one pixel: {min(rows_seen) ** 2} to {max(rows_seen) ** 2}")
print(f"on average {sum(rows_seen) ** 2 / 227**2:.2f}")

# %% [markdown]
# About 7 times the memory here, 9 times for a 3x3 layer at stride 1. Memory for speed: that is the trade of
# im2col.
#
# ### Exercise 1: im2col
#
# *Medium, about 18 minutes, about 14 lines, 10 points.*
#
# - `x` has the shape `(N, C, H, W)`. `size` is the window, `(FH, FW)`: it may be a rectangle.
# - Put `pad` rows and columns of zeros on each side of every image.
# - The window of `(i, j)` begins at row `i * stride` and column `j * stride` of the padded image. There
#   are `OH = (H - FH + 2 * pad) / stride + 1` of them downwards, as in notebook 02, and `OW` across in
#   the same way.
# - Return `cols`, of the shape `(C * FH * FW, N * OH * OW)`, in the order of the picture above.
#
# Where `OH` or `OW` is not whole, the windows do not fit: raise a `ValueError` (not graded). Do not change
# `x`. The checks of shape and values need neither stride nor padding yet.
#
# An example: `x = [[1, 2, 3], [4, 5, 6]]` (one image, one channel) with `size=(2, 2)` has two windows, so
# `cols` is `[[1, 2], [2, 3], [4, 5], [5, 6]]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Fill the matrix column by column. Which three loops visit the windows in the order of the columns?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Pad first. Make room with `np.zeros`, for the right number of rows and columns. Loop over `n`, `i`, `j`;
# count the columns with a number `m` that grows by one with every window. A window, cut out of all
# channels at once, has the shape `(C, FH, FW)`. In what order does `.ravel()` read it?
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# `np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))` pads the last two axes only. The window is cut out as
# in `conv_window` of notebook 02, laid flat, and put where column `m` of `cols` is. A size does not fit when
# `(H - FH + 2 * pad) % stride` is not 0.
#
# </details>


# %% answer="im2col"
def im2col(x, size, stride=1, pad=0):
    """Return every window of the images as a column, (C * FH * FW, N * OH * OW).

    x: (N, C, H, W). size: (FH, FW). Rows in the order c, fh, fw, columns in the order n, i, j.
    Raises ValueError where the windows do not fit.
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    FH, FW = size
    if (H - FH + 2 * pad) % stride or (W - FW + 2 * pad) % stride:
        raise ValueError(f"a {FH}x{FW} window at stride {stride} does not fit {H}x{W} pixels with pad {pad}")
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cols = np.zeros((C * FH * FW, N * OH * OW), x.dtype)
    # the number of the column: n, i, j in the order of the loops
    m = 0
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                top, left = i * stride, j * stride
                # ravel writes the window in the order c, fh, fw
                cols[:, m] = padded[n, :, top : top + FH, left : left + FW].ravel()
                m += 1
    return cols
    ### END SOLUTION


# %% [markdown]
# Try it on the image at the top. Is it the matrix of the first picture?

# %%
from cs_conv.pictures.grid import show_grids

titles = ["x", "2x2 windows", "1x2 windows, stride 2"]
show_grids([x[0, 0], im2col(x, (2, 2)), im2col(x, (1, 2), stride=2)], titles, axes=("row", "column"))

# %% [markdown]
# *In words: the image of 3x4 pixels; the 4x6 matrix of its 2x2 windows, as in the first picture; and the
# 2x4 matrix of its 1x2 windows at stride 2, whose columns are 1 2, 3 4, 9 10 and 11 12.*
#
# Then let it be checked. Where a check fails, it shows the smallest input that it fails on, what you
# returned and what is right. (If you get stuck: exercises 2, 3 and 4 are checked by themselves, so you
# can go on and come back.)

# %% test="shape"
check("im2col", im2col, "shape")

# %% test="values"
check("im2col", im2col, "values")

# %% test="stride and padding"
check("im2col", im2col, "stride and padding")

# %% test="rectangles"
check("im2col", im2col, "rectangles")

# %% test="edge cases"
check("im2col", im2col, "edge cases")

# %% [markdown]
# Before you run the next cell: two images of three channels, 5x5 pixels, 3x3 windows at stride 2. Which shape
# has the matrix?

# %%
predict("im2col(np.zeros((2, 3, 5, 5)), (3, 3), stride=2).shape", ..., hint="How many windows has one image?")

# %% [markdown]
# ## The way back
#
# A backward pass will hand you `dcols`: a gradient for every entry of `cols`. You need `dx`, a gradient
# for every pixel.
#
# Every entry of `cols` is a **copy** of a pixel. A pixel that was copied four times can change the result
# in four ways, and its gradient is the **sum** of the four.
#
# Take a row of three pixels, `a b c`, with 1x2 windows. There are two of them:
#
# | | window 0 | window 1 |
# |---|---|---|
# | first pixel | a | b |
# | second pixel | b | c |
#
# Suppose that `dcols` is 10 20 in its first row and 30 40 in its second. Then `a` gets 10, `c` gets 40,
# and `b`, which stands in both windows, gets 30 + 20.

# %%
dcols = np.array([[10, 20], [30, 40]])
da = dcols[0, 0]
db = dcols[1, 0] + dcols[0, 1]
dc = dcols[1, 1]
print("gradients of a, b, c:", da, db, dc)

# %% [markdown]
# This is **col2im**: put every column back on its window, and add where windows overlap.
#
# It is *not* the inverse of `im2col`. Apply one after the other, and every pixel comes back as often as
# there are windows that hold it. So often:


# %%
def windows_over_each_pixel(H, W):
    """Count the 2x2 windows, at stride 1, that hold each pixel of an image."""
    counts = np.zeros((H, W))
    for i in range(H - 1):
        for j in range(W - 1):
            counts[i : i + 2, j : j + 2] += 1
    return counts


predict("windows_over_each_pixel(4, 5)[1, 2]", ..., hint="How can a 2x2 window lie over one pixel?")

# %%
show_grids([windows_over_each_pixel(4, 5)], ["2x2 windows at stride 1"], axes=("row", "column"), cell=0.5)

# %% [markdown]
# *In words: a 4x5 grid that counts the 2x2 windows over each pixel: 1 in the corners, 2 along the sides,
# 4 inside.*
#
# ### Exercise 2: col2im
#
# *Medium, about 12 minutes, about 12 lines, 10 points.*
#
# - `cols` has the shape `(C * FH * FW, N * OH * OW)`, in the order that you know.
# - `x_shape` is `(N, C, H, W)`, the shape of the images *without* padding. `size`, `stride` and `pad` are
#   those of `im2col`.
# - Add every column to the window that it stands for. What falls on the padding is lost.
# - Return `x`, of the shape `x_shape`. Pixels that no window holds are 0. The sizes always fit. Do not change
#   `cols`.
#
# An example: `cols = [[10, 20], [30, 40]]` with `x_shape=(1, 1, 1, 3)` and `size=(1, 2)` gives
# `[[[[10, 50, 40]]]]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Walk through the windows exactly as in `im2col`. Only the direction of the copy turns round.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Start from a *padded* image of zeros, and let its padding go at the very end. `.ravel()` made a column of a
# window of shape `(C, FH, FW)`: what makes a window of a column?
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# The padded image is `np.zeros((N, C, H + 2 * pad, W + 2 * pad))`. The line in the three loops is that of
# `im2col` with the sides changed. Mind what the section above says of a pixel that stands in several columns.
# In the end the image lies from row `pad` to row `pad + H`. (Why not `[pad:-pad]`? Try it with `pad = 0`.)
#
# </details>


# %% answer="col2im"
def col2im(cols, x_shape, size, stride=1, pad=0):
    """Return the images to which every column has been added back, (N, C, H, W).

    cols: (C * FH * FW, N * OH * OW), as im2col orders it. x_shape: (N, C, H, W). size: (FH, FW).
    """
    ### BEGIN SOLUTION
    N, C, H, W = x_shape
    FH, FW = size
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), cols.dtype)
    m = 0
    for n in range(N):
        for i in range(OH):
            for j in range(OW):
                top, left = i * stride, j * stride
                # +=, since a pixel in several windows gets several parts
                padded[n, :, top : top + FH, left : left + FW] += cols[:, m].reshape(C, FH, FW)
                m += 1
    return padded[:, :, pad : pad + H, pad : pad + W]
    ### END SOLUTION


# %% [markdown]
# Try it: the example, and the counts of the picture above. (Columns of ones, added back, count the
# windows.)

# %%
print("the example:", col2im(np.array([[10.0, 20], [30, 40]]), (1, 1, 1, 3), (1, 2)))
print(col2im(np.ones((4, 12)), (1, 1, 4, 5), (2, 2))[0, 0])

# %% [markdown]
# How can you know that it is right? `im2col` is linear: it multiplies the image by some huge matrix of
# zeros and ones. A 1 stands where a pixel is copied to an entry of the columns, and `col2im` sends a gradient
# back the same way. So it multiplies by the **transposed** matrix, and is called the **adjoint** of `im2col`.
# That can be tested without ever building the matrix. For *any* image `v` and *any* columns `d`,
#
# $$\langle \mathrm{im2col}(v),\; d \rangle = \langle v,\; \mathrm{col2im}(d) \rangle$$
#
# where $\langle a, b \rangle$ multiplies number by number and adds up. Draw both at random and compare:

# %%
rng = np.random.default_rng(0)
trials = [((2, 3, 5, 6), (3, 2), 1, 0), ((2, 3, 7, 5), (3, 3), 2, 1), ((1, 2, 8, 8), (2, 2), 3, 0)]
for shape, size, stride, pad in trials:
    v = rng.normal(size=shape)
    columns_of_v = im2col(v, size, stride, pad)
    d = rng.normal(size=columns_of_v.shape)
    image_of_d = col2im(d, shape, size, stride, pad)
    left, right = np.sum(columns_of_v * d), np.sum(v * image_of_d)
    print(f"window {size}, stride {stride}, pad {pad}:  {left:.10f}  {right:.10f}")

# %% [markdown]
# Each line must show the same number twice. The checks below test the same.

# %% test="shape"
check("col2im", col2im, "shape")

# %% test="places"
check("col2im", col2im, "places")

# %% test="overlap"
check("col2im", col2im, "overlap")

# %% test="stride and padding"
check("col2im", col2im, "stride and padding")

# %% test="rectangles"
check("col2im", col2im, "rectangles")

# %% test="edge cases"
check("col2im", col2im, "edge cases")

# %% [markdown]
# ## Touch it
#
# Your two functions at work. Choose a number of the matrix, or a column, and see where it comes from in the
# image. Change a pixel: in which columns does it change? On the right, every number of the matrix is 1 and
# goes back, so that each pixel counts its copies.

# %%
from cs_conv.live import columns as columns_live

columns_live(globals())

# %% [markdown]
# *In words: an image of 4x4 pixels, 1 to 16, its 2x2 windows as the 9 columns of a matrix of 4 rows, and the
# counts of the copies: 1 in the corners, 2 along the sides, 4 inside.*
#
# - Which rows of the matrix hold no number of the first row of the image?
# - Stride 2: what do the counts say, and is `col2im` the inverse of `im2col` now?
# - Padding 1: which numbers of the matrix come from no pixel?

# %% [markdown]
# ## Forward, in one product
#
# Now the layer is four steps, as the Stanford notes count them:
#
# 1. `cols`, the windows as columns: your `im2col`.
# 2. `w_row`: the filters `(K, C, FH, FW)` as rows, `(K, C * FH * FW)`. A reshape does that, because the
#    rows of `cols` are in the order `c`, `fh`, `fw`, just as the weights lie in memory.
# 3. `w_row @ cols`, of the shape `(K, N * OH * OW)`, and the bias of each filter added to its row.
# 4. The result reshaped back into images, `(N, K, OH, OW)`. For AlexNet's first layer the notes make 55x55x96
#    of 96x3025.
#
# For one image the fourth step is a reshape, no more. With several it holds a trap: the product has `K` first
# and `N` behind it. Look at a small one, with two filters, two images and two places in each:

# %%
product = np.array([[1, 2, 3, 4], [5, 6, 7, 8]])  # (K, N * OH * OW) = (2, 2 * 1 * 2)
print("image 0, filter 0:", product[0, 0:2], "  image 0, filter 1:", product[1, 0:2])
print("image 1, filter 0:", product[0, 2:4], "  image 1, filter 1:", product[1, 2:4])

# %% [markdown]
# Suppose that you reshape it straight to `(N, K, OH, OW)`, here `(2, 2, 1, 2)`. What would image 0 have in
# the place of filter 1?

# %%
predict("product.reshape(2, 2, 1, 2)[0, 1, 0]", ..., hint="A reshape keeps all numbers in their order.")

# %%
print("reshaped straight, image 0 has:", *product.reshape(2, 2, 1, 2)[0].tolist())

# %% [markdown]
# Image 0 should have `1 2` and `5 6`. The straight reshape gives it `1 2` and `3 4`, which are filter 0
# on *both* images. A **reshape** only cuts the same sequence of numbers anew; it never moves a number
# past another. To change the order of axes you need a **transpose**.
#
# ### Exercise 3: forward
#
# *Easy, about 9 minutes, about 3 lines, 6 points.*
#
# Write `matmul_forward`:
#
# - `cols` has the shape `(C * FH * FW, N * OH * OW)`, `w` `(K, C, FH, FW)`, `b` `(K,)`.
# - `out_shape` is `(N, K, OH, OW)`. Return `out` in this shape: filter `k` on the window of image `n` at
#   `(i, j)`, plus `b[k]`. Stride and padding have done their work in `im2col`: here they play no part.
#
# An example: `cols = [[1, 2, 3, 4]]`, two filters of one weight, 1 and 10, `b = [0, 5]` and
# `out_shape = (2, 2, 1, 2)`. Then image 0 of `out` is `[[1, 2]], [[15, 25]]` and image 1 is
# `[[3, 4]], [[35, 45]]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Write the shape behind every line as a comment. Which axes does the product have, and in which order?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Which reshape splits the columns into the three axes that they were made of, without moving a number? Only
# then change the order of axes. The bias has to be a column, so that NumPy stretches it across.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# Three lines: the product of `w.reshape(K, -1)` and `cols`, plus `b.reshape(K, 1)`; a reshape to four axes,
# of which `K` is the first; a `.transpose` of these four.
#
# </details>


# %% answer="matmul_forward"
def matmul_forward(cols, w, b, out_shape):
    """Return the convolution from its columns, (N, K, OH, OW) = out_shape.

    cols: (C * FH * FW, N * OH * OW). w: (K, C, FH, FW). b: (K,).
    """
    ### BEGIN SOLUTION
    N, K, OH, OW = out_shape
    product = w.reshape(K, -1) @ cols + b.reshape(K, 1)  # (K, N * OH * OW)
    # the columns are in the order n, i, j, so N comes off the second axis
    return product.reshape(K, N, OH, OW).transpose(1, 0, 2, 3)
    ### END SOLUTION


# %%
example_cols, example_w = np.array([[1.0, 2, 3, 4]]), np.array([1.0, 10]).reshape(2, 1, 1, 1)
print(matmul_forward(example_cols, example_w, np.array([0.0, 5]), (2, 2, 1, 2)).tolist())

# %% test="shape"
check("matmul_forward", matmul_forward, "shape")

# %% test="one image"
check("matmul_forward", matmul_forward, "one image")

# %% test="several images"
check("matmul_forward", matmul_forward, "several images")

# %% test="edge cases"
check("matmul_forward", matmul_forward, "edge cases")

# %% [markdown]
# ## Backward, in two products
#
# Write one number of the product down, with $r$ for a row of `cols` and $m$ for a column:
#
# $$\mathrm{out}[k, m] = \sum_{r} \mathrm{w}[k, r]\; \mathrm{cols}[r, m] + b[k]$$
#
# Who depends on `cols[r, m]`? The numbers `out[k, m]`, one for each filter, and each of them changes
# `w[k, r]` times as much. So its gradient collects over the filters:
#
# $$\mathrm{dcols}[r, m] = \sum_{k} \mathrm{w}[k, r]\; \mathrm{dout}[k, m]$$
#
# And who depends on `w[k, r]`? The numbers `out[k, m]`, one for each window:
#
# $$\mathrm{dw}[k, r] = \sum_{m} \mathrm{dout}[k, m]\; \mathrm{cols}[r, m]$$
#
# Both sums are matrix products again. The bias `b[k]` is added in every window, so `db[k]` is the sum of
# `dout[k, m]` over all of them.
#
# You need not remember which matrix to transpose: the shapes leave no choice. `dw` must be `(K, R)`; out
# of `dout`, `(K, M)`, and `cols`, `(R, M)`, there is only one product of that shape.

# %%
# two filters, three rows of cols, four columns: K = 2, R = 3, M = 4
any_w, any_cols, any_dout = rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), rng.normal(size=(2, 4))
print("w_row", any_w.shape, " cols", any_cols.shape, " dout", any_dout.shape)
print("the sum over k has the shape", np.einsum("kr,km->rm", any_w, any_dout).shape, "of cols")
print("the sum over m has the shape", np.einsum("km,rm->kr", any_dout, any_cols).shape, "of w_row")

# %% [markdown]
# ### Exercise 4: backward
#
# *Easy, about 9 minutes, about 6 lines, 7 points.*
#
# Write `matmul_backward`:
#
# - `dout` has the shape `(N, K, OH, OW)`; `cols` and `w` are those of the forward pass.
# - Return `dcols`, `dw`, `db` in the shapes of `cols`, `w` and `b`.
#
# An example: one image, one window, `cols = [[1], [2]]`, two filters with the weights `[3, 4]` and
# `[5, 6]`, and `dout` is 10 for the first filter and 1 for the second. Then `dcols = [[35], [46]]`, `dw`
# has the weights `[10, 20]` and `[1, 2]`, and `db = [10, 1]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Undo the last step of the forward pass first: bring `dout` into the shape of the product,
# `(K, N * OH * OW)`. What undoes a transpose and a reshape?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Call that matrix `dout_row`. Then `dcols` and `dw` are one product each; choose the order and the `.T`
# by the shapes. `dw` is a matrix then, and must get the shape of `w`.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# Swapping the first two axes twice changes nothing, so the transpose of the forward pass undoes itself; then
# a reshape to `K` rows. For `dw` and `dcols` write the shapes of `dout_row`, `cols` and `w_row` down, and see
# which two have what the sum runs over. `db` sums every row of `dout_row`.
#
# </details>


# %% answer="matmul_backward"
def matmul_backward(dout, cols, w):
    """Return dcols, dw, db, the gradients of matmul_forward, in the shapes of cols, w, b.

    dout: (N, K, OH, OW). cols: (C * FH * FW, N * OH * OW). w: (K, C, FH, FW).
    """
    ### BEGIN SOLUTION
    K = w.shape[0]
    # the same order as the columns: K first, then n, i, j
    dout_row = dout.transpose(1, 0, 2, 3).reshape(K, -1)  # (K, N * OH * OW)
    dcols = w.reshape(K, -1).T @ dout_row  # (R, K) @ (K, M) -> (R, M)
    dw = (dout_row @ cols.T).reshape(w.shape)  # (K, M) @ (M, R) -> (K, R)
    db = dout_row.sum(axis=1)
    return dcols, dw, db
    ### END SOLUTION


# %%
one_window, two_filters = np.array([[1.0], [2]]), np.array([3.0, 4, 5, 6]).reshape(2, 1, 1, 2)
dcols, dw, db = matmul_backward(np.array([10.0, 1]).reshape(1, 2, 1, 1), one_window, two_filters)
print("dcols:", dcols.tolist(), " dw:", dw.tolist(), " db:", db.tolist())

# %% [markdown]
# Ask the *forward* pass whether they are right, as in notebook 03: along a random direction,
# `sum(out * dout)` must change as your gradient predicts.

# %%
from cs_conv.gradcheck import directional

some_cols, some_w, some_b = rng.normal(size=(8, 18)), rng.normal(size=(4, 2, 2, 2)), rng.normal(size=4)
dout = rng.normal(size=(3, 4, 2, 3))
dcols, dw, db = matmul_backward(dout, some_cols, some_w)

forward = {
    "dcols": (lambda a: matmul_forward(a, some_w, some_b, dout.shape), some_cols, dcols),
    "dw": (lambda a: matmul_forward(some_cols, a, some_b, dout.shape), some_w, dw),
    "db": (lambda a: matmul_forward(some_cols, some_w, a, dout.shape), some_b, db),
}
for name, (f, at, gradient) in forward.items():
    ((change, predicted),) = directional(f, at, gradient, dout, rng, h=1, draws=1)
    print(f"{name:6} forward says {change:14.8f}   yours predicts {predicted:14.8f}")

# %% test="db"
check("matmul_backward", matmul_backward, "db")

# %% test="dw"
check("matmul_backward", matmul_backward, "dw")

# %% test="dcols"
check("matmul_backward", matmul_backward, "dcols")

# %% test="several images"
check("matmul_backward", matmul_backward, "several images")

# %% test="edge cases"
check("matmul_backward", matmul_backward, "edge cases")

# %% [markdown]
# ## The pieces together
#
# Your four functions are the whole layer. Only the sizes have to be passed along.


# %%
def conv_forward(x, w, b, stride=1, pad=0):
    """Return the convolution of x (N, C, H, W) with w (K, C, FH, FW), and the columns for the way back."""
    N, _, H, W = x.shape
    K, _, FH, FW = w.shape
    OH, OW = (H - FH + 2 * pad) // stride + 1, (W - FW + 2 * pad) // stride + 1
    cols = im2col(x, (FH, FW), stride, pad)
    return matmul_forward(cols, w, b, (N, K, OH, OW)), cols


def conv_backward(dout, cols, x_shape, w, stride=1, pad=0):
    """Return dx, dw, db."""
    dcols, dw, db = matmul_backward(dout, cols, w)
    return col2im(dcols, x_shape, w.shape[2:], stride, pad), dw, db


# %% [markdown]
# First: is it right? Element by element against the numeric gradient, with stride 2, padding and a
# rectangular filter.

# %%
from cs_conv.gradcheck import numeric_gradient, relative_error

images, filters, biases = rng.normal(size=(2, 3, 5, 5)), rng.normal(size=(4, 3, 3, 5)), rng.normal(size=4)
how = {"stride": 2, "pad": 1}
out, kept = conv_forward(images, filters, biases, **how)
dout = rng.normal(size=out.shape)
dx, dw, db = conv_backward(dout, kept, images.shape, filters, **how)

for name, gradient, at, f in [
    ("dx", dx, images, lambda a: conv_forward(a, filters, biases, **how)[0]),
    ("dw", dw, filters, lambda a: conv_forward(images, a, biases, **how)[0]),
    ("db", db, biases, lambda a: conv_forward(images, filters, a, **how)[0]),
]:
    print(f"{name}: relative error {relative_error(gradient, numeric_gradient(f, at, dout, h=1)):.1e}")

# %% [markdown]
# Below 1e-9 is rounding. Then: what has it brought? The same layer with four loops, and with your
# columns. Nothing here is graded, and your numbers will differ from your neighbour's.

# %%
from time import perf_counter

from cs_conv import naive


def seconds(function, enough=0.2):
    """The shortest of many runs: what else the computer does only ever adds time."""
    times = []
    while sum(times) < enough:
        start = perf_counter()
        function()
        times.append(perf_counter() - start)
    return min(times)


big_x, big_w, big_b = rng.normal(size=(2, 8, 18, 18)), rng.normal(size=(32, 8, 3, 3)), np.zeros(32)
big_cols = im2col(big_x, (3, 3))

loops = seconds(lambda: naive.conv_forward(big_x, big_w, big_b))
rearranging = seconds(lambda: im2col(big_x, (3, 3)))
multiplying = seconds(lambda: matmul_forward(big_cols, big_w, big_b, (2, 32, 16, 16)))
print(f"four loops: {1000 * loops:.1f} ms")
print(f"im2col:     {1000 * rearranging:.1f} ms")
print(f"product:    {1000 * multiplying:.1f} ms")
print(f"the columns are {loops / (rearranging + multiplying):.0f} times as fast as the loops")

# %% [markdown]
# The product is one call of a tuned library. `im2col`, if you wrote it with loops, still runs in Python: once
# for every window, and no longer once for every window and filter. Notebook 07, *Speed*, takes those loops
# away too.
#
# ## Pooling through columns
#
# Max pooling also works on windows, so it can use the same columns: the maximum of a window is a maximum
# *down a column*.
#
# But there is one difference. A filter reaches through all channels; pooling treats each channel by
# itself. A column holds the windows of all channels below each other, so you have to cut it into its
# channels first:

# %%
show_columns(two, size=(2, 2), columns=[], labels=True, channels=True)

# %% [markdown]
# *In words: the two images of two channels again, and their matrix of 8 rows and 4 columns, with a frame
# for each channel. Rows 0 to 3 belong to channel 0, rows 4 to 7 to channel 1.*
#
# So the rows are `C` blocks, and each block has `FH * FW` rows.
#
# A second result says *where* the maximum stood, for the way back: the **switches**. A switch is the flat
# index inside the window, `fh * FW + fw`, so it counts from 0 to `FH * FW - 1`. Where the largest value
# stands more than once, the first counts.
#
# ### Exercise 5: pooling
#
# *Medium, about 12 minutes, about 7 lines, 7 points.*
#
# Write `max_pool_im2col`, without a loop over windows; use your `im2col`.
#
# - `x` has the shape `(N, C, H, W)`; `size` is `(FH, FW)`; `stride` is one number; there is no padding.
# - Return `out` and `switches`, both of the shape `(N, C, OH, OW)`.
#
# Where the windows do not fit, raise a `ValueError` (not graded; your `im2col` may do it). Do not change `x`.
#
# An example: the image `[[1, 7, 2, 2], [3, 4, 0, 2]]` with `size=(2, 2)` and `stride=2` gives
# `out = [[7, 2]]` and `switches = [[1, 0]]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `cols` has the axes `(C * FH * FW, N * OH * OW)`. Which reshape gives the channels an axis of their own,
# and over which axis is the maximum then?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# In the picture, each frame is one channel. Give the frames an axis of their own, in front of the rows inside
# them. `np.argmax` along an axis takes the first of equal values. What is left has the axes `C` and
# `N * OH * OW`: that needs the same care as the product in exercise 3.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# A reshape of the columns to three axes, `C` of them first; then `.max` and `.argmax` along the axis of the
# window. Both results are treated like the product of exercise 3, with `C` in the place of `K`.
#
# </details>


# %% answer="max_pool_im2col"
def max_pool_im2col(x, size, stride):
    """Return the maximum of every window and its flat index there: out, switches, both (N, C, OH, OW).

    x: (N, C, H, W). size: (FH, FW). Raises ValueError where the windows do not fit.
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    FH, FW = size
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    # each channel by itself: the pixels of a window along axis 1
    taps = im2col(x, size, stride).reshape(C, FH * FW, N * OH * OW)
    out = taps.max(axis=1).reshape(C, N, OH, OW).transpose(1, 0, 2, 3)
    switches = taps.argmax(axis=1).reshape(C, N, OH, OW).transpose(1, 0, 2, 3)
    return out, switches
    ### END SOLUTION


# %%
out, switches = max_pool_im2col(np.array([[[[1.0, 7, 2, 2], [3, 4, 0, 2]]]]), (2, 2), 2)
print("out:", out.tolist(), " switches:", switches.tolist())

# %% test="maxima"
check("max_pool_im2col", max_pool_im2col, "maxima")

# %% test="switches"
check("max_pool_im2col", max_pool_im2col, "switches")

# %% test="overlap and rectangles"
check("max_pool_im2col", max_pool_im2col, "overlap and rectangles")

# %% test="edge cases"
check("max_pool_im2col", max_pool_im2col, "edge cases")

# %% [markdown]
# ## A column and a row of a photograph
#
# A photograph, made small: 24x32 pixels. Its 8x8 windows at stride 4 make a matrix of 64 rows and 35 columns.
# One column is one window. But what is one *row*?

# %%
from cs_conv.data import photograph
from cs_conv.pictures.columns import show_scan

column, row, scan_stride = 17, 27, 4  # change them, and run the cell again

small = photograph()[4:196].reshape(24, 8, 32, 8).mean(axis=(1, 3))  # (24, 32)
scanned = im2col(small[None, None], (8, 8), scan_stride)
print("cols:", scanned.shape, f"{scanned.size / small.size:.1f} times the pixels of the image")
show_scan(small, (8, 8), scan_stride, column, row)

# %% [markdown]
# *In words: the photograph in dim grey, with one window framed in orange and lit up, and a grid of blue dots.
# Beside it the matrix of its windows, dim too, with one column framed and lit up and one row framed.*
#
# A row reads *one place of all windows*: a grid of pixels (blue), as far apart as the stride. Row and column
# cross in one entry of the matrix, which is one pixel (black). Notebook 07 fills the matrix row by row.
#
# ## What you know now
#
# - Every window can be a column, and then a convolution is one matrix product.
# - The order of rows and columns is a promise between `im2col`, the filters and `col2im`.
# - `col2im` adds, because a copied pixel collects the gradients of all its copies. It is the adjoint of
#   `im2col`, and one identity with random numbers tests that.
# - A reshape never moves a number past another; a transpose does.
# - The price is memory: about 7 times the image for AlexNet's first layer, 9 times for a 3x3 layer.
#
# ## Do you remember?
#
# Think first, then open. All of it is from earlier notebooks.
#
# <details><summary>1. The switch of a 3x3 window is 5. In which row and column of the window stood the
# maximum?</summary>
#
# Row 1, column 2: one whole row of three fits into 5, and 2 is left over.
#
# </details>
#
# <details><summary>2. How large is the output for 32x32 pixels, 5x5 filters, stride 1 and pad 2? And without
# padding?</summary>
#
# 32x32, and 28x28: `(32 - 5 + 2 * 2) / 1 + 1`, and `(32 - 5) / 1 + 1`.
#
# </details>
#
# <details><summary>3. Why may a numeric gradient of a convolution take a step of 1?</summary>
#
# A convolution is linear in the image, in the weights and in the bias. On a straight line a large step makes
# no error, and a small one loses digits.
#
# </details>
#
# **Where to go next.** Notebook 07, *Speed*, makes `im2col` without loops and measures what each step costs.
# `cs_conv/im2col.py` shows one way; read it now, you know all its parts.
