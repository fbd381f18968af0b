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
# # Gradient checking
#
# Afterwards you can tell whether a backward pass is right **without knowing how it works**: you ask the forward
# pass. And you can do it for a whole layer with one call. It takes about 60 minutes.
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `squared_loss` | a loss, and the `dout` that it sends back | easy | 7 | 4 | 4 |
# | `numeric_gradient` | measures any gradient | medium | 12 | 8 | 6 |
# | `choose_step` | how far to step | easy | 7 | 3 | 3 |
# | `relative_error` | one number that says how far apart two arrays are | easy | 6 | 3 | 4 |
# | `find_bugs` | which gradients of a layer are wrong, in few calls | hard | 15 | 10 | 7 |
#
# At the end eight layers stand in a row. Some of them lie, and your function finds out which.

# %% locked="setup"
import numpy as np

from autograder import check, predict
from cs_conv.naive import conv_forward
from cs_conv.suspects import line_up

# %% [markdown]
# ## Where `dout` comes from
#
# A network is trained with one number: the **loss**. It says how wrong the outputs are. Here is a layer with
# one filter. It gave `out`, and it should have given `target`:

# %%
from cs_conv.pictures.grid import show_grids

image = np.array([[1.0, 2, 0, 1], [0, 1, 3, 1], [2, 0, 1, 0]]).reshape(1, 1, 3, 4)
edge = np.array([[1.0, -1], [1, -1]]).reshape(1, 1, 2, 2)
out = conv_forward(image, edge, np.zeros(1))  # (1, 1, 2, 3)
target = np.array([[0.0, -1, 1], [1, -2, 3]]).reshape(out.shape)

grids = [image[0, 0], edge[0, 0], out[0, 0], target[0, 0], (out - target)[0, 0]]
titles = ["image", "filter", "out", "target", "out - target"]
show_grids(grids, titles, same_colors=True, cell=0.5, axes=("row", "column"))

# %% [markdown]
# *In words: a 3x4 image, a 2x2 filter with the rows 1 -1 and 1 -1, and three 2x3 grids. out has the rows -2 0 1
# and 1 -3 3, the target has 0 -1 1 and 1 -2 3, and the difference is -2 1 0 and 0 -1 0.*
#
# The loss of this notebook is the sum of all squared differences, divided by the number of images. There is one
# image here. Work the loss out in your head, and put your guess in place of `...`. (This is a prediction: it
# costs no points.)

# %%
predict("np.sum((out - target) ** 2)", ..., hint="Three differences are not 0. Square each, then add.")

# %% [markdown]
# Now the question that all training asks: **how does the loss change if an output changes a little?** Take
# output (0, 1), where the difference is 1. Push it up by 0.01:


# %%
def loss_after(push, i, j):
    """The loss, if output (i, j) is pushed up by so much."""
    pushed = out.copy()
    pushed[0, 0, i, j] += push
    return np.sum((pushed - target) ** 2)


print("the loss before:", loss_after(0, 0, 1))
print("the loss after: ", loss_after(0.01, 0, 1))


# %% [markdown]
# It grew by 0.0201, about **twice** as much as the output did. So this output has the slope 2. Each output has a
# slope of its own. All of them together are called **`dout`**: an array with the shape of `out`.
#
# `dout` is all that a layer needs to know about the rest of the network. If several outputs change a little, their
# effects add up:
#
#     change of the loss = sum over all outputs of  dout * (change of out)
#
# Now output (0, 0), where the difference is -2. Push it up by 0.01, too. What is its slope, as a whole number?


# %%
def slope_of_output(i, j):
    """How fast the loss grows when output (i, j) grows, measured."""
    return round((loss_after(0.01, i, j) - loss_after(-0.01, i, j)) / 0.02)


# %%
predict(
    "slope_of_output(0, 0)", ..., hint="Does the loss grow or shrink? And a square is steeper further out."
)

# %% [markdown]
# ### Exercise 1: a loss and its dout
#
# *Easy, about 7 minutes, about 4 lines, 4 points.*
#
# Write `squared_loss`. From `out` and `target`, both of shape `(N, K, OH, OW)`, make
#
# - `loss`, a number: the sum of all squared differences, divided by `N`, the number of images. There is no root
#   and no 1/2.
# - `dout`, an array of the shape of `out`: how fast the loss grows when each output grows.
#
# An example: two images with one output each, `out = [5, 1]` and `target = [2, 2]` (here without the axes of
# length 1). The loss is (9 + 1) / 2 = 5, and `dout` is `[3, -1]`.
#
# Do not change `out` or `target`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Push one output by a tiny bit. Which of the squares in the sum change?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Only its own. So `dout` at a place depends on the difference at that place, and on N. The slope of a square
# is the first thing that one learns about slopes.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# Keep `out - target` in a variable. The slope of `d**2` is `2 * d`. The division by `N = len(out)` stays.
#
# </details>


# %% answer="squared_loss"
def squared_loss(out, target):
    """Return the loss, a number, and dout, in the shape of out.

    out, target: (N, K, OH, OW), what a layer gave for N images, and what it should have given.
    """
    ### BEGIN SOLUTION
    N = len(out)
    difference = out - target
    loss = np.sum(difference**2) / N
    # the derivative of difference**2 is 2 * difference, and the loss is a mean over N images
    dout = 2 * difference / N
    return loss, dout
    ### END SOLUTION


# %% [markdown]
# Try it on the pictures above. The loss is 6, and `dout` should be `[[-4, 2, 0], [0, -2, 0]]`.

# %%
loss, dout = squared_loss(out, target)
print("loss:", loss)
print(dout[0, 0])

# %% test="loss"
check("squared_loss", squared_loss, "loss")

# %% test="dout"
check("squared_loss", squared_loss, "dout")

# %% test="edge cases"
check("squared_loss", squared_loss, "edge cases")

# %% [markdown]
# ## Measuring a slope
#
# For the squared loss you knew a formula. For a convolution you do not know one yet: that is the next notebook.
# But a slope can be *measured*. Take two points on a curve, and divide the change of `f` by the distance.
#
# Here is `x**3` at `x = 1`, where the true slope is 3. The step is `h = 0.5`. On the left, the line begins at
# `x`. On the right, it reaches as far to the left as to the right.

# %%
from cs_conv.pictures.slopes import show_secants

show_secants(lambda x: x**3, x=1.0, h=0.5, slope=3)

# %% [markdown]
# *In words: the curve of x³ around 1, twice, with its tangent of slope 3. Left, a line from x to x + h is clearly
# steeper than the tangent: 4.75. Right, a line from x - h to x + h is nearly parallel to it: 3.25.*
#
# The line on the right has the better slope. Both of its ends lie above the tangent, so most of the two errors
# cancels. This is a **central difference**:
#
# $$\text{slope} \approx \frac{f(x + h) - f(x - h)}{2h}$$
#
# How fast do the errors shrink? Make the step ten times smaller, again and again:


# %%
def error_to_one_side(h):
    return ((1 + h) ** 3 - 1) / h - 3


def central_error(h):
    return ((1 + h) ** 3 - (1 - h) ** 3) / (2 * h) - 3


for h in (0.5, 0.05):
    print(
        f"h = {h:4}:  to one side {error_to_one_side(h):.4f} too much,  central {central_error(h):.4f} too much"
    )

# %% [markdown]
# A step that is ten times smaller makes the error to one side about ten times smaller. What is the central error for
# `h = 0.005`?

# %%
predict("round(central_error(0.005), 8)", ..., hint="From 0.25 to 0.0025 it became 100 times smaller.")

# %% [markdown]
# So the central error grows like **h²**. Remember that: you need it soon.
#
# ### From one number to arrays
#
# Layers have many inputs and many outputs. `dout` makes one number of the outputs: `sum(f(x) * dout)`. When the
# outputs change a little, this number changes as much as the loss does: by the sum of `dout * (change of out)`, as
# above. So we measure this number, and move the inputs **one at a time**.
#
# (`lambda x: x**2` below is a short way to write a function that takes `x` and returns `x**2`.)
#
# One thing can go wrong before you begin. Whole numbers cannot move a little. What is in `moved[0]` here?

# %%
moved = np.array([1, 2, 3])
moved[0] = moved[0] + 0.5

# %%
predict("moved[0]", ..., hint="What can an array of whole numbers hold?")

# %% [markdown]
# NumPy says nothing, and the slope would come out as 0. So `x` must hold floats.
#
# ### Exercise 2: numeric_gradient
#
# *Medium, about 12 minutes, about 8 lines, 6 points.*
#
# Write `numeric_gradient`. It returns an array of the shape of `x`: for each entry, how fast `sum(f(x) * dout)`
# grows when this entry grows. Measure it by a central difference with the step `h`.
#
# - `f` is a function. It takes an array of the shape of `x` and gives an array of the shape of `dout`, which
#   may be another shape. Each call gives a new array, never a view of `x` such as `x.T`.
# - `x` may have any number of axes. It holds floats.
# - Each entry moves alone: by `h` up and by `h` down, while the others stay as they are.
# - When you are done, `x` must be as it was.
#
# An example: `f` squares each entry, `x = [1, 3]`, `dout = [1, 10]`. The first entry has the slope 2 and
# counts once, the second has 6 and counts ten times. The gradient is `[2, 60]`, for every `h`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Write it for one entry first, say `x[0]`. You need two arrays that are like `x` but for one entry.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `x.copy()` makes a new array; `y = x` only gives the old one a second name. `np.ndindex(x.shape)` runs through
# the places of all entries, whatever the shape is: `for index in np.ndindex(x.shape)`, and then `x[index]` is
# one entry.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# Begin with zeros in the shape of `x`. For each `index`, make two copies, `above` and `below`. Move one of them
# at `index` by `h` up, and the other down. Take the difference of `f` at both, times `dout`, and sum. Then divide
# by the distance between them.
#
# </details>


# %% answer="numeric_gradient"
def numeric_gradient(f, x, dout, h=1e-5):
    """Return the gradient of sum(f(x) * dout) by central differences, in the shape of x.

    f: takes an array of the shape of x and gives one of the shape of dout. x: floats. h: the step.
    """
    ### BEGIN SOLUTION
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        # move one number of x by h in both directions, and leave all others
        above[index] += h
        below[index] -= h
        change = f(above) - f(below)
        # dout weighs how much each output counts
        gradient[index] = np.sum(change * dout) / (2 * h)
    return gradient
    ### END SOLUTION


# %% [markdown]
# Try it on the example, where `[2, 60]` is right. Then let it check your own `dout`: the loss is a function of
# `out`, too.

# %%
print("the example:", numeric_gradient(lambda x: x**2, np.array([1.0, 3.0]), dout=np.array([1.0, 10.0])))

dout = squared_loss(out, target)[1]
measured = numeric_gradient(lambda out: np.array([squared_loss(out, target)[0]]), out, dout=np.ones(1))
show_grids([dout[0, 0], measured[0, 0].round(9) + 0.0], ["your dout", "measured"], same_colors=True, cell=0.6)

# %% [markdown]
# *In words: two 2x3 grids with the same numbers, -4 2 0 and 0 -2 0.*

# %% test="values"
check("numeric_gradient", numeric_gradient, "values")

# %% test="any shape"
check("numeric_gradient", numeric_gradient, "any shape")

# %% [markdown]
# ## How far to step
#
# The error grows like h², so take `h` as small as you can? Here is the slope of `sin(x)` at `x = 1`, measured
# with smaller and smaller steps. For which of these steps is the error smallest? Guess before you run the second
# cell: 0.1, 1e-3, 1e-5, 1e-8 or 1e-12.


# %%
def sine_error(h, dtype=np.float64):
    """How far the slope of sin at 1 is from cos(1), relative to it, if it is measured with step h."""
    x = np.array([1], dtype)
    return abs(numeric_gradient(np.sin, x, np.ones(1, dtype), dtype(h))[0] / np.cos(1.0) - 1)


powers_of_ten = [0.1, 1e-3, 1e-5, 1e-8, 1e-12]

# %%
predict("min(powers_of_ten, key=sine_error)", ..., hint="Neither the largest nor the smallest.")

# %%
for h in powers_of_ten:
    print(
        f"h = {h:5.0e}: the error is {sine_error(h):.0e} in float64, {sine_error(h, np.float32):.0e} in float32"
    )

# %% [markdown]
# With very small steps the error *grows* again. `f(x + h)` and `f(x - h)` then agree in nearly all their digits.
# The difference keeps the few digits that are left, and those are rounded.
#
# Look at both errors together. Move the step along the curve, and change the function and the place. Your own
# `numeric_gradient` computes it.

# %%
from cs_conv.live.steps import steps

steps(globals())

# %% [markdown]
# *In words: two curves on axes of powers of ten, the error against the step. Both look like a V. In float64 the
# error falls from right to left until h is a little below 1e-5, where it is about 1e-12. Left of that it rises again.
# In float32 the V has its lowest point between 1e-3 and 1e-2, and the error is never much below 1e-6.*
#
# The **right arm** of the V comes from the bend of the curve: h². The **left arm** comes from rounding. A number
# near 1 is rounded by up to about `eps`, the gap between 1 and the next number. Divided by the distance, that is
# about `eps / h`.

# %%
for dtype in (np.float64, np.float32):
    print(f"{dtype.__name__}: eps = {np.finfo(dtype).eps:.1e}")

# %% [markdown]
# Try `3 x` in the picture, too. A straight line has no bend, so its V has no right arm: the larger the step, the
# better. **A convolution is such a straight line in `x`, and in `w`.** We will use that.
#
# ### Exercise 3: choose_step
#
# *Easy, about 7 minutes, about 3 lines, 3 points.*
#
# Write `choose_step`. It returns the step at which the two arms of the V meet: where `h²` is `eps / h`.
#
# That is right for values around 1. Numbers around 1000 lie a thousand times further apart, so their step must be
# a thousand times larger. Multiply by the largest absolute value in `x`. But never multiply by less than 1:
# otherwise an array of zeros would have the step 0.
#
# `x` has any shape, and its dtype is float32 or float64. Use the `eps` of that dtype. The result is one number.
#
# An example: in float64, `x = [0.5, -0.2]` gives about 6.06e-06, and `x = [0.5, -20]` gives 20 times as much.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Write `h² = eps / h` on paper, and bring all `h` to one side.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# `h³ = eps`. A cube root is a power of 1/3. And `x.dtype` is what `np.finfo` wants to know.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# The exponent needs brackets: `** (1 / 3)`. For the scale take `np.abs(x)`, its maximum, and then the larger of
# that and 1.
#
# </details>


# %% answer="choose_step"
def choose_step(x):
    """Return a step for central differences at x, a number in the units of x.

    x: an array of any shape, float32 or float64.
    """
    ### BEGIN SOLUTION
    eps = np.finfo(x.dtype).eps
    scale = max(1, np.max(np.abs(x)))
    # the best step grows with the third root of the rounding error, and with the size of x
    return eps ** (1 / 3) * scale
    ### END SOLUTION


# %%
print("the examples:", choose_step(np.array([0.5, -0.2])), choose_step(np.array([0.5, -20])))

# %% [markdown]
# Does your step hit the bottom of the V?

# %%
from cs_conv.pictures.slopes import show_errors

h = np.logspace(-12, 0, 49)
kinds = {"float64": np.float64, "float32": np.float32}
errors = {name: np.array([sine_error(step, dtype) for step in h]) for name, dtype in kinds.items()}
chosen = {name: choose_step(np.ones(1, dtype)) for name, dtype in kinds.items()}
show_errors(h, errors, chosen)

# %% [markdown]
# *In words: the two curves again, each with a dashed line at your step: 6.1e-6 for float64, 4.9e-3 for float32.
# Both lines stand near the lowest point of their V.*

# %% test="dtypes"
check("choose_step", choose_step, "dtypes")

# %% test="units of x"
check("choose_step", choose_step, "units of x")

# %% [markdown]
# ## Kinks
#
# Some functions have corners. ReLU is `max(x, 0)`: flat below 0, slope 1 above. What does a central difference say
# *at* 0?


# %%
def relu(x):
    return np.maximum(x, 0)


# %%
predict(
    "numeric_gradient(relu, np.zeros(1), np.ones(1))[0]", ..., hint="The line goes from (-h, 0) to (h, h)."
)

# %%
show_secants(relu, x=0.0, h=1.0)

# %% [markdown]
# *In words: the curve of ReLU, twice, with its corner at 0. Left, the line to one side lies on the curve and has
# the slope 1. Right, the line from -1 to 1 cuts the corner and has the slope 0.5.*
#
# Neither 0 nor 1, and no step helps. The same happens where two numbers share a maximum: moving either of them
# up changes it, moving it down does not.

# %%
print(numeric_gradient(lambda x: np.array([x.max()]), np.array([2.0, 2.0, 1.0]), np.ones(1)))

# %% [markdown]
# A layer decides: it gives the whole gradient to one of them. So at a kink a right backward pass looks wrong. A
# kink within `h` of `x` spoils the measurement as well. Draw real numbers at random, and you will hardly ever meet
# one.
#
# ## When are two gradients the same?
#
# A measured gradient is never exactly the computed one. So we ask how large the difference is. Large compared with
# what? A difference of 0.01 is nothing among thousands, and everything among numbers of 0.001.
#
# Dividing each difference by its own entry looks fair, and it is a trap:

# %%
computed = np.array([0.0, 200.0, -50.0])
measured = computed + 1e-9  # nothing but a little rounding
print("entry by entry:", np.abs(computed - measured) / np.maximum(np.abs(computed), np.abs(measured)))

# %% [markdown]
# The first entry is truly 0, and any rounding at all gives it the largest possible error. So this course uses
# **one scale for the whole array**: the largest value in either of the two.
#
# ### Exercise 4: relative_error
#
# *Easy, about 6 minutes, about 3 lines, 4 points.*
#
# Write `relative_error`. From two arrays of the same shape, make one number: the largest absolute difference,
# divided by the largest absolute value in `a` or in `b`.
#
# If both arrays hold only zeros, they are equal: return 0.
#
# An example: `a = [1, -8, 2]` and `b = [2, -8, 2]` differ by 1, and the largest value is 8. The error is 0.125.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Three absolute values are needed. The order matters: absolute value first, then the maximum.
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# Compute two numbers, the largest difference and the largest value, and look at the second before you divide.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# `np.max(np.abs(...))` is used three times: on `a - b`, on `a`, and on `b`. Python's `max` takes the larger of
# two numbers.
#
# </details>


# %% answer="relative_error"
def relative_error(a, b):
    """Return the largest difference of two arrays relative to the largest value in either, a number.

    a, b: arrays of the same shape.
    """
    ### BEGIN SOLUTION
    difference = np.max(np.abs(a - b))
    largest = max(np.max(np.abs(a)), np.max(np.abs(b)))
    # two arrays of zeros are equal, and 0 / 0 is no number
    return 0.0 if largest == 0 else difference / largest
    ### END SOLUTION


# %%
print("the example, 0.125 is right:", relative_error(np.array([1.0, -8, 2]), np.array([2.0, -8, 2])))
print(f"a little rounding: {relative_error(computed, measured):.0e}")

# %% test="values"
check("relative_error", relative_error, "values")

# %% test="zeros and edge cases"
check("relative_error", relative_error, "zeros and edge cases")

# %% [markdown]
# ## Many calls, or 3, or 1
#
# Now a real layer: two images of 2 channels and 11x11 pixels, two filters of 3x3, stride 2, pad 1, no bias.
# `numeric_gradient` calls `forward` twice for each pixel and twice for each weight. How often is that, in all?


# %%
def forward(x, w):
    return conv_forward(x, w, np.zeros(len(w), w.dtype), stride=2, pad=1)


rng = np.random.default_rng(0)
x, w = rng.standard_normal((2, 2, 11, 11)), rng.standard_normal((2, 2, 3, 3))

# %%
predict(
    "2 * (x.size + w.size)", ..., hint="2 * 2 * 11 * 11 pixels and 2 * 2 * 3 * 3 weights, two calls each."
)


# %%
def counted(f):
    """The same function, which counts its calls in `.calls`."""

    def call(*arguments):
        call.calls += 1
        return f(*arguments)

    call.calls = 0
    return call


entry_by_entry = counted(forward)
out = forward(x, w)  # (2, 2, 6, 6)
dout = rng.standard_normal(out.shape)
dx = numeric_gradient(lambda x: entry_by_entry(x, w), x, dout, h=1)  # a straight line: h = 1 is exact
dw = numeric_gradient(lambda w: entry_by_entry(x, w), w, dout, h=1)
print(f"{entry_by_entry.calls:,} calls")

# %% [markdown]
# That is much for a small layer, and it grows with every pixel. Keep `dx` and `dw`: they are right. Now suppose that
# somebody hands you a `dx`. To find out whether it is right, you need not measure every entry.
#
# ### All entries at once
#
# Move **all** entries at the same time, each by its own random amount. Such a bundle of moves is a **direction**,
# an array `v` of the shape of `x`. If `dx` is right, it predicts what the loss does: each entry moves by `v` and
# counts `dx`, so the loss changes by `sum(v * dx)`. This is called the **directional derivative**.

# %%
one_entry = np.zeros((5, 5))
one_entry[1, 2] = 1
all_entries = np.random.default_rng(1).standard_normal((5, 5)).round(1)
show_grids(
    [one_entry, all_entries], ["one entry moves", "all entries move"], cell=0.5, axes=("row", "column")
)

# %% [markdown]
# *In words: two 5x5 grids. In the first all entries are 0 but one, which is 1. In the second each entry has a random
# value of its own, some positive and some negative.*
#
# A wrong entry of `dx` spoils the prediction, wherever it is. It does not say *where* it is, but we only want to
# know *whether*. For `x` and `w` together three calls are enough: one where we are, and one along each direction.
# (The layer is a straight line, so a difference to one side is exact, too.)

# %%
along = counted(forward)
v, u = rng.standard_normal(x.shape), rng.standard_normal(w.shape)
here = along(x, w)
print("x: measured", np.sum((along(x + v, w) - here) * dout), " predicted", np.sum(v * dx))
print("w: measured", np.sum((along(x, w + u) - here) * dout), " predicted", np.sum(u * dw))
print(along.calls, "calls")

wrong_dx = dx.copy()
wrong_dx[1, 0, 10, 10] = 0  # one pixel of 484 forgotten
print("x: predicted by a wrong dx", np.sum(v * wrong_dx))

# %% [markdown]
# ### No step at all
#
# One more idea, and a single call is left. A convolution without bias is a sum of products: pixel times weight.
# There are no squares and no constants. So it does not matter from where you start:
#
#     forward(x + v, w) - forward(x, w)  =  forward(v, w)
#
# The change along `v` is simply what the layer makes of `v`. Put that into the prediction:
#
#     sum(forward(v, w) * dout)  =  sum(v * dx)          for every v
#
# This is the **adjoint identity**, often written `<conv(v, w), d> = <v, dx>`. On the left stands one forward call,
# on the right the gradient to be checked. Nothing is moved, nothing is subtracted, and no digits are lost.
#
# **For `v` you may even take `x` itself**, if it is random. Then the left side is `sum(out * dout)`.
#
# The same `out` checks `dw`, because the layer is a sum of products in `w`, too:
#
#     sum(out * dout)  =  sum(x * dx)  =  sum(w * dw)

# %%
single = counted(forward)
print("sum(out * dout)  ", np.sum(single(x, w) * dout))
print("sum(x * dx)      ", np.sum(x * dx))
print("sum(w * dw)      ", np.sum(w * dw))
print("sum(x * wrong_dx)", np.sum(x * wrong_dx))
print(single.calls, "call")

# %%
from cs_conv.pictures.slopes import show_calls

calls = {
    "entry by entry": entry_by_entry.calls,
    "along one direction": along.calls,
    "adjoint identity": single.calls,
}
show_calls(calls)
assert list(calls.values()) == [1040, 3, 1], "Run the cells of this section again, from the top."

# %% [markdown]
# *In words: three bars on a scale of powers of ten. Entry by entry takes 1,040 calls of forward, one random direction
# for x and one for w take 3, and the adjoint identity takes 1.*
#
# Two remarks. A layer with a bias has a constant in it: subtract the bias from `out` first. And ReLU and max pooling
# are no sums of products, but doubling `x` doubles their output, and that is enough for `sum(out * dout) =
# sum(x * dx)`, even at a kink. (Notebook 05 comes back to this.)
#
# ### How to be fooled
#
# The **gap** is how far apart the two sides of the identity are. It should be 0, but for rounding.
#
# It is tempting to take ones for `dout`. Here is a gradient that was computed from a `dout` that had been turned
# around. What is its gap, if `dout` is all ones? And if it is random?


# %%
def gap(x, dout):
    """How far apart the two sides are for a dx that was computed from dout turned around, for out = 3 x."""
    out, turned_dx = 3 * x, 3 * dout[::-1]
    return abs(np.sum(out * dout) - np.sum(x * turned_dx))


numbers = np.array([1.0, 2.0, 4.0])

# %%
predict("gap(numbers, np.ones(3))", ..., hint="What does [1, 1, 1] look like from behind?")

# %%
print("random dout:", gap(numbers, rng.standard_normal(3)))

# %% [markdown]
# With ones, a mix-up of places does not show. The same holds for an `x` or a `w` of ones. So draw numbers at
# random.
#
# **How small is small?** Compare the gap with something. The sum itself will not do: positive and negative terms can
# cancel, in a right layer too. Then nothing but rounding is left of the sum, as here, where 0 would be right:

# %%
print("0.1 + 0.2 - 0.3 =", 0.1 + 0.2 - 0.3)

# %% [markdown]
# Compared with the sum, this error is as large as can be. Compared with the **size of the terms**, 0.1 + 0.2 + 0.3, it
# is tiny. For `dx` the size of the terms is `sum(abs(x * dx))`, and for `dw` it is `sum(abs(w * dw))`. With right
# gradients only rounding is left:

# %%
for name, dtype in kinds.items():
    terms = v * dx
    left = np.sum(forward(v.astype(dtype), w.astype(dtype)) * dout)
    print(f"{name}: the gap of a right dx is {abs(left - np.sum(terms)) / np.sum(np.abs(terms)):.0e}")

# %% [markdown]
# Put the limit well above what float32 leaves, about a hundred times, but not much higher. A bug may be small, and even a large one may, by bad luck,
# have a small gap for the one direction that you drew.
#
# **And if it is not a number?** A gradient that divides by 0 somewhere holds a `nan`. What does Python say here?

# %%
predict("float('nan') > 1e-6", ..., hint="A nan is neither larger nor smaller than anything.")

# %% [markdown]
# So "wrong if the gap is larger than the limit" lets it pass. "Wrong unless the gap is smaller" does not.
#
# ### Exercise 5: find_bugs
#
# *Hard, about 15 minutes, about 10 lines, 7 points.*
#
# Write `find_bugs`. You get a layer, and you do not know how it works:
#
# - `forward(x, w)` gives `out`. It is right, and it is a sum of products: linear in `x` and linear in `w`.
# - `backward(dout, x, w)` gives the pair `dx, dw`. It is right, or one of the two is wrong, or both are.
# - `x` and `w` are arrays of this layer's sizes with random numbers, in float64 or in float32. You may draw others.
#
# Return a list with the names of the wrong gradients: `[]`, `["dx"]`, `["dw"]` or `["dx", "dw"]`, in this order.
# Some bugs are small: a gradient with a relative error of 1e-3 is wrong. So is one that holds a `nan`. Rounding is
# no bug, even in a layer where the terms cancel and all outputs are near 0.
#
# **The points**: 4 for finding all bugs, with as many calls of `forward` as you like. 2 more if 4 calls are enough
# for you. 1 more if you need a single call. Calls of `backward` do not count. If a check fails because of the
# number of calls, it says how many there were.
#
# An example: for `forward = x * w` (place by place, same shapes) and a `backward` that gives `dout * w` and
# `-dout * x`, the sign of `dw` is wrong: return `["dw"]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# The section "No step at all" compares three sums. Which two of them are compared to judge `dx`? Which to judge
# `dw`?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# You need an `out`, then a random `dout` of its shape, then `backward`. For each of the two gradients, compute the
# gap. Is it large, compared with the sum of the absolute values of its own terms?
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# `rng = np.random.default_rng(0)` and `rng.standard_normal(out.shape)` draw `dout`. Begin with an empty list. Loop
# over `("dx", x, dx)` and `("dw", w, dw)`, and `append` the name unless the gap is smaller than 1e-6 times the size
# of the terms. `not gap < limit` is also true for a `nan`.
#
# </details>


# %% answer="find_bugs"
def find_bugs(forward, backward, x, w):
    """Return the names of the wrong gradients, a list: [], ["dx"], ["dw"] or ["dx", "dw"].

    forward(x, w) -> out is linear in x and in w. backward(dout, x, w) -> dx, dw may be wrong.
    """
    ### BEGIN SOLUTION
    rng = np.random.default_rng(0)
    out = forward(x, w)
    dout = rng.standard_normal(out.shape)
    dx, dw = backward(dout, x, w)
    wrong = []
    for name, value, gradient in (("dx", x, dx), ("dw", w, dw)):
        # out is linear in each argument, so sum(out * dout) must be sum(value * gradient)
        terms = value * gradient
        gap = abs(np.sum(out * dout) - np.sum(terms))
        # `not <` in place of `>=` also catches a gradient with nan in it
        if not gap < 1e-6 * np.sum(np.abs(terms)):
            wrong.append(name)
    return wrong
    ### END SOLUTION


# %% [markdown]
# Try it on the example first:

# %%
rng = np.random.default_rng(2)
five, more = rng.standard_normal((2, 5))
print(find_bugs(lambda x, w: x * w, lambda dout, x, w: (dout * w, -dout * x), five, more), "['dw'] is right")
print(find_bugs(lambda x, w: x * w, lambda dout, x, w: (dout * w, dout * x), five, more), "[] is right")

# %% test="bugs"
check("find_bugs", find_bugs, "bugs")

# %% test="few calls"
check("find_bugs", find_bugs, "few calls")

# %% test="one call"
check("find_bugs", find_bugs, "one call")

# %% [markdown]
# ## The line-up
#
# Eight layers. Each is a convolution along a line, a matrix product, or a convolution of images. You can look at
# `forward` and `backward` of a suspect, but you need not. Your function questions them, and the calls are counted.

# %%
suspects = line_up()
rightly = 0
print("suspect  layer            you say is wrong  calls  entry by entry")
for name, s in suspects.items():
    asked = counted(s.forward)
    found = find_bugs(asked, s.backward, s.x, s.w)
    rightly += list(found) == list(s.wrong)
    said = " and ".join(found) or "nothing"
    print(f"{name:8} {s.kind:16} {said:16} {asked.calls:6} {2 * (s.x.size + s.w.size):15}")
print(f"you are right about {rightly} of {len(suspects)}")

# %% [markdown]
# Others stand in line with another seed: `line_up(seed=4)`.
#
# **Where is the bug?** One call says whether there is one. If there is, entry by entry is the right tool again: on a
# *small* layer, where a few hundred calls cost nothing, a picture of the differences often shows what went wrong.
# Here is suspect D.

# %%
guilty = suspects["D"]
sent = rng.standard_normal(guilty.forward(guilty.x, guilty.w).shape)
measured = numeric_gradient(lambda x: guilty.forward(x, guilty.w), guilty.x, sent, h=1)[0, 0]
answered = guilty.backward(sent, guilty.x, guilty.w)[0][0, 0]
difference = np.round(measured - answered, 9) + 0.0  # what is only rounding becomes 0
titles = ["dx[0, 0], measured", "what D says", "difference"]
show_grids([measured, answered, difference], titles, same_colors=True, cell=0.55, axes=("row", "column"))

# %% [markdown]
# *In words: three 5x5 grids. The measured gradient and that of suspect D are equal but for the last column, where D
# has zeros. So the difference is 0 in four columns.*
#
# ## What you know now
#
# - `dout` says how fast the loss grows with each output. It begins at the loss, and each layer gets one.
# - Any gradient can be measured: `(f(x + h) - f(x - h)) / 2h`, entry by entry. The error is `h²` from the bend and
#   `eps / h` from rounding; they meet at the cube root of `eps`.
# - A convolution is a straight line, so a step of 1 is exact. At a kink no step helps.
# - Two gradients are compared with one scale for the whole array: `relative_error`.
# - One random direction tests all entries at once. For sums of products one forward call does:
#   `sum(out * dout) = sum(x * dx) = sum(w * dw)`.
# - Numbers are drawn at random, the limit stands just above rounding, and a `nan` is wrong.
#
# ## Do you remember?
#
# Think first, then open. All of it is from earlier notebooks.
#
# <details><summary>1. A layer has 10 filters of 3x3 over 3 channels, with biases. How many numbers does it learn?
# </summary>
#
# 10 * (3 * 3 * 3 + 1) = 280.
#
# </details>
#
# <details><summary>2. Images of 11x11 pixels, filters of 3x3, stride 2, pad 1: how large is the output?</summary>
#
# (11 - 3 + 2 * 1) / 2 + 1 = 6, so 6x6.
#
# </details>
#
# <details><summary>3. Does the layer of notebook 02 flip its filters before it slides them?</summary>
#
# No. It computes a cross-correlation. But watch for a flip in the next notebook.
#
# </details>
#
# **Where to go next.** In notebook 04, *Convolution, backward*, you find the formulas for `dx`, `dw` and `db`, and
# test them with the tools that you have just made.
