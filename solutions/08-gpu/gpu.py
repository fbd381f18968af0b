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
# # Convolution on a GPU
#
# Afterwards you can move a layer to a GPU, write kernels for it, and see what makes them wait: trips,
# scattered reads, and each other. It takes about 75 minutes. (A good place to stop is after exercise 4.)
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `conv_gpu` | your convolution, moved to the GPU | medium | 10 | 14 | 6 |
# | `trip_times` | counts what transfers cost | easy | 4 | 2 | 4 |
# | `thread_place` | gives each thread its output | easy | 6 | 1 | 4 |
# | `conv_direct` | a convolution, one thread an output | medium | 15 | 14 | 10 |
# | `tiled_product` | a matrix product whose threads share what they fetch | hard | 22 | 14 | 10 |
#
# You need no GPU, and you get the same points without one. The first exercise runs on a GPU where there is
# one, and else on a stand-in. The kernels run in plain Python, thread by thread. Beside each stands the same
# kernel in CUDA C, to read and to change. It runs on a GPU where there is one; where not, but with a C++
# compiler, on the processor.

# %% locked="setup"
import numpy as np

from autograder import check, predict
from cs_conv.gpu.standin import array_module
from cs_conv.threads import launch

xp = array_module()

# %% [markdown]
# What is there on this computer?

# %%
from cs_conv.gpu import playground

place = playground.where()
print("xp is", "CuPy, on a GPU." if place == "a GPU" else "a stand-in for CuPy: there is no GPU here.")
print(
    "Kernels in CUDA C run on",
    place or "nothing here: there is neither a GPU nor g++. Read them; all else runs.",
)

# %% [markdown]
# ## Two memories
#
# A GPU is a second computer inside yours. It has its own memory, and it sees nothing else. Between the two
# lies a bus, and the bus is slow.
#
# So a computation on a GPU has three parts: the data goes there, the GPU works, the result comes back.
# **CuPy** is NumPy for GPUs: the same functions under the same names. Here it goes by the name of `xp`.
# Without a GPU `xp` is a stand-in with the same manners. (It is NumPy underneath: nothing gets faster, and
# you can see what would go wrong.)

# %%
x = np.arange(6.0).reshape(2, 3)
x_gpu = xp.asarray(x)  # there
sums = (2 * x_gpu).sum(axis=1)  # work: the result stays there
print("there:", type(sums).__name__, sums.shape)
print("back: ", xp.asnumpy(sums))  # back

try:
    x_gpu + np.ones(3)
except TypeError as error:
    print("x_gpu + np.ones(3):", error)

# %% [markdown]
# An array is in one memory or in the other, and `xp` and `np` each work in their own. `xp.zeros` makes an
# array there, `np.zeros` makes one here. Slices, operators and methods (`x_gpu[:, 1:]`, `@`, `.reshape`) work
# wherever their array is. Sizes are not arrays: `x_gpu.shape` is an ordinary tuple.
#
# ### Exercise 1: conv_gpu
#
# *Medium, about 10 minutes, about 14 lines, 6 points.*
#
# Move your convolution to the GPU.
#
# - `x` (N, C, H, W), `w` (K, C, FH, FW) and `b` (K,) are NumPy arrays, and so is the `out` (N, K, OH, OW)
#   that you return. In between everything is on the GPU.
# - Each of the three goes there once, and only `out` comes back.
# - Where the windows do not fit, raise a `ValueError` (not graded).
# - Use the code of notebook 07: slices, or one product. A loop over the places would be right, too, and slow
#   on a GPU: it would start a few tiny computations for every output.
# - `xp` is the name of the module here. If your padded image has that name, give it another one.
#
# An example: `x = [[1, 2, 3]]` (one image, one channel, one row), the filter `[[10, 1]]` and `b = [0]` give
# `out = [[12, 23]]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Begin with the code of notebook 07, and go through it line by line. Which lines make an array, or give one
# to a function of `np`?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# At the top, `x`, `w` and `b` become their own copies on the GPU. In the middle each `np.` before an array's
# function becomes `xp.`. At the end one line brings `out` back. The loop over the places of the filter stays
# as it is: it runs in Python, and only its slices are on the GPU.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# Three `xp.asarray`, then `xp.pad` and `xp.zeros((N, K, OH, OW), x.dtype)` in the places of NumPy's. In the
# loop over the filter, `xp.einsum` takes the letters that `np.einsum` took. At the end one `xp.asnumpy`.
#
# </details>


# %% answer="conv_gpu"
def conv_gpu(x, w, b, stride=1, pad=0):
    """Return the convolution of x (N, C, H, W) with w (K, C, FH, FW) and b (K,): out (N, K, OH, OW).

    NumPy arrays come in and go out; the work is done on the GPU. Raises ValueError where windows do not fit.
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    K, _, FH, FW = w.shape
    if (H - FH + 2 * pad) % stride or (W - FW + 2 * pad) % stride:
        raise ValueError(f"a {FH}x{FW} filter at stride {stride} does not fit {H}x{W} pixels with pad {pad}")
    OH, OW = (H - FH + 2 * pad) // stride + 1, (W - FW + 2 * pad) // stride + 1
    # the trip to the GPU, once for all that follows
    x, w, b = xp.asarray(x), xp.asarray(w), xp.asarray(b)
    padded = xp.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = xp.zeros((N, K, OH, OW), x.dtype)
    for p in range(FH):
        for q in range(FW):
            rows = slice(p, p + (OH - 1) * stride + 1, stride)
            columns = slice(q, q + (OW - 1) * stride + 1, stride)
            out += xp.einsum("ncij,kc->nkij", padded[:, :, rows, columns], w[:, :, p, q])
    # and the trip back
    return xp.asnumpy(out + b.reshape(K, 1, 1))
    ### END SOLUTION


# %% [markdown]
# The example, and the trips that your function made. There should be four: three there, one back. (Only the
# stand-in counts them.)

# %%
row, two_weights = np.array([[[[1.0, 2, 3]]]]), np.array([[[[10.0, 1]]]])
print(conv_gpu(row, two_weights, np.zeros(1)))

if place != "a GPU":
    xp.trips.clear()
    conv_gpu(np.ones((2, 3, 8, 8)), np.ones((4, 3, 3, 3)), np.zeros(4), pad=1)
    print(len(xp.trips), "trips:", ", ".join(xp.trips))

# %% test="values"
check("conv_gpu", conv_gpu, "values")

# %% test="stride and padding"
check("conv_gpu", conv_gpu, "stride and padding")

# %% test="rectangles and edge cases"
check("conv_gpu", conv_gpu, "rectangles and edge cases")

# %% [markdown]
# ## What trips cost
#
# Suppose that the bus carries 25 GB a second, and that the GPU does 20,000 billion operations a second. (Both
# are assumptions, for this example. The next cell computes with them.) Take 32 images of 64x56x56 in float32,
# and a layer whose result is as large.

# %%
bus = 25e9  # bytes a second, assumed
speed = 20e12  # operations a second, assumed
images = 4 * 32 * 64 * 56 * 56
flops = 2 * 32 * 64 * 56 * 56 * (64 * 3 * 3)  # a 3x3 layer with 64 filters
print(f"{images / 1e6:.1f} MB there and {images / 1e6:.1f} MB back: {2 * images / bus * 1e3:.1f} ms")
print(f"the layer's {flops / 1e9:.1f} billion operations: {flops / speed * 1e3:.2f} ms")
assert 2 * images / bus > 2 * flops / speed

# %% [markdown]
# The trips take longer than the work. A network has many layers: if every layer makes the trip, the GPU
# mostly waits. So **move once, and stay there**.
#
# ### Exercise 2: trip_times
#
# *Easy, about 4 minutes, about 2 lines, 4 points.*
#
# A function is called `calls` times on the GPU. Each call works for `work` seconds. The input has `bytes_in`
# bytes, the result `bytes_out`, and the bus carries `bus` bytes a second. Return two numbers, in seconds:
#
# - `every_call`: the input goes there and the result comes back with every call;
# - `once`: the input goes there before the first call, and the result comes back after the last.
#
# An example: `trip_times(6, 4, 3.0, 2, 2)` is `(16.0, 11.0)`. A trip there takes 3 seconds and one back 2.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Write down the seconds of the example one after the other: there, work, back, there, work, back.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Bytes divided by bytes a second are seconds. What happens with every call is multiplied by `calls`; what
# happens once is not.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# `there = bytes_in / bus` and `back = bytes_out / bus`. The first number is `calls` times the sum of three
# terms. In the second only one of the three is multiplied.
#
# </details>


# %% answer="trip_times"
def trip_times(bytes_in, bytes_out, work, bus, calls):
    """Return the seconds with a trip in every call, and with a single trip."""
    ### BEGIN SOLUTION
    there, back = bytes_in / bus, bytes_out / bus
    # in the second case the data stay on the GPU between the calls
    return calls * (there + work + back), there + calls * work + back
    ### END SOLUTION


# %% test="times"
check("trip_times", trip_times, "times")

# %% [markdown]
# Ten layers of the example above, each with a trip of its own or all with one:

# %%
every_call, once = trip_times(images, images, flops / speed, bus, 10)
print(f"a trip for every layer: {every_call * 1e3:.0f} ms; one trip: {once * 1e3:.0f} ms")

# %% [markdown]
# Your `conv_gpu` makes the trips with every call, so a network of such layers would mostly wait. The
# functions of `cs_conv.gpu` take arrays that are there and leave their results there; give them a NumPy
# array, and they refuse. (`cs_conv/gpu/arrays.py` is your function in that form.)
#
# Transfers hide in innocent lines, too: `float(loss_gpu)`, `if x_gpu.max() > 0:`, `print(x_gpu)`. CuPy takes
# each of them, waits for the GPU, and brings the number back. The stand-in refuses the first two, so that you
# notice.
#
# ## The time line of your function
#
# The stand-in notes each thing that Python asks of the GPU: a transfer, or the **launch** of a kernel, which
# is what each function of `xp` and each operator is. (A slice is none: it only makes a view.) Here is what
# your `conv_gpu` asked for, with one image and with 64. How long each takes is assumed: 5 microseconds to
# give an order, 25 GB/s on the bus, and 1,000 GB/s in the GPU's memory, which each kernel reads from and
# writes to.

# %%
from cs_conv.gpu import standin
from cs_conv.pictures.orders import Rates, busy, show_orders


def orders_of(images):
    """What conv_gpu asks of the GPU, for so many images of 16x28x28 and 16 filters of 3x3."""
    standin.orders.clear()
    some, filters = np.ones((images, 16, 28, 28), np.float32), np.ones((16, 16, 3, 3), np.float32)
    conv_gpu(some, filters, np.zeros(16, np.float32), pad=1)
    return list(standin.orders)


if place == "a GPU":
    print("Here xp is CuPy, whose orders are not noted: there is no time line of them.")
else:
    few, many = orders_of(1), orders_of(64)
    show_orders({"1 image": few, "64 images": many})

# %% [markdown]
# *In words: two time lines, each with three rows. With 1 image Python gives order after order, the bus and
# the GPU are hardly ever busy. With 64 images the bus is busy at the beginning and at the end, while Python
# waits (hatched); in between the GPU works without a pause, and Python has given its last order long before
# the GPU has done it.*
#
# Read it from left to right. A transfer keeps Python waiting. A launch does not: Python writes the order down
# and goes on, and the GPU works through its **queue**. One image is too small a job: the GPU waits for
# orders. Of 64 images, the trips take the most. What if the images are there already, and the result stays:
# does it then take less than half of the time? Guess `True` or `False`.

# %%
if place != "a GPU":
    launches = [order for order in many if order.what == "launch"]
    share = busy(launches, Rates())["in all"] / busy(many, Rates())["in all"]
    predict("share < 0.5", ..., hint="Look at the hatched parts of the lower picture.")

# %%
if place != "a GPU":
    for name, orders in (("1 image", few), ("64 images", many)):
        without = [order for order in orders if order.what == "launch"]
        both = busy(orders, Rates())["in all"], busy(without, Rates())["in all"]
        print(f"{name}: {1e6 * both[0]:4.0f} microseconds with the trips, {1e6 * both[1]:4.0f} without")

# %% [markdown]
# ## A launch returns at once
#
# The queue is good: both work at once. But look what it does to a clock.
#
# Below stands a model of a GPU with the same habit, so that you can see it on any computer. `launch` only
# notes what is to be done. `synchronize` waits until it is done.

# %%
from time import perf_counter


class ModelGPU:
    """Takes orders at once, and works when somebody waits."""

    def __init__(self):
        self.orders = []

    def launch(self, function, *args):
        """Note an order."""
        self.orders.append((function, args))

    def synchronize(self):
        """Wait until all orders are done."""
        for function, args in self.orders:
            function(*args)
        self.orders = []


gpu = ModelGPU()
large = np.ones((700, 700))

start = perf_counter()
gpu.launch(np.matmul, large, large)
naive_timer = perf_counter() - start
gpu.synchronize()

start = perf_counter()
gpu.launch(np.matmul, large, large)
gpu.synchronize()
honest_timer = perf_counter() - start


# %% [markdown]
# Is the time without waiting more than half of the time with waiting? Guess `True` or `False`.

# %%
predict(
    "naive_timer > 0.5 * honest_timer", ..., hint="When had launch returned, and what had been done by then?"
)

# %%
print(f"without waiting: {naive_timer * 1e6:8.1f} us")
print(f"with waiting:    {honest_timer * 1e6:8.1f} us")
assert naive_timer < honest_timer

# %% [markdown]
# The naive timer measured how long it takes to give an order. It would be as short for any amount of work.
#
# With CuPy the honest way is `cupy.cuda.Device().synchronize()` before the clock is read, or, better,
# `cupy.cuda.Event`: marks that the GPU itself passes and stamps with its own time. And run it once
# beforehand: the first call compiles.

# %%
if place == "a GPU":
    large_gpu = xp.random.random((4096, 4096))
    large_gpu @ large_gpu
    for wait in (False, True):
        xp.cuda.Device().synchronize()
        start = perf_counter()
        large_gpu @ large_gpu
        if wait:
            xp.cuda.Device().synchronize()
        print(
            f"on this GPU, {'with' if wait else 'without'} waiting: {(perf_counter() - start) * 1e3:.3f} ms"
        )
else:
    print("No GPU here: the model above has shown the trap.")

# %% [markdown]
# ## One thread an output
#
# What is it that runs on a GPU? A **kernel**: a function for *one* thread. You say how many threads you want,
# in **blocks** of equal size, and all of them run the same function. Each learns its block and its number in
# the block, and finds its own work from that.

# %%
from cs_conv.pictures.threads import show_owners

show_owners(3, 7, threads=8)

# %% [markdown]
# *In words: an output of 3x7 numbers, with the numbers of the threads 0 to 20 in them, row by row. Threads 0
# to 7 are block 0, 8 to 15 block 1, and 16 to 20 block 2, in three colours. Block 2 has three threads without
# work.*
#
# The number of a thread in the whole grid is `t = block * threads + thread`. The outputs `(n, k, i, j)` are
# dealt out in the order in which they lie in memory: `j` fastest, then `i`, then `k`, then `n`.
#
# That order matters, as you will see.
#
# Blocks of 8 threads for 21 outputs: how many threads have no work?

# %%
predict("-(-21 // 8) * 8 - 21", ..., hint="How many whole blocks are needed? (-(-a // b) rounds up.)")

# %% [markdown]
# ### Exercise 3: thread_place
#
# *Easy, about 6 minutes, about 1 line, 4 points.*
#
# Given the number `t` of a thread, and the sizes `K`, `OH` and `OW`, return `n, k, i, j`.
#
# An example: with `K=2, OH=3, OW=4` an image has 24 outputs. Thread 0 has `(0, 0, 0, 0)`, thread 5 has
# `(0, 0, 1, 1)`, thread 12 has `(0, 1, 0, 0)` and thread 24 has `(1, 0, 0, 0)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# With one row only, `j` would be `t`. How often has a row been filled before thread `t`, and what is left?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `t // OW` counts the rows before, of all filters and images, and `t % OW` is the place in the row. Go on
# with `t // OW` in the same way.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# Each of the four is a division by what lies inside it, and then a remainder by its own size; `j` has nothing
# inside it. Of `n`, nothing is left to take a remainder by.
#
# </details>


# %% answer="thread_place"
def thread_place(t, K, OH, OW):
    """Return n, k, i, j: the output of thread t."""
    ### BEGIN SOLUTION
    # the last axis changes fastest: divide by all that lies to the right, and take the rest
    return t // (K * OH * OW), t // (OH * OW) % K, t // OW % OH, t % OW
    ### END SOLUTION


# %% test="place"
check("thread_place", thread_place, "place")

# %% [markdown]
# ## Your first kernel
#
# In this notebook `launch(kernel, blocks, threads)` calls `kernel(block, thread)` for every thread of every
# block. A kernel returns nothing: it writes into arrays. Here is one that doubles numbers:

# %%
numbers, doubled = np.arange(10.0), np.zeros(10)


def double(block, thread):
    """One thread: one number."""
    t = block * 4 + thread
    if t < len(numbers):  # 3 blocks of 4 are 12 threads, and there are 10 numbers
        doubled[t] = 2 * numbers[t]


launch(double, blocks=3, threads=4)
print(doubled)

# %% [markdown]
# Leave the `if` out and run it again: thread 10 fails. A GPU would not even tell. It would write beside the
# array, into something else. **Every kernel begins with that question.**
#
# How many blocks? Enough for all outputs: their number divided by the threads in a block, rounded *up*. In
# Python that is `-(-outputs // threads)`.
#
# ### Exercise 4: conv_direct
#
# *Medium, about 15 minutes, about 14 lines, 10 points.*
#
# Write the convolution as a kernel: one thread computes one output.
#
# - `x` is `(N, C, H, W)`, `w` is `(K, C, FH, FW)`, `b` is `(K,)`. The sizes fit.
# - A thread finds its `n, k, i, j`, sums over `c`, `fh`, `fw`, adds the bias and writes `out[n, k, i, j]`.
# - Do not make a padded copy: it would be one more trip through memory. The window begins at row
#   `i * stride - pad` of the *unpadded* image. A pixel outside of it counts as 0: ask before you read.
# - Take blocks of 32 threads. Say how many blocks.
#
# An example: that of exercise 1, `x = [[1, 2, 3]]` with the filter `[[10, 1]]`, has two outputs, 12 and 23.
# One block computes them. Its threads 0 and 1 have work, the other 30 return at once.
#
# You can use your `thread_place`. (If it does not pass yet: `np.unravel_index(t, out.shape)` gives the same.)
#
# <details><summary>Hint 1: a nudge</summary>
#
# Take the loops of notebook 02 and cross out the outer four: the grid does those. What is left is the body.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# First `t`, and `return` if it is too large. Then the place. Then three loops, in which
# `row = i * stride - pad + fh`. Only where `0 <= row < H`, and the same for the column, is there a pixel to
# multiply.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# The kernel has `t`, the question whether `t` has work, the place, `total = b[k]`, the three loops with the
# question whether there is a pixel, and at the end the write. Behind the kernel stands one `launch`, whose
# blocks are `out.size` divided by 32, rounded up.
#
# </details>


# %% answer="conv_direct"
def conv_direct(x, w, b, stride=1, pad=0):
    """Return out (N, K, OH, OW), computed by one thread an output."""
    (N, C, H, W), (K, _, FH, FW) = x.shape, w.shape
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    out = np.full((N, K, OH, OW), np.nan, x.dtype)
    ### BEGIN SOLUTION

    def kernel(block, thread):
        t = block * 32 + thread
        # the last block has more threads than outputs are left
        if t >= out.size:
            return
        n, k, i, j = thread_place(t, K, OH, OW)
        total = b[k]
        for c in range(C):
            for fh in range(FH):
                for fw in range(FW):
                    row, column = i * stride - pad + fh, j * stride - pad + fw
                    # outside lies the padding: zeros, which need not be added
                    if 0 <= row < H and 0 <= column < W:
                        total += x[n, c, row, column] * w[k, c, fh, fw]
        out[n, k, i, j] = total

    launch(kernel, -(-out.size // 32), 32)
    ### END SOLUTION
    return out


# %% test="values"
check("conv_direct", conv_direct, "values")

# %% test="stride and padding" id="conv_direct_layer"
check("conv_direct", conv_direct, "stride and padding")

# %% test="the whole grid" id="conv_direct_grid"
check("conv_direct", conv_direct, "the whole grid")

# %% [markdown]
# ## What your threads read
#
# A GPU runs threads in groups of 32, called **warps**: all 32 read at the same time. And memory is read a
# *line* at a time: 128 bytes, 32 numbers that lie next to each other. `watch` notes what your threads read.
# Here is the first number of `x` that each thread of the first warp fetched, for one image of 34x34 pixels.
# Beside it are 32 threads that were dealt out down a column of the image instead.

# %%
from cs_conv.pictures.threads_at_work import show_reads
from cs_conv.threads import watch


def down_a_column(x):
    """32 threads, each of which reads the pixel below that of the thread before it."""

    def kernel(block, thread):
        x[0, 0, thread, block]

    launch(kernel, 1, 32)


one_image, one_filter = np.ones((1, 1, 34, 34), np.float32), np.ones((1, 1, 3, 3), np.float32)
yours = watch(conv_direct, one_image, one_filter, np.zeros(1, np.float32))
scattered = watch(down_a_column, one_image)


def lines(events):
    """How many lines of 32 numbers the first reads of the first 32 threads touch."""
    firsts = {}
    for event in events:
        if event.what == "read" and event.array == "x":
            firsts.setdefault((event.block, event.thread), event.place)
    return len({place // 32 for place in list(firsts.values())[:32]})


# %% [markdown]
# How many lines must be fetched for the 32 reads down a column?

# %%
predict("lines(scattered)", ..., hint="A row of the image has 34 pixels. A line has 32.")

# %%
print("lines for your kernel:", lines(yours), "  down a column:", lines(scattered))
show_reads({"your kernel": yours, "down a column": scattered}, "x", one_image.size)

# %% [markdown]
# *In words: the memory of x, drawn as rows of 32 numbers. On the left the reads of your kernel: if
# neighbouring threads have neighbouring j, they fill one row. On the right each read lies in a row of its own,
# and they step down on diagonals.*
#
# One access serves all 32 of them on the left: that is called **coalesced**. On the right each read takes an
# access of its own, which brings 32 numbers, and 31 of them are thrown away. Nothing in the result shows it:
# only the time does.

# %% [markdown]
# ## The same in CUDA C
#
# GPUs are programmed in CUDA C. Your kernel and this one have the same parts. This is from the file that
# `cs_conv.gpu.direct` launches. It calls four small functions of `common.cuh`: `thread_number()` is your `t`,
# `pixel_row` and `pixel_column` say which pixel lies under a weight, and `pixel` reads it, or gives 0 outside
# of the image:

# %%
from cs_conv.gpu.source import KERNELS

text = (KERNELS / "direct.cu").read_text()
print(text[text.index("extern") : text.index("// Backward")])

# %% [markdown]
# | Python here | CUDA C |
# |---|---|
# | `def kernel(block, thread)` | `__global__ void conv_forward(...)` |
# | `block * 32 + thread` | `blockIdx.x * blockDim.x + threadIdx.x` |
# | `launch(kernel, blocks, 32)` | `conv_forward<<<blocks, 32>>>(...)`, or CuPy's `RawKernel` |
# | `x[n, c, row, column]` | `x[((n * C + c) * H + row) * W + column]`: memory is one long row |
# | `yield` (you meet it soon) | `__syncthreads()` |
#
# Here is a small one to change. Let it triple; take the `if` out; let it write to `out[t + 1000]`. Without a
# GPU it runs in a process of its own, so nothing can break, and you are told what it did. A GPU does not
# tell. These cells are not graded.

# %%
SCALE = """
extern "C" __global__ void scale(int n, const float *x, float *out) {
    int t = blockIdx.x * blockDim.x + threadIdx.x;
    if (t < n) out[t] = 2 * x[t];
}
"""

if place:
    numbers, scaled = np.arange(10, dtype=np.float32), np.zeros(10, np.float32)
    playground.run(SCALE, "scale", blocks=3, threads=4, arguments=[10, numbers, scaled])
    print(f"on {place}:", scaled)
else:
    print("Nothing here can run it.")

# %% [markdown]
# ## Why that kernel is slow
#
# One output of a 3x3 layer with 64 channels reads 576 pixels and 576 weights, to do 1,152 operations. So it
# fetches one number for every operation, from a memory that is far away. Its neighbour fetches nearly the
# same numbers again.

# %%
taps = 64 * 3 * 3
print(f"{taps} pixels and {taps} weights read, {2 * taps} operations")
assert (taps, 2 * taps) == (576, 1152)

# %% [markdown]
# The remedy is old: fetch a number once, keep it close, use it often. The threads of a block have a small
# memory in common, called **shared memory**. It is close by.
#
# Take the matrix product that a convolution is (notebook 06). A block computes a square of the result, a
# **tile**. For that it needs some rows of `a` and some columns of `b`. It walks along them in steps, and in
# each step the threads fetch one tile of `a` and one of `b` together, *one number each*. Then all of them
# multiply from shared memory.

# %%
from cs_conv.pictures.threads import show_tiles

show_tiles(8, 12, 8, tile=4, block=(1, 0), step=1)

# %% [markdown]
# *In words: a, 8x12, times b, 12x8, gives out, 8x8, all divided into tiles of 4x4. The tile of out in row 1
# and column 0 is coloured: the outputs of one block. In a the four rows that it needs are shaded, in b the
# four columns. In each the tile of step 1 is darker: columns 4 to 7 of a, rows 4 to 7 of b.*
#
# How many numbers come from far away? One thread an output reads a row and a column each. With tiles a row
# is read once for a whole block:


# %%
def far_reads(size, tile):
    """Numbers fetched for a product of two square matrices, by blocks of tile x tile threads."""
    return size**2 * 2 * size // tile


predict(
    "far_reads(512, 1) // far_reads(512, 16)", ..., hint="How many threads use each number that was fetched?"
)

# %%
for tile in (1, 4, 16, 32):
    print(f"tiles of {tile:2}: {far_reads(512, tile):>11,} numbers for a product of 512x512")

# %% [markdown]
# ## Waiting for each other
#
# There is one catch. A thread multiplies numbers that *others* have fetched. It must not start before they
# are there. And nobody may fetch the next tile while somebody still multiplies the last one.
#
# So threads need a **barrier**: a line where each waits until all of its block have come. In CUDA C it is
# `__syncthreads()`. In our kernels it is `yield`. Shared memory is asked for in `launch`, by name and shape,
# and full of NaN when a block begins.
#
# Here each thread puts its number into shared memory and takes its neighbour's out:

# %%
passed_on = np.zeros(6)


def pass_on(block, thread, close):
    """Take the number that the next thread has put down."""
    close[thread] = 10 * thread
    yield  # wait until everybody has put something down
    passed_on[thread] = close[(thread + 1) % 6]


launch(pass_on, blocks=1, threads=6, close=(6,))
print(passed_on)

# %% [markdown]
# Take the `yield` out and look: a thread that runs ahead finds NaN. (Here it happens every time. On a GPU it
# happens sometimes, which is worse.)
#
# **Every thread of a block must come to every barrier.** One that returns early leaves the others waiting
# for ever.
#
# ### Exercise 5: tiled_product
#
# *Hard, about 22 minutes, about 14 lines, 10 points.*
#
# - `a` is `(M, D)`, `b` is `(D, N)`. Return their product, computed by blocks of 4x4 threads.
# - `block` and `thread` are pairs: `thread` is `(y, x)`. The thread's output is in row `block[0] * 4 + y` and
#   column `block[1] * 4 + x`. To have pairs, give `launch` pairs: with `threads=(4, 4)` it calls the kernel for
#   `(0, 0)`, `(0, 1)`, up to `(3, 3)`. In the same way `blocks=(2, 3)` are two rows of three blocks.
# - Ask `launch` for two arrays of shared memory, `a_tile` and `b_tile`, as `pass_on` asked for `close`. Each has
#   the shape `(4, 4)`.
# - There is a step for each `d = 0, 4, 8, ...` below `D`. It has four parts:
#   1. Every thread fetches `a[row, d + x]` into `a_tile[y, x]` and `b[d + y, column]` into `b_tile[y, x]`.
#   2. All wait.
#   3. Each thread adds up its row of `a_tile` times its column of `b_tile`.
#   4. All wait again.
# - `M`, `D` and `N` need not be multiples of 4. Beyond the edge of `a` or `b`, put 0 into the tile: it adds
#   nothing. Beyond the edge of `out`, write nothing.
#
# An example: `[[1, 2]]` times `[[3], [4]]` is `[[11]]`. One block computes it in one step. Each of its 16
# threads fetches two numbers, most of them zeros, and only thread `(0, 0)` writes.
#
# <details><summary>Hint 1: a nudge</summary>
#
# First suppose that everything is a multiple of 4, and get "one tile" to pass. Then count the steps. Think of
# the edges last.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `total = 0` stands before the loop over `d`. In the loop come four things: fetch two numbers, `yield`, a
# loop over `s` from 0 to 3 that adds `a_tile[y, s] * b_tile[s, x]`, `yield`. After the loop a thread with an
# output writes it. A thread without one has still helped to fetch.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# Where a number may lie beyond the edge, fetch with `... if row < M and d + x < D else 0`, and think of the
# same question for `b`. The launch has as many blocks down and across as tiles are needed, rounded up,
# threads `(4, 4)`, and two arrays of shared memory, `a_tile=(4, 4)` and `b_tile=(4, 4)`.
#
# </details>


# %% answer="tiled_product"
def tiled_product(a, b):
    """Return a times b, (M, N), computed by blocks of 4x4 threads through shared memory."""
    (M, D), N = a.shape, b.shape[1]
    out = np.full((M, N), np.nan)
    ### BEGIN SOLUTION

    def kernel(block, thread, a_tile, b_tile):
        y, x = thread
        row, column = block[0] * 4 + y, block[1] * 4 + x
        total = 0.0
        for d in range(0, D, 4):
            a_tile[y, x] = a[row, d + x] if row < M and d + x < D else 0
            b_tile[y, x] = b[d + y, column] if d + y < D and column < N else 0
            yield
            for s in range(4):
                total += a_tile[y, s] * b_tile[s, x]
            yield
        if row < M and column < N:
            out[row, column] = total

    launch(kernel, (-(-M // 4), -(-N // 4)), (4, 4), a_tile=(4, 4), b_tile=(4, 4))
    ### END SOLUTION
    return out


# %% test="one tile" id="tiled_product_one"
check("tiled_product", tiled_product, "one tile")

# %% test="several tiles" id="tiled_product_several"
check("tiled_product", tiled_product, "several tiles")

# %% test="ragged edges" id="tiled_product_ragged"
check("tiled_product", tiled_product, "ragged edges")

# %% [markdown]
# ## How your threads waited
#
# Here is what the 16 threads of one block did, in the product of 6x7 and 7x5 numbers: a square for each
# access. The block is the one at the bottom right, where most of the tile lies beyond the edge.

# %%
from cs_conv.pictures.threads_at_work import show_waiting

rng = np.random.default_rng(0)
accesses = watch(tiled_product, rng.normal(size=(6, 7)), rng.normal(size=(7, 5)))
show_waiting(accesses, far=("a", "b"), block=(1, 1))
far = sum(event.what == "read" and event.array in ("a", "b") for event in accesses)
print(f"far reads of all blocks: {far}; one thread an output would need 6 * 5 * 2 * 7 = {6 * 5 * 2 * 7}")

# %% [markdown]
# *In words: a row for each thread, (0, 0) to (3, 3), and a vertical line for each barrier. In the first and
# third part threads read far memory and write shared memory; those beyond the edge have less to read, and
# wait (hatched). In the second and fourth part each reads eight numbers of shared memory.*
#
# The slowest thread decides when a barrier opens. Take a `yield` out of your kernel and draw it again: where
# do the reads of shared memory begin now?

# %% [markdown]
# ## The same in CUDA C
#
# Compare it with yours, line by line. Then take one `__syncthreads();` out, the first or the second, and see
# what comes out. (Not graded.)

# %%
TILED = """
extern "C" __global__ void product(int M, int D, int N, const float *a, const float *b, float *out) {
    __shared__ float a_tile[4][4], b_tile[4][4];
    int y = threadIdx.x / 4, x = threadIdx.x % 4;
    int across = (N + 3) / 4;
    int row = blockIdx.x / across * 4 + y, column = blockIdx.x % across * 4 + x;

    float total = 0;
    for (int d = 0; d < D; d += 4) {
        a_tile[y][x] = row < M && d + x < D ? a[row * D + d + x] : 0;
        b_tile[y][x] = d + y < D && column < N ? b[(d + y) * N + column] : 0;
        __syncthreads();
        for (int s = 0; s < 4; s++) total += a_tile[y][s] * b_tile[s][x];
        __syncthreads();
    }
    if (row < M && column < N) out[row * N + column] = total;
}
"""

M, D, N = 6, 7, 5
a, b_matrix = rng.normal(size=(M, D)).astype(np.float32), rng.normal(size=(D, N)).astype(np.float32)
product = np.zeros((M, N), np.float32)
if place:
    playground.run(TILED, "product", blocks=2 * 2, threads=16, arguments=[M, D, N, a, b_matrix, product])
    print(f"on {place}: largest error {np.abs(product - a @ b_matrix).max():.1e}")
else:
    print("Nothing here can run it.")

# %% [markdown]
# The convolution of `cs_conv.gpu` is this kernel, grown up. Its tiles are 128x128, every thread has 64
# outputs, and the columns of notebook 06 are never written: a thread that should fetch entry `(tap, place)`
# of them works out which pixel that is, and fetches the pixel. Read `cs_conv/gpu/kernels/tiled.cu`; you
# know its parts.
#
# ## What was measured
#
# This course shows no times that nobody has measured. Here is the record of the GPU benchmark, if there is
# one:

# %%
from cs_conv.gpu.record import recorded

record = recorded()
if record is None:
    print("Nothing has been measured on a GPU yet. With a GPU and CuPy: cs-conv bench --gpu --record")
else:
    print(
        f"{record['about']['gpu']}, {record['about']['date']}: milliseconds a call, and the same in transfers"
    )
    for row in record["rows"]:
        if row["workload"] in ("W2", "VGG-1_2") and row["operation"] == "conv_forward":
            times = f"{row['median_s'] * 1e3:9.3f}  {row['transfer_s'] * 1e3:9.3f}"
            print(f"{row['workload']:8} {row['precision']:8} {row['variant']:10} {times}")

# %% [markdown]
# ## What you know now
#
# - A GPU has its own memory. Move the data once, and stay there.
# - A launch returns at once. A clock that does not wait measures nothing.
# - Array code moves to a GPU by its module: `xp` for `np`, and everything in one memory.
# - A kernel is what *one* thread does. It finds its place from its number, and asks whether it has work.
# - Neighbouring threads should touch neighbouring memory: then one access serves a whole warp.
# - Far memory is slow: let a block fetch together and share. Then barriers are needed, and every thread must
#   come to each.
#
# ## Do you remember?
#
# Think first, then open. All of it is from earlier notebooks.
#
# <details><summary>1. What does the roofline say of a layer that lies under its slope?</summary>
#
# Moving bytes is what stops it, not computing: fewer operations would not make it faster.
#
# </details>
#
# <details><summary>2. Columns of `im2col` for a 3x3 filter at stride 1: how much more memory than the
# image?</summary>
#
# About nine times: each pixel, but for the borders, stands in nine columns.
#
# </details>
#
# <details><summary>3. Max pooling with 2x2 windows at stride 2: how many pixels of a window get a gradient,
# and how many under average pooling?</summary>
#
# One, the first maximum; and all four, a quarter of it each.
#
# </details>
#
# **Where to go next.** Notebook 09 has other shapes of the same idea: with holes, in groups, or with one
# pixel.
