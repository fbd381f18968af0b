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
# # Speed: where the time goes
#
# Afterwards you can make a layer hundreds of times as fast, forward and backward, and say *why*: where the
# time went, and which limit of the machine is left. It takes about 75 minutes.
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `conv_work` | counts what a layer has to compute and to move | easy | 5 | 4 | 4 |
# | `conv_slices` | loops over the filter, not over the image | medium | 15 | 14 | 8 |
# | `fast_conv_forward` | one matrix product | medium | 10 | 15 | 10 |
# | `fast_conv_backward` | two matrix products, and slices that go back | medium | 15 | 18 | 10 |
# | `fast_max_pool` | pooling without a loop over windows | medium | 10 | 13 | 8 |
#
# All times are measured here and now, on this computer: yours differ from your neighbour's. NumPy is held
# to one core, so that a comparison means something.

# %% locked="setup"
import math
import os
import sys

if "numpy" in sys.modules and os.environ.get("OPENBLAS_NUM_THREADS") != "1":
    print("NumPy runs already, so it may use several cores. Restart the kernel, and run this cell first.")
for library in ("OPENBLAS", "OMP", "MKL"):  # before NumPy is imported
    os.environ[f"{library}_NUM_THREADS"] = "1"

import numpy as np

from autograder import check, predict

# %% [markdown]
# ## How far is it to the limit?
#
# Take a layer of an ordinary size: two images of 16x32x32, and 32 filters of 3x3. First the time that the
# loops of notebook 02 need for it, then the time for nothing but its multiplications, done as one matrix
# product.

# %%
from time import perf_counter

from cs_conv import naive
from cs_conv.pictures.roofline import show_bars, show_curves, show_roofline


def seconds(function, *args, enough=0.05):
    """The shortest run within `enough` seconds, at least one: what else runs here only ever adds time."""
    best, spent = np.inf, 0.0
    while spent < enough:
        start = perf_counter()
        function(*args)
        took = perf_counter() - start
        best, spent = min(best, took), spent + took
    return best


rng = np.random.default_rng(7)
x = rng.standard_normal((2, 16, 34, 34), np.float32)  # 32x32, and one row of padding on each side
w = rng.standard_normal((32, 16, 3, 3), np.float32)
b = rng.standard_normal(32, np.float32)

some_filters = rng.standard_normal((32, 16 * 3 * 3), np.float32)
some_columns = rng.standard_normal((16 * 3 * 3, 2 * 32 * 32), np.float32)

loops_seconds = seconds(naive.conv_forward, x, w, b)
product_seconds = seconds(np.matmul, some_filters, some_columns)

# %% [markdown]
# The loops and the product do the same multiplications. How many digits has the factor between their times? (20
# has two, 300 has three.)

# %%
predict(
    "len(str(int(loops_seconds / product_seconds)))",
    ...,
    hint="Think of the line that runs for each output.",
)

# %%
show_bars(
    {"the loops": 1e3 * loops_seconds, "the product alone": 1e3 * product_seconds}, "milliseconds", log=True
)
print(f"The loops take {loops_seconds / product_seconds:,.0f} times as long.")

# %% [markdown]
# *In words: two bars on a logarithmic scale, that of the loops and, far shorter, that of the product alone.*
#
# So the loops spend nearly all of their time on something else. On what?
#
# ## The price of a call
#
# A call of NumPy has two costs: a fixed **overhead**, to find out what is asked, and a price **for each
# number**. Multiply two arrays of different lengths and look.

# %%
lengths = [1, 10, 100, 1_000, 10_000, 100_000]
arrays = {n: rng.standard_normal(n, np.float32) for n in lengths}
multiply = [1e6 * seconds(np.multiply, arrays[n], arrays[n], enough=0.02) for n in lengths]

# %% [markdown]
# How many times as long do 100 numbers take as 1? Round to a whole number.

# %%
predict("round(multiply[2] / multiply[0])", ..., hint="Much less than 100.")

# %%
show_curves(lengths, {"a * a": multiply}, "numbers in a", "microseconds")

# %% [markdown]
# *In words: a curve that is nearly flat from 1 to a few hundred numbers, and in the end rises in proportion to
# the numbers.*
#
# One number costs nearly as much as a hundred. A window of 16x3x3 has 144 of them: on the flat part. The four loops
# pay for each window and each filter: the overhead of a slice, of a product, of a sum, and of the Python
# between them, since the interpreter needs time for every line, too.

# %%
outputs = 2 * 32 * 32 * 32
print(f"{outputs:,} outputs, {1e6 * loops_seconds / outputs:.1f} microseconds each")
print(
    f"the multiplications of one output, in a large product: {1e9 * product_seconds / outputs:.0f} nanoseconds"
)

# %% [markdown]
# So nearly all of the time is overhead: the interpreter's and that of the calls. That is the first
# rule of speed in Python: **few calls on many numbers.** Count lines and calls, not multiplications.
#
# ## Two limits
#
# Without the overhead, how fast could these operations be? A machine has two limits:
#
# - it can **compute** so many numbers a second;
# - it can **move** so many bytes a second between its memory and its processor.
#
# Measure both. A matrix product of a good size does little but compute, and a large copy does nothing but
# move.

# %%
squares = {n: rng.standard_normal((n, n), np.float32) for n in (256, 384, 512, 768)}
large = np.ones(2**24, np.float32)  # 64 MiB: more than the caches hold
other = np.ones_like(large)

# n * n numbers, each the sum of n products: a multiplication and an addition for each. The best size counts.
peak = max(2 * n**3 / seconds(np.matmul, a, a, enough=0.1) for n, a in squares.items())
bandwidth = 2 * large.nbytes / seconds(np.copyto, other, large, enough=0.2)  # each byte is read and written
print(f"computing: {peak / 1e9:.0f} Gflop/s, that is {peak / 1e9:.0f} billion operations a second")
print(f"moving: {bandwidth / 1e9:.1f} GB/s")

# %% [markdown]
# Which of the two limits a layer meets depends on how much it computes *for each byte* that it moves. That is
# its **arithmetic intensity**. So count both.
#
# ### Exercise 1: the work of a layer
#
# *Easy, about 5 minutes, about 4 lines, 4 points.*
#
# Write `conv_work`, which returns two numbers for a convolution:
#
# - `flops`: its operations. Each output is a sum of products; count a multiplication and an addition for
#   each weight. (The bias is left out: it hardly counts.)
# - `moved`: the bytes that have to be moved **at least**: `x` and `w` are read once and `out` is written
#   once; each number takes `itemsize` bytes. (Again without the bias.)
#
# The shapes are `(N, C, H, W)`, `(K, C, FH, FW)` and `(N, K, OH, OW)`.
#
# An example: one image of 1x3x3, one filter of 2x2, so four outputs. Then `flops` is 4 times 4 times 2,
# which is 32, and `moved` is 4 times (9 + 4 + 4) bytes, which is 68.
#
# <details><summary>Hint 1: a nudge</summary>
#
# How many outputs are there? How many weights does one output use?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# All outputs: the product of the four numbers in `out_shape`. One output uses one filter, which has
# `C * FH * FW` weights.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# `math.prod(shape)` multiplies the numbers of a shape (`math` is imported already). `flops` is 2 times the
# outputs times the weights of one filter; `moved` is `itemsize` times the sum of three such products.
#
# </details>


# %% answer="conv_work"
def conv_work(x_shape, w_shape, out_shape, itemsize=4):
    """Return flops and moved: the operations of a convolution, and the bytes it moves at least.

    x_shape: (N, C, H, W). w_shape: (K, C, FH, FW). out_shape: (N, K, OH, OW). itemsize: bytes a number.
    """
    ### BEGIN SOLUTION
    K, C, FH, FW = w_shape
    # each output is a sum of C * FH * FW products: a product and an addition each
    flops = 2 * math.prod(out_shape) * C * FH * FW
    # at least once each: read x and w, write out
    moved = itemsize * (math.prod(x_shape) + math.prod(w_shape) + math.prod(out_shape))
    return flops, moved
    ### END SOLUTION


# %%
print(conv_work((1, 1, 3, 3), (1, 1, 2, 2), (1, 1, 2, 2)))

# %% test="flops"
check("conv_work", conv_work, "flops")

# %% test="bytes"
check("conv_work", conv_work, "bytes")

# %% [markdown]
# ## The roofline
#
# Now one picture holds all of it. To the right: more operations for each byte. Up: more operations a
# second. The black line is the limit, and it has two parts. On the left moving is what stops you: what lies
# there is **memory-bound**. On the right computing stops you: **compute-bound**. It looks like a roof, so it
# is called a **roofline**.

# %%
flops, moved = conv_work(x.shape, w.shape, (2, 32, 32, 32))
steps = {"loops": (flops, moved, loops_seconds)}
show_roofline(steps, peak, bandwidth)
print(f"{flops / 1e6:.1f} million operations, {moved / 1e3:.0f} kB: {flops / moved:.0f} operations a byte")
print(f"The roof of this machine bends at {peak / bandwidth:.0f} operations a byte.")

# %% [markdown]
# *In words: a line that rises from the left and then runs level, the limit of this machine. One point, the
# loops, lies far below it.*
#
# The layer does some 44 operations for each byte. On most machines that is to the right of the bend:
# **computing** should be what limits it. The loops are far from either limit: what they wait for is Python.
#
# ## Step 1: all filters at once
#
# The innermost loop to take away is the one over filters. A window, laid out as a vector, times all filters
# as rows of a matrix: that is one call for `K` outputs.


# %%
def conv_windows(x, w, b):
    """Three loops: each window times all filters. Stride 1, x padded already."""
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    out = np.empty((N, K, H - FH + 1, W - FW + 1), x.dtype)
    w_row = w.reshape(K, -1)
    for n in range(N):
        for i in range(out.shape[2]):
            for j in range(out.shape[3]):
                out[n, :, i, j] = w_row @ x[n, :, i : i + FH, j : j + FW].ravel() + b
    return out


steps["all filters at once"] = (flops, moved, seconds(conv_windows, x, w, b))
show_roofline(steps, peak, bandwidth)
print(f"{loops_seconds / steps['all filters at once'][2]:.0f} times as fast as the loops")

# %% [markdown]
# *In words: a second point straight above the first, tens of times as high, still far below the roof.*
#
# `K` is 32: a window now costs one call where it cost 32, and the call is a cheaper one, a product and no sum
# after it. But Python still visits every place of every image. Large images have many places. What is there
# *few* of?
#
# ## Step 2: turn the loops inside out
#
# A filter of 3x3 has nine places, however large the image is. Look at one of them, say row `p = 0`, column
# `q = 1`: which pixels does this one weight meet, while the filter slides over the image?

# %%
from cs_conv.pictures.grid import show_grids

image = np.arange(1.0, 31).reshape(5, 6)
met = np.full((5, 6), np.nan)
met[0:3, 1:5] = image[0:3, 1:5]
spread = np.full((5, 6), np.nan)
spread[0:3:2, 1:5:2] = image[0:3:2, 1:5:2]
show_grids(
    [image, met, spread], ["the image", "p = 0, q = 1, stride 1", "the same, stride 2"], limit=30, cell=0.4
)

# %% [markdown]
# *In words: an image of 5x6 pixels, numbered 1 to 30. For a 3x3 filter at stride 1, the weight in row 0 and
# column 1 meets a block of 3x4 pixels, from 2 to 17. At stride 2 it meets four pixels of it: 2, 4, 14, 16.*
#
# It is a **slice** of the image, of the size of the output: it begins at `(p, q)`, and has the stride as its
# step. So:
#
# > for each place `(p, q)` of the filter: the slice that it meets, times the weights `w[:, :, p, q]`, is
# > added to all of `out`.
#
# Nine steps, each on many numbers. Within a step the channels are summed, for each filter:
# `out[n, k, i, j]` gets the sum over `c` of `piece[n, c, i, j] * w[k, c, p, q]`.
#
# ### Exercise 2: loop over the filter
#
# *Medium, about 15 minutes, about 14 lines, 8 points.*
#
# Write `conv_slices`:
#
# - `x` has the shape `(N, C, H, W)`, `w` `(K, C, FH, FW)`, `b` `(K,)`; return `out`, `(N, K, OH, OW)`.
# - Put `pad` zeros on each side, as in notebook 02. Where the windows do not fit, raise a `ValueError`
#   (not graded).
# - No loop goes over places of the image or the output. Two loops are enough: over the `FH` rows and the `FW`
#   columns of the filter.
#
# The last check counts the **lines that Python runs** for small images and larger ones: the number must not
# grow with the places of the output. Then it has your function race against the four loops: 40 times as
# fast is asked (for one image of 3x50x50 and 8 filters of 3x3), and some hundred times is usual.
#
# An example: `x = [[1, 2, 3]]` (one image, one channel, one row), the filter `[[10, 1]]` and `b = [0]` give
# `out = [[12, 23]]`: the slice `1 2` times 10, plus the slice `2 3` times 1.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Write the slice first, for stride 1: which rows does the weight in row `p` meet, if there are `OH`
# windows? Then print its shape: it must be `(N, C, OH, OW)` for every `p` and `q`.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# With a stride, the rows are `p`, `p + stride`, and so on, `OH` of them: the slice
# `p : p + (OH - 1) * stride + 1 : stride`. For the sum over channels NumPy has several ways: `np.einsum`
# with the letters of the formula, `np.tensordot`, or `@` on matrices.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# Start with `out = np.zeros((N, K, OH, OW), x.dtype)`. The letters of the formula in the section above are
# those of `np.einsum`: `ncij` and `kc` go in, `nkij` comes out. (Give it `optimize=True`: only then does it
# use the fast matrix product where it can.) In the end add `b`, brought into the shape `(K, 1, 1)` so that it
# lines up with the filters.
#
# </details>


# %% answer="conv_slices"
def conv_slices(x, w, b, stride=1, pad=0):
    """Return the convolution of x (N, C, H, W) with w (K, C, FH, FW) and b (K,): out (N, K, OH, OW).

    Loops over the places of the filter only. Raises ValueError where the windows do not fit.
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    if (H - FH + 2 * pad) % stride or (W - FW + 2 * pad) % stride:
        raise ValueError(f"a {FH}x{FW} filter at stride {stride} does not fit {H}x{W} pixels with pad {pad}")
    OH, OW = (H - FH + 2 * pad) // stride + 1, (W - FW + 2 * pad) // stride + 1
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, K, OH, OW), x.dtype)
    for p in range(FH):
        for q in range(FW):
            # the pixels that this one weight meets, for all outputs at once
            rows = slice(p, p + (OH - 1) * stride + 1, stride)
            columns = slice(q, q + (OW - 1) * stride + 1, stride)
            piece = padded[:, :, rows, columns]
            out += np.einsum("ncij,kc->nkij", piece, w[:, :, p, q], optimize=True)
    return out + b.reshape(K, 1, 1)
    ### END SOLUTION


# %%
row, two_weights = np.array([[[[1.0, 2, 3]]]]), np.array([[[[10.0, 1]]]])
print(conv_slices(row, two_weights, np.zeros(1)))

# %% test="values"
check("conv_slices", conv_slices, "values")

# %% test="stride and padding"
check("conv_slices", conv_slices, "stride and padding")

# %% test="rectangles and edge cases"
check("conv_slices", conv_slices, "rectangles and edge cases")

# %% test="no loop over places"
check("conv_slices", conv_slices, "no loop over places")

# %% [markdown]
# What did it bring? Count the lines yourself, as the check does, and draw the new point.


# %%
def lines_run(function, *args):
    """Count the lines of Python that a call runs, in all functions that it calls."""
    count = 0

    def tracer(frame, event, argument):
        nonlocal count
        count += event == "line"
        return tracer

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        function(*args)
    finally:
        sys.settrace(before)
    return count


print("side    loops  all filters   slices")
for side in (4, 8, 16):
    part = x[:, :, :side, :side]
    counts = [lines_run(f, part, w, b) for f in (naive.conv_forward, conv_windows, conv_slices)]
    print(f"{side:4} {counts[0]:8,} {counts[1]:12,} {counts[2]:8,}")

steps["slices"] = (flops, moved, seconds(conv_slices, x, w, b))
show_roofline(steps, peak, bandwidth)

# %% [markdown]
# *In words: a table in which the lines of the loops, and of all filters at once, grow with the square of the
# image's side, and those of the slices do not grow at all. Then the roofline with a third point.*
#
# The number of lines is now the same for an image of any size, so the larger the image, the less Python
# counts. (If your point lies below the second all the same, look for an `np.einsum` without `optimize=True`: it
# multiplies number by number, and the matrix product is never called.)
#
# (Lines of Python inside NumPy are counted, too. If you use `np.einsum` with `optimize=True`, they are
# most of the lines: it plans its product in Python, each time anew. That is an overhead, too, and the smallest
# images still feel it.)
#
# There is room up to the roof. What now?
#
# ## Views and copies
#
# What NumPy does inside its calls is reading and writing memory. So look at what lies where.
#
# An array is a block of memory and its **strides**: how many bytes it is to the next image, channel, row,
# column. A slice is a **view**: the same memory with other strides. It costs nothing and moves nothing. A
# **copy** moves every number.

# %%
piece = x[:, :, 0:32:2, 1:33:2]
print("x:    ", x.shape, "strides in bytes", x.strides, "contiguous:", x.flags.c_contiguous)
print("piece:", piece.shape, "strides in bytes", piece.strides, "contiguous:", piece.flags.c_contiguous)
print("a view, the same memory:", np.shares_memory(piece, x))
print("making the view: ", f"{1e6 * seconds(lambda: x[:, :, 0:32:2, 1:33:2], enough=0.02):.1f} microseconds")
print("copying it:      ", f"{1e6 * seconds(piece.copy, enough=0.02):.1f} microseconds")

# %% [markdown]
# A view is free to make, but not free to *read*: numbers that lie far apart are read slowly, because memory
# comes in lines of 64 bytes (16 numbers of float32), whether you need them all or not. Copy four million
# numbers that lie in three ways:

# %%
side_by_side = large[: 2**22]
ways = {
    "next to each other": side_by_side,
    "in float64": side_by_side.astype(np.float64),
    "every 16th": np.ones(2**26, np.float32)[::16],  # of a larger array
}
targets = {name: np.ones(a.shape, a.dtype) for name, a in ways.items()}
show_bars({name: 1e3 * seconds(np.copyto, targets[name], a) for name, a in ways.items()}, "milliseconds")
del ways, targets  # 300 MiB

# %% [markdown]
# *In words: three bars. Numbers next to each other are copied fastest, those of float64 take about twice as
# long, every 16th number of a larger array takes many times as long.*
#
# float64 has twice the bytes. It creeps in unseen: `np.zeros(shape)` makes float64, and one such array turns
# all that it meets into float64.

# %%
print("float32 + np.zeros(...)          ->", (x[0, 0] + np.zeros((34, 34))).dtype)
print("float32 + np.zeros(..., x.dtype) ->", (x[0, 0] + np.zeros((34, 34), x.dtype)).dtype)
for dtype in (np.float32, np.float64):
    half = [a.astype(dtype) for a in (some_filters, some_columns)]
    print(f"the product in {np.dtype(dtype)}: {1e3 * seconds(np.matmul, *half):.2f} ms")

# %% [markdown]
# One more habit: a `transpose` only renames strides, and moves nothing. But a `reshape` after it usually has
# to *copy*, and says nothing. So choose the order of axes such that you need none.

# %% [markdown]
# ## Step 3: one matrix product
#
# Back to the slices. In each of the nine steps, all of `out` is read and written: nine times through
# memory, and each time with only `C` products to add. That is a lot of moving for little computing.
#
# The matrix product adds all `C * FH * FW` products of an output before it writes it, and it is the call
# that has been tuned most of all. So collect the nine slices first, and multiply **once**. You know the
# matrix from notebook 06: `cols`. There you filled it window by window. Now fill it *slice by slice*:

# %%
show_grids(
    [
        image[0:4, 0:5],
        image[1:5, 1:6],
        np.array([image[p : p + 4, q : q + 5].ravel() for p in (0, 1) for q in (0, 1)]),
    ],
    ["the slice of p = 0, q = 0", "of p = 1, q = 1", "cols for a 2x2 filter: a slice a row"],
    limit=30,
    cell=0.33,
)

# %% [markdown]
# *In words: two slices of 4x5 pixels of the image above, and the matrix of four rows and 20 columns for a
# 2x2 filter. Its first row is the first slice, read row by row, and its last row the second.*
#
# A row of `cols` is a slice, and a column is a window: the same matrix, read the other way. Nine copies
# instead of thousands.
#
# ### Exercise 3: the fast forward pass
#
# *Medium, about 10 minutes, about 15 lines, 10 points.*
#
# Write `fast_conv_forward`, with the arguments of `conv_slices`. Half of the points are for speed: 100
# times as fast as the four loops is asked (for one image of 4x38x38 and 24 filters of 3x3). An answer with
# one matrix product is several hundred times as fast, so you need no luck.
#
# The race: our loops and your function take turns, on new numbers each time; of each, the middle one of all
# times counts. Your results are looked at, too.
#
# An example: `x` of ones, 1x1x3x3, a filter of ones of 2x2 and `b = [1]` give 2x2 outputs, each 5.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Make room for all columns at once, with an axis for everything: `C`, `FH`, `FW`, and `N`, `OH`, `OW`. In
# which order, so that one reshape makes a matrix with the filters' order `c, fh, fw` down its columns?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Of the order in hint 1, images first: `(N, C, FH, FW, OH, OW)`. Then each place of the filter fills
# `cols[:, :, p, q]` with its slice, and a reshape to three axes makes a matrix for each image. What does `@`
# do with a matrix and a stack of matrices?
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# `w.reshape(K, -1)` times the stack has the shape `(N, K, OH * OW)`: add the bias in the shape `(K, 1)`, then
# reshape to `(N, K, OH, OW)`. With this order no transpose is needed.
#
# </details>


# %% answer="fast_conv_forward"
def fast_conv_forward(x, w, b, stride=1, pad=0):
    """Return the convolution of x (N, C, H, W) with w (K, C, FH, FW) and b (K,): out (N, K, OH, OW).

    Raises ValueError where the windows do not fit.
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    if (H - FH + 2 * pad) % stride or (W - FW + 2 * pad) % stride:
        raise ValueError(f"a {FH}x{FW} filter at stride {stride} does not fit {H}x{W} pixels with pad {pad}")
    OH, OW = (H - FH + 2 * pad) // stride + 1, (W - FW + 2 * pad) // stride + 1
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cols = np.empty((N, C, FH, FW, OH, OW), x.dtype)
    for p in range(FH):
        for q in range(FW):
            rows = slice(p, p + (OH - 1) * stride + 1, stride)
            columns = slice(q, q + (OW - 1) * stride + 1, stride)
            # FH * FW copies in place of OH * OW, each long and in one piece
            cols[:, :, p, q] = padded[:, :, rows, columns]
    out = w.reshape(K, -1) @ cols.reshape(N, C * FH * FW, OH * OW)  # (K, R) @ (N, R, M) -> (N, K, M)
    out += b.reshape(K, 1)
    return out.reshape(N, K, OH, OW)
    ### END SOLUTION


# %%
print(fast_conv_forward(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), np.ones(1)))

# %% test="values"
check("fast_conv_forward", fast_conv_forward, "values")

# %% test="stride and padding"
check("fast_conv_forward", fast_conv_forward, "stride and padding")

# %% test="rectangles and edge cases"
check("fast_conv_forward", fast_conv_forward, "rectangles and edge cases")

# %% test="speed"
check("fast_conv_forward", fast_conv_forward, "speed")

# %% [markdown]
# The climb, complete:

# %%
steps["one product"] = (flops, moved, seconds(fast_conv_forward, x, w, b))
show_roofline(steps, peak, bandwidth)
print(f"{loops_seconds / steps['one product'][2]:,.0f} times as fast as the loops")

# %% [markdown]
# *In words: four points above each other, with the loops far below the others.*
#
# What is left to the roof? Time your function's parts: filling the columns, and the product.

# %%
cols = np.empty((2, 16, 3, 3, 32, 32), np.float32)


def fill():
    for p in range(3):
        for q in range(3):
            cols[:, :, p, q] = x[:, :, p : p + 32, q : q + 32]


w_row, matrices = w.reshape(32, -1), cols.reshape(2, 144, 1024)
whole_seconds = steps["one product"][2]
fill_seconds, product_seconds = seconds(fill), seconds(np.matmul, w_row, matrices)
show_bars(
    {
        "the whole function": 1e3 * whole_seconds,
        "filling cols": 1e3 * fill_seconds,
        "the product": 1e3 * product_seconds,
    },
    "milliseconds",
)
print(f"{100 * product_seconds / whole_seconds:.0f}% of the time is the product,", end=" ")
print(f"{100 * fill_seconds / whole_seconds:.0f}% is filling the columns in float32.")
if (dtype := fast_conv_forward(x, w, b).dtype) != np.float32:
    print(f"Your function got float32 and returns {dtype}, which has twice the bytes: see above.")
print(f"The product alone runs at {100 * flops / product_seconds / peak:.0f}% of the limit.")

# %% [markdown]
# *In words: three bars: the whole function, the filling of the columns, and the product.*
#
# Now you can say where the time goes: into the product itself, into moving numbers to where it wants them, and
# into what is left of the whole. If that rest is large, look for copies of large arrays: padding makes one, and
# `+ b` and a `reshape` after a `transpose` make others. In float64 each has twice the bytes. Python hardly counts
# any more. The product is below the limit, too: a matrix of 32 rows uses each
# number that it fetches less often than a large square does. This product is the new limit of your layer. To
# be faster, move less around it, or find a way to need fewer multiplications.
#
# ## The way back
#
# The backward pass is the same climb. From notebook 06 you know its three steps, with the matrices of one
# image:
#
# - `dw` is a product with the columns: `dout_row @ cols.T`, summed over the images.
# - `dcols = w_row.T @ dout_row` is what every entry of the columns gets.
# - `dx` collects `dcols`, at the pixels that the entries were copied from: `col2im`.
#
# Forward, you filled the columns slice by slice. So now they go back slice by slice, nine times *adding*
# where you nine times copied. Slices of different places overlap. Let nine slices of ones go back, for a 3x3
# filter at stride 1 on the image of 5x6 pixels. How much does the pixel in row 1, column 2 collect?

# %%
collected = np.zeros((5, 6))
for p in range(3):
    for q in range(3):
        collected[p : p + 3, q : q + 4] += 1

predict("collected[1, 2]", ..., hint="In how many rows p, and how many columns q, does a slice hold it?")

# %%
stages = [np.zeros((5, 6)), np.zeros((5, 6))]
stages[0][0:3, 0:4] = 1
stages[1][0:3, 0:4] += 1
stages[1][0:3, 1:5] += 1
titles = ["the slice of p = 0, q = 0 is back", "then that of p = 0, q = 1", "all nine"]
show_grids([*stages, collected], titles, limit=9, cell=0.4, axes=("row", "column"))

# %% [markdown]
# *In words: three grids of 5x6 pixels. In the first the block of rows 0 to 2 and columns 0 to 3 holds ones.
# In the second the block one column further right has been added: the columns 1 to 3 hold twos. In the third,
# the corners hold 1, and the numbers grow to 9 in the middle of row 2.*
#
# ### Exercise 4: the fast backward pass
#
# *Medium, about 15 minutes, about 18 lines, 10 points.*
#
# Write `fast_conv_backward`:
#
# - `dout` has the shape `(N, K, OH, OW)`, `x` `(N, C, H, W)`, `w` `(K, C, FH, FW)`. The sizes fit.
# - Return `dx`, `dw`, `db`, in the shapes of `x`, `w` and the bias. Do not change the arguments.
# - 60 times as fast as the loops is asked (for one image of 4x30x30 and 24 filters of 3x3).
#
# An example: `x = [[1, 2, 3]]` (one image, one channel, one row), the filter `[[10, 1]]` and
# `dout = [[1, 2]]` give `dx = [[10, 21, 2]]`, `dw = [[5, 8]]` and `db = [3]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Copy your `fast_conv_forward`, and mark which lines make the columns. You need these again. For `dx`, which
# line of theirs has to be turned round?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Bring `dout` into the shape of your product, `(N, K, OH * OW)`: with your order of axes that is a reshape.
# Both products are `@` with stacks of matrices. `dcols` gets the six axes of `cols` back, and its slice for
# `(p, q)` belongs where the columns' slice came from, in an array of zeros as large as the padded images.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# `np.swapaxes` or `.transpose(0, 2, 1)` turns every matrix of a stack over. What `@` gives for `dw` is one
# matrix for each image: add them up. One pair of loops over `p` and `q` is enough, for filling the columns
# and for sending back. At the end cut the padding off, from row `pad` to row `pad + H`.
#
# </details>


# %% answer="fast_conv_backward"
def fast_conv_backward(dout, x, w, stride=1, pad=0):
    """Return dx, dw, db, the gradients of a convolution, in the shapes of x, w and the bias.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (K, C, FH, FW). The sizes fit.
    """
    ### BEGIN SOLUTION
    N, K, OH, OW = dout.shape
    _, C, H, W = x.shape
    FH, FW = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dout_row = dout.reshape(N, K, OH * OW)
    dcols = (w.reshape(K, -1).T @ dout_row).reshape(N, C, FH, FW, OH, OW)  # (R, K) @ (N, K, M) -> (N, R, M)
    cols, dpadded = np.empty_like(dcols), np.zeros_like(padded)
    for p in range(FH):
        for q in range(FW):
            rows = slice(p, p + (OH - 1) * stride + 1, stride)
            columns = slice(q, q + (OW - 1) * stride + 1, stride)
            cols[:, :, p, q] = padded[:, :, rows, columns]
            # the way back of the same slices: add what the copies bring
            dpadded[:, :, rows, columns] += dcols[:, :, p, q]
    matrices = cols.reshape(N, C * FH * FW, OH * OW).transpose(0, 2, 1)
    dw = (dout_row @ matrices).sum(axis=0).reshape(w.shape)  # (N, K, M) @ (N, M, R) -> (N, K, R)
    dx = dpadded[:, :, pad : pad + H, pad : pad + W]
    db = dout.sum(axis=(0, 2, 3))
    return dx, dw, db
    ### END SOLUTION


# %%
dx, dw, db = fast_conv_backward(np.array([[[[1.0, 2]]]]), row, two_weights)
print("yours:", dx.tolist(), dw.tolist(), db.tolist())
print("right:", [[[[10.0, 21.0, 2.0]]]], [[[[5.0, 8.0]]]], [3.0])

# %% test="db and dw"
check("fast_conv_backward", fast_conv_backward, "db and dw")

# %% test="dx"
check("fast_conv_backward", fast_conv_backward, "dx")

# %% test="stride and padding"
check("fast_conv_backward", fast_conv_backward, "stride and padding")

# %% test="rectangles and edge cases"
check("fast_conv_backward", fast_conv_backward, "rectangles and edge cases")

# %% test="speed"
check("fast_conv_backward", fast_conv_backward, "speed")

# %% [markdown]
# (In an array `dx[:, :, rows, columns] += ...` with *index arrays* in the place of slices adds only one of
# several values that meet at a pixel. `np.add.at` adds all of them, and is slower than nine slices.)
#
# How much work is the way back? Forward has one product, and backward has two of the same size.

# %%
dout = rng.standard_normal((2, 32, 32, 32), np.float32)
backward_seconds = seconds(fast_conv_backward, dout, x, w)
print(f"forward  {1e3 * whole_seconds:6.2f} ms, {flops / 1e6:5.1f} million operations")
print(f"backward {1e3 * backward_seconds:6.2f} ms, {2 * flops / 1e6:5.1f} million operations", end=", ")
print(f"{backward_seconds / whole_seconds:.1f} times as long")

# %% [markdown]
# A backward pass has twice the operations, and more than twice the moving. If yours takes ten times as long or
# more, look for `np.einsum` here, too. With products it goes like this: the columns are filled, as in forward. A
# product writes a second array of that size, `dcols`. At last nine steps *add* its parts to `dx`, and each of them
# reads and writes.
#
# ## How it grows
#
# The steps of the climb differ in how their time grows with the image. Take one image of 16 channels and let
# it grow.

# %%
sides = [8, 16, 32, 64]
growing = {
    "loops": naive.conv_forward,
    "all filters at once": conv_windows,
    "slices": conv_slices,
    "one product": fast_conv_forward,
}
times = {
    name: [
        1e3 * seconds(f, rng.standard_normal((1, 16, n, n), np.float32), w[:8], b[:8], enough=0.02)
        for n in sides
    ]
    for name, f in growing.items()
}

# %% [markdown]
# From 32 to 64 pixels a side: how many times as long do the loops take? Round to a whole number.

# %%
predict('round(times["loops"][3] / times["loops"][2])', ..., hint="They pay for every place.")

# %%
show_curves(sides, times, "side of the image, in pixels", "milliseconds")

# %% [markdown]
# *In words: four rising curves, in milliseconds over the side of the image. The loops and all filters at once
# rise in parallel.*
#
# These two pay for every place: twice the side, four times the places, four times the time. A function that
# makes a few calls on whole arrays is nearly flat at first, since small images pay little but overhead. For
# large images the work counts, and it rises as well. The distance between the curves is what you have won.
#
# ## What it costs: memory
#
# Columns hold each pixel up to nine times. That is memory, and it can be measured: `tracemalloc` notes
# what is in use at the worst moment.

# %%
import tracemalloc


def peak_memory(function, *args):
    """The most memory in use during a call, in MiB, beyond what was there before."""
    tracemalloc.start()
    function(*args)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 2**20


def image_by_image(x, w, b):
    """The same product, for one image after the other: the columns of one image are there at a time."""
    return np.concatenate([fast_conv_forward(image[np.newaxis], w, b) for image in x])


batch = rng.standard_normal((16, 16, 34, 34), np.float32)
ways = {"slices": conv_slices, "one product": fast_conv_forward, "image by image": image_by_image}
show_bars({name: peak_memory(f, batch, w, b) for name, f in ways.items()}, "MiB at the worst moment")
for name, f in ways.items():
    print(f"{name:15} {peak_memory(f, batch, w, b):6.1f} MiB {1e3 * seconds(f, batch, w, b):6.1f} ms")

# %% [markdown]
# *In words: three bars of memory: the slices, one product for all 16 images, and image by image. The numbers are
# printed below them.*
#
# Sixteen calls are few, so their overhead hardly counts. And image by image needs the columns of one image only,
# however many images there are. The rest is mostly the result itself. `cs_conv/im2col.py`
# goes one step further and takes a band of rows at a time, so that its columns stay in the processor's cache.
#
# ## Pooling is different
#
# Max pooling compares each pixel about once. Count: 2x2 windows at stride 2 need 3 comparisons for 4 pixels
# read and one value written, 5 numbers of 4 bytes. (The switches are left out.)

# %%
print(f"{3 / (5 * 4):.2f} operations a byte; the roof turns level at {peak / bandwidth:.1f}")

# %% [markdown]
# So pooling lies far to the left, under the slope: it is memory-bound. No product will help. What counts is
# to read everything once, in large pieces, without needless copies.
#
# The idea of step 2 works here too. Each place `(p, q)` of the window meets a slice; keep the larger value
# of each, slice by slice.
#
# ### Exercise 5: fast max pooling
#
# *Medium, about 10 minutes, about 13 lines, 8 points.*
#
# Write `fast_max_pool`:
#
# - `x` has the shape `(N, C, H, W)`, `size` is `(FH, FW)`; there is no padding. Where the windows do not
#   fit, raise a `ValueError` (not graded).
# - Return `out` and `switches`, both `(N, C, OH, OW)`: the maximum of each window and its flat index there,
#   `p * FW + q`. Of equal values the first counts.
# - 20 times as fast as the loops is asked (for 8 channels of 128x128, 2x2 windows at stride 2).
#
# An example: the image `[[1, 7, 2, 2], [3, 4, 0, 2]]` with `size=(2, 2)` and `stride=2` gives
# `out = [[7, 2]]` and `switches = [[1, 0]]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Begin with the slice of the first place as the maximum so far, and switches of 0. What changes when the next
# slice comes?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `larger = piece > out` is an array of yes and no. Where it says yes, the maximum becomes the value of the
# slice and the switch the number of the place. Mind the order: compare before you renew `out`.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# `np.where(condition, a, b)` takes from `a` where the condition says yes, and from `b` elsewhere: so it
# renews both arrays. Start from `np.full((N, C, OH, OW), -np.inf, x.dtype)`, and the first place needs no
# care of its own.
#
# </details>


# %% answer="fast_max_pool"
def fast_max_pool(x, size, stride):
    """Return the maximum of every window and its flat index there: out, switches, both (N, C, OH, OW).

    x: (N, C, H, W). size: (FH, FW). Raises ValueError where the windows do not fit.
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    FH, FW = size
    if (H - FH) % stride or (W - FW) % stride:
        raise ValueError(f"a {FH}x{FW} window at stride {stride} does not fit {H}x{W} pixels")
    OH, OW = (H - FH) // stride + 1, (W - FW) // stride + 1
    out = np.full((N, C, OH, OW), -np.inf, x.dtype)
    switches = np.zeros((N, C, OH, OW), np.int64)
    for p in range(FH):
        for q in range(FW):
            piece = x[:, :, p : p + (OH - 1) * stride + 1 : stride, q : q + (OW - 1) * stride + 1 : stride]
            # `>`, not `>=`: of equal pixels the first one stays
            switches = np.where(piece > out, p * FW + q, switches)
            out = np.maximum(out, piece)
    return out, switches
    ### END SOLUTION


# %%
print(fast_max_pool(np.array([[[[1.0, 7, 2, 2], [3, 4, 0, 2]]]]), (2, 2), 2))

# %% test="maxima"
check("fast_max_pool", fast_max_pool, "maxima")

# %% test="switches"
check("fast_max_pool", fast_max_pool, "switches")

# %% test="edge cases"
check("fast_max_pool", fast_max_pool, "edge cases")

# %% test="speed"
check("fast_max_pool", fast_max_pool, "speed")

# %% [markdown]
# ## The layers of a benchmark
#
# The Stanford notes point to "Soumith benchmarks for CONV performance": five layers on which, in 2014,
# libraries were compared on a GPU, with batches of 128 images. Here they are, with one image each, by your
# functions.

# %%
import sys

LAYERS = {  # C, side of the image, K, side of the filter; stride 1, no padding; the fastest of 2014 in seconds
    "L1": (3, 128, 96, 11, 0.0698),
    "L2": (64, 64, 128, 9, 0.2400),
    "L3": (128, 32, 128, 9, 0.0872),
    "L4": (128, 16, 128, 7, 0.0097),
    "L5": (384, 13, 384, 3, 0.0180),
}  # published by S. Chintala (convnet-benchmarks) for 128 images, forward, on an Nvidia Titan Black

share = 8 if sys.platform == "emscripten" else 1
if share > 1:
    print("In a browser, NumPy has no fast matrix product. So each layer has an eighth of its filters here,")
    print("while the last column is for all of them. Compare the layers with each other.")

points, layers = {}, {}
print("layer   Gflop  operations a byte:   forward  backward  of the       2014,")
print("               1 image  128 images       ms        ms   limit  ms an image")
for name, (C, side, K, F, published) in LAYERS.items():
    K, OH = K // share, side - F + 1
    shapes = (1, C, side, side), (K, C, F, F), (1, K, OH, OH)
    images, filters, gradients = layers[name] = [rng.standard_normal(s, np.float32) for s in shapes]
    layer_flops, layer_moved = conv_work(*shapes)
    batch_flops, batch_moved = conv_work((128, C, side, side), (K, C, F, F), (128, K, OH, OH))
    forward = seconds(fast_conv_forward, images, filters, np.zeros(K, np.float32), enough=1e-9)
    backward = seconds(fast_conv_backward, gradients, images, filters, enough=1e-9)
    points[name] = layer_flops, layer_moved, forward
    print(
        f"{name} {layer_flops / 1e9:10.2f} {layer_flops / layer_moved:8.0f} {batch_flops / batch_moved:11.0f}"
        f"{1e3 * forward:9.1f} {1e3 * backward:9.1f} {100 * layer_flops / forward / peak:6.0f}%"
        f" {1e3 * published / 128:11.2f}"
    )
show_roofline(points, peak, bandwidth)

# %% [markdown]
# *In words: the roofline with five points. L2 lies furthest to the right, then L3 and L1; L4 and L5 lie near
# the bend, or left of it where memory is slow.*
#
# With one image, L4 and L5 have few outputs for their many weights. In a batch all images share the weights,
# so that each of them is read once for 128 images: then all five are compute-bound. That is why one matrix
# product does so well here, why networks are trained in batches, and why a GPU, which computes more, wins by
# as much as it does.
#
# If PyTorch is installed, the same layers by a library that hundreds of people tune, on one core as well:

# %%
try:
    import torch
except ImportError:
    print("PyTorch is not installed, so this comparison is left out. Nothing else needs it.")
else:
    torch.set_num_threads(1)
    print("layer   PyTorch, ms   yours, ms")
    for name, (images, filters, _) in layers.items():
        with torch.no_grad():
            took = seconds(torch.nn.functional.conv2d, torch.from_numpy(images), torch.from_numpy(filters))
        print(f"{name} {1e3 * took:14.1f} {1e3 * points[name][2]:11.1f}")

# %% [markdown]
# ## What you know now
#
# - Python's lines and NumPy's calls have an overhead. Few calls on many numbers is the first rule, and
#   counting lines tells where a loop over places is left.
# - Turning loops inside out, over the filter and not over the image, makes the number of lines the same for
#   every image.
# - A layer has work and traffic, and a machine has a limit for each. The roofline says which of the two you
#   will meet, and how far away it is.
# - On the way up, three things took the time, one after the other: the interpreter, memory traffic, and in
#   the end the matrix product itself.
# - A slice is a view and free; reading it is not. Mind the order in memory, and keep float32.
# - Columns trade memory for speed, and taking one image at a time trades it back.
#
# - The backward pass has two such products, and slices that add where the forward pass copied.
#
# ## Do you remember?
#
# Think first, then open. All of it is from earlier notebooks.
#
# <details><summary>1. Why is `col2im` not the inverse of `im2col`?</summary>
#
# A pixel comes back once for each window that holds it, and `col2im` adds these. (It is the adjoint.)
#
# </details>
#
# <details><summary>2. How many weights and biases has a layer of 96 filters of 11x11 on 3 channels, and does
# it matter that the image has 227x227 pixels?</summary>
#
# 96 * 3 * 11 * 11 = 34,848 weights and 96 biases. The size of the image does not matter: the filters are
# shared.
#
# </details>
#
# <details><summary>3. One forward call tells whether a `dx` is right. How?</summary>
#
# A convolution is linear: the sum of `out * dout` (without the bias) and the sum of `x * dx` must be equal.
#
# </details>
#
# **Where to go next.** Read `cs_conv/im2col.py`: it goes a few steps further, and you know all its parts.
# Notebook 08 takes your layer to another machine with other limits: the GPU.
