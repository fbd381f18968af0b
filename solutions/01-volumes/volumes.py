# %% [markdown]
# # Volumes and sizing
#
# Before you write a layer, you can say what comes out of it. After this notebook you read the size of any
# convolutional layer off four numbers, you know when it cannot exist, and you can count what it learns.
# It takes about 55 minutes.
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `depth_slice`, `depth_column` | the two ways to look into a volume | easy | 5 | 2 | 4 |
# | `output_size` | how many windows fit | easy | 10 | 4 | 4 |
# | `extra_pixels` | how many pixels are missing where they do not | medium | 10 | 4 | 4 |
# | `conv_parameters` | what a layer learns | easy | 10 | 2 | 4 |

# %% locked="setup"
import numpy as np

from autograder import check, predict

# %% [markdown]
# ## A volume
#
# A colour photograph is a stack of three images: how red, how green and how blue each pixel is.

# %%
from cs_conv.data import photograph
from cs_conv.pictures.volumes import show_channels

x = photograph(color=True).transpose(2, 0, 1)  # (3, 200, 256): channel, row, column
show_channels(x, ["red", "green", "blue"], place=(60, 150))

# %% [markdown]
# *In words: three grey cards one behind the other, each with the same cup of coffee: its red, its green
# and its blue channel. The saucer is bright in red, and nearly black in blue. A line goes through all three
# cards, at row 60 and column 150 of each.*
#
# Such a stack is called a **volume**. It has a width, a height and a **depth**, the number of its channels.
# In this course a volume is an array `(C, H, W)`: channels first, then rows, then columns.
#
# Each of the cards is a **depth slice**. The numbers along the line are a **depth column**, which is
# also called a **fibre**.
#
# The Stanford notes, on which this course is built, write a volume as width x height x depth, and our
# photograph would be 256x200x3. Their `X[:, :, d]` is a depth slice, our `x[d]`. Their `X[x, y, :]` is a
# depth column. With rows first and channels first it becomes our `x[:, i, j]`.
#
# "Depth" has a second meaning: a *network* is deep if it has many layers. The depth of a volume says
# nothing about that.
#
# In a cell like the next one you guess before you compute. Write your guess in place of the dots, for
# instance `(3, 2, 1)`, and run the cell. There are no points to lose.

# %%
predict("x[1].shape", ..., "A number as an index takes its axis away. Which axes stay?")
predict("x[:, 60, 150].shape", ..., "Only the axis of the channels stays; a shape with one axis is (n,).")
predict("x[:, 60].shape", ..., "This is row 60 of each channel.")

# %% [markdown]
# ### Exercise 1: slices and columns
#
# *Easy, about 5 minutes, about 1 line each, 2 points each.*
#
# Write two functions for any volume `x` of shape `(C, H, W)`:
#
# - `depth_slice(x, d)` returns channel `d`, an array `(H, W)`.
# - `depth_column(x, i, j)` returns the numbers of all channels at row `i` and column `j`, an array `(C,)`.
#
# Channels, rows and columns are counted from 0.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which axis of `x` does each of `d`, `i` and `j` count along?
#
# </details>
#
# <details><summary>Hint 2: the idea</summary>
#
# One index for each axis, in the order of the axes. A colon `:` keeps a whole axis.
#
# </details>
#
# <details><summary>Hint 3: nearly the answer</summary>
#
# The cell with your guesses has a slice and a column already, with numbers in place of the names.
#
# </details>


# %% answer="depth_slice"
def depth_slice(x, d):
    """Return channel d of a volume x (C, H, W): an array (H, W)."""
    ### BEGIN SOLUTION
    return x[d]
    ### END SOLUTION


# %% test="slices"
check("depth_slice", depth_slice, "slices")


# %% answer="depth_column"
def depth_column(x, i, j):
    """Return the depth column of a volume x (C, H, W) at row i and column j: an array (C,)."""
    ### BEGIN SOLUTION
    return x[:, i, j]
    ### END SOLUTION


# %% test="columns"
check("depth_column", depth_column, "columns")

# %% [markdown]
# ## A view is not a copy
#
# An index with numbers and colons copies nothing. It gives a **view**: an array that looks at the same
# memory. Does that matter? Guess first: the next cell takes *your* red slice of a photograph and fills the
# slice with 0. It never touches the photograph again. What colour will the photograph have?

# %%
import matplotlib.pyplot as plt

from cs_conv.pictures.convolution import show_photograph

picture = photograph(color=True).transpose(2, 0, 1)
red = depth_slice(picture, 0)
red[:] = 0

_, axes = plt.subplots(1, 2, figsize=(9, 3.4))
show_photograph(x.transpose(1, 2, 0), "before", axes[0])
show_photograph(picture.transpose(1, 2, 0), "after", axes[1])
print("the slice shares its memory with the photograph:", np.shares_memory(red, picture))

# %% [markdown]
# *In words: on the left the photograph as it was. On the right, if `depth_slice` gives a view, the same
# photograph without red: the saucer is nearly black, the white cup is turquoise.*
#
# Views are one reason why NumPy is fast: no number is copied, however large the slice. They are also a trap:
# change a view, and the original has changed. The checks of this course notice if a function changes its
# arguments. If you want numbers of your own, write `x[0].copy()`.

# %% [markdown]
# ## What one neuron sees
#
# A **fully connected** neuron has a weight for each number of its input. Count them:

# %%
for side in (32, 200):
    print(f"an image of {side}x{side}x3: {side * side * 3:,} weights for one neuron")

# %% [markdown]
# That is one neuron, and a layer needs many. Also, nothing in it knows that some pixels are neighbours.
#
# A neuron of a **convolutional** layer sees a small window only, `F` rows and `F` columns, but **all
# channels** of it. It is local in width and height, and full in depth. `F` is called its **receptive field**
# or filter size.

# %%
for F, C in ((5, 3), (3, 20)):
    print(f"a window of {F}x{F} pixels, {C} channels: {F * F * C} weights, and 1 bias")

# %% [markdown]
# Such a neuron computes what every neuron computes: each weight times its number, all added up, and the
# bias. What is new is only how little it is joined to.

# %% [markdown]
# ## How many windows
#
# One row of pixels is enough to see how windows are laid. This row has 5 pixels, `1 2 -1 1 -3`, and a zero
# of **padding** at both ends. The filter has the three weights `1 0 -1`, and no bias.

# %%
from cs_conv.pictures.volumes import show_row

row, weights = np.array([1.0, 2, -1, 1, -3]), np.array([1.0, 0, -1])
show_row(row, weights, strides=[1, 2], pad=1)

# %% [markdown]
# *In words: twice the padded row 0 1 2 -1 1 -3 0. Lines join each output, above, to the three pixels that
# it is made of. At stride 1 there are five outputs: -2 2 1 2 1. At stride 2 there are three: -2 1 1.*
#
# All outputs are made with the same three weights. The first is $1 \cdot 0 + 0 \cdot 1 - 1 \cdot 2 = -2$.
# The **stride** says how far the window moves: at stride 2, every second output is left out.
#
# At stride 1 and with one zero at each end, 5 pixels give 5 outputs. Now without a picture:

# %%
predict("len(range(0, 5 - 3 + 1, 1))", ..., "A window of 3 on 5 pixels, no padding: where can it begin?")
predict("len(range(0, 7 - 3 + 1, 2))", ..., "It begins at pixels 0, 2, 4, and must not hang over the end.")

# %% [markdown]
# ### Exercise 2: output_size
#
# *Easy, about 10 minutes, about 4 lines, 4 points.*
#
# A window of `F` pixels slides over a row of `W` pixels that has `P` more pixels of padding at each end. It begins at
# the first pixel and moves `S` pixels at a time: `S` is the stride. Return at how many places the window stands, as an
# `int`: NumPy takes no 3.0 for a size. For example, `output_size(5, 3, 2, 1)` is 3. (The check takes 3.0, too.)
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
# Call that `room`. `room // S` counts the steps, `room % S` is what is left over. Which windows does a count of the
# steps not count? And there are two reasons to raise the error.
# </details>


# %% answer="output_size"
def output_size(W, F, S=1, P=0):
    """Return how many places a window of F pixels has on W pixels, at stride S, with pad P at each end."""
    ### BEGIN SOLUTION
    # how far the first window can still move
    room = W + 2 * P - F
    # negative: the window is longer than the row; a rest: the last window would not end at the last pixel
    if room < 0 or room % S:
        raise ValueError(f"{F} pixels at stride {S} do not fit {W} pixels with pad {P}")
    # one place for each step, and the place of the first window
    return room // S + 1
    ### END SOLUTION


# %% test="sizes"
check("output_size", output_size, "sizes")

# %% test="errors"
check("output_size", output_size, "errors")

# %% [markdown]
# As a formula:
#
# $$\frac{W - F + 2P}{S} + 1$$
#
# It is the same for rows and for columns. Move the sliders. Your function computes along.

# %%
from cs_conv.live import sizes

sizes(globals(), W=10, F=3, S=2)

# %% [markdown]
# *In words: a row of 10 pixels, with windows of 3 pixels at stride 2. Four windows fit, and no window reaches
# the last pixel: it turns red, or has the count 0 in the still picture. The formula gives
# (10 - 3 + 0) / 2 + 1 = 4.5, which is no whole number.*
#
# Some things to find:
#
# - All strides that fit 10 pixels and a filter of 3. (`10 - 3` is 7. What divides 7?)
# - For 5 pixels, a filter of 3 and padding 1: a stride that does not fit.
# - At stride 1: padding that keeps the size. For which filters is there none?
#
# The last one matters most. You want $W - F + 2P + 1 = W$, so $P = (F - 1) / 2$. It is called **same
# padding**.

# %%
for F in (1, 2, 3, 4, 5, 6, 7):
    keeps = [P for P in range(10) if output_size(32, F, 1, P) == 32]
    print(f"filter {F}: (F - 1) / 2 = {(F - 1) / 2}, so P that keeps 32 pixels: {keeps or 'none'}")

# %% [markdown]
# An even filter would need half a pixel at each end. This is one reason why almost all filters are odd.
#
# ## How often a pixel is seen
#
# A larger stride gives fewer outputs, and its windows overlap less. Here is how many windows of 3x3 look at
# each pixel of a 7x7 image:

# %%
from cs_conv.pictures.grid import show_grids


def seen(W, F, S):
    """How many windows see each of W pixels, in one direction."""
    count = np.zeros(W)
    for n in range(int(output_size(W, F, S))):
        count[n * S : n * S + F] += 1
    return count


counts = [np.outer(seen(7, 3, S), seen(7, 3, S)) for S in (1, 2, 4)]
show_grids(counts, ["stride 1", "stride 2", "stride 4"], axes=("row", "column"))

# %% [markdown]
# *In words: three 7x7 grids. At stride 1 the corners are seen by 1 window and the middle by 9. At stride 2
# the counts are 1, 2 and 4. At stride 4 no pixel is seen twice, and the row and the column in the middle are
# not seen at all.*
#
# At stride 4 the windows of 3 fit, and yet there are gaps, as always if the stride is larger than the filter.
# Strides of 3 and more are rare. One famous layer, which you will meet below, has windows of 11x11 at stride
# 4. Guess:

# %%
predict(
    "int(seen(227, 11, 4).max()) ** 2",
    ...,
    "In one direction: windows begin every 4 pixels, and are 11 long.",
)

# %% [markdown]
# ## A mystery: 224
#
# In 2012 a network called **AlexNet** won the largest contest of image recognition. It missed the right class with
# all of its five guesses on 15.3% of the images; the second best missed on 26.2%. Its paper says that its first layer
# reads images of **224x224** pixels, with windows of **11x11** at **stride 4**, and that 55x55 places come out. It
# does not mention any padding.
#
# You have the tools to check this. How many of the paddings 0, 1, 2, ... 100 make it fit?


# %%
def fits(W, F, S, P=0):
    try:
        output_size(W, F, S, P)
    except ValueError:
        return False
    return True


predict("sum(fits(224, 11, 4, P) for P in range(101))", ..., "Try a few with the formula: 224 - 11 + 2 P.")

# %% [markdown]
# Now look at all of them:

# %%
for P in (0, 1, 1.5, 2, 3, 4):
    print(f"P = {P}: (224 - 11 + {2 * P:g}) / 4 + 1 = {(224 - 11 + 2 * P) / 4 + 1}")

# %% [markdown]
# No whole `P` will ever do: `224 - 11` is odd, `2 * P` is even, and 4 divides no odd number. But look at 1.5.
#
# This has puzzled many readers. Hunt for the answer with a function that says how many pixels are missing *in
# all*, at whichever end.

# %% [markdown]
# ### Exercise 3: extra_pixels
#
# *Medium, about 10 minutes, about 4 lines, 4 points.*
#
# Write `extra_pixels`. It returns the smallest number `e`, 0 or more, for which windows of `F` pixels at
# stride `S` fit on `W + e` pixels. There is no other padding. For example, `extra_pixels(10, 3, 2)` is 1,
# since windows of 3 at stride 2 do not fit 10 pixels, but fit 11; and `extra_pixels(5, 4, 3)` is 2. If the window
# is longer than the row, at least `F - W` pixels are missing.
#
# <details><summary>Hint 1: a nudge</summary>
#
# You know how to tell whether a size fits. Here you are asked for the first size that does.
# </details><details><summary>Hint 2: the idea</summary>
#
# Begin with 0 extra pixels, and add 1 until it fits. A formula is possible, too: if `r` pixels are left over, how many
# more would make one more step?
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# A `while` loop goes on as long as it does *not* fit. There are the same two reasons for that as in `output_size`,
# now with `W + extra` pixels and without padding.
# </details>


# %% answer="extra_pixels"
def extra_pixels(W, F, S=1):
    """Return the smallest number of pixels that makes windows of F pixels at stride S fit W pixels."""
    ### BEGIN SOLUTION
    extra = 0
    # add pixels one by one until a window fits and none is left over
    while W + extra < F or (W + extra - F) % S:
        extra += 1
    return extra
    ### END SOLUTION


# %% test="pixels"
check("extra_pixels", extra_pixels, "pixels")

# %% [markdown]
# The mystery:

# %%
extra = extra_pixels(224, 11, 4)
print(f"224 pixels lack {extra}: {224 + extra} pixels give {output_size(224 + extra, 11, 4)} places")

# %% [markdown]
# Three pixels in all: 1 at one end and 2 at the other, which is what "P = 1.5" means. The Stanford notes guess
# that there was "zero-padding of 3 extra pixels". That cannot be `P = 3`, which gives 55.75, nor `P = 2`, which
# gives 55.25 (though a library that rounds down makes 55 of both). Usually the story is told with images of
# **227x227** pixels and no padding. So do we, from here on.
#
# ## What a library does
#
# If a size does not fit, a library can do one of three things: raise an error; leave the last pixels out; add
# pixels at the end. Computed with your functions:

# %%
print(" W   F  S   an error?  leave out  add")
for W, F, S in ((7, 3, 2), (10, 3, 2), (224, 11, 4)):
    answer = f"{output_size(W, F, S)} places" if fits(W, F, S) else "an error"
    leave_out = output_size(W - (W - F) % S, F, S)
    add = output_size(W + extra_pixels(W, F, S), F, S)
    print(f"{W:3} {F:2} {S:2}   {answer:9} {leave_out:10} {add:4}")

# %% [markdown]
# Leaving out rounds the formula down, adding rounds it up. Where the size fits, all three agree. Most
# libraries leave out, and say nothing: the last row and the last column of an image are then never looked at.
# This course raises the error, so that you notice.

# %% [markdown]
# ## A layer
#
# One filter, laid on all windows, gives one number each: a depth slice. A layer has `K` filters, so its output
# has depth `K`. Here is the first layer of AlexNet, drawn **to scale**: a pixel is as long as a channel is
# deep. It reads 227x227 pixels with 3 channels, and has 96 filters of 11x11 at stride 4, without padding.

# %%
from cs_conv.pictures.volumes import show_layer

show_layer(227, C=3, F=11, stride=4, K=96, places=[(10, 12), (40, 30)])

# %% [markdown]
# *In words: on the left the input, a wide and high wall that is only 3 deep. On the right the output, a block:
# 55 wide, 55 high, 96 deep. Two windows of 11x11x3 are marked in the wall, and for each of them one depth
# column of 96 neurons in the block.*
#
# The network trades width and height for depth. Look at one marked pair: **all 96 neurons of a depth column
# look at the same window**, each with weights of its own. And all neurons of a depth *slice* look at
# different windows with the *same* weights.

# %%
places = int(output_size(227, 11, 4))
neurons = np.zeros((96, places, places))

predict("depth_column(neurons, 10, 12).size", ..., "How many neurons look at this one window?")
predict("depth_slice(neurons, 7).size", ..., "How many windows does one filter look at?")

# %%
print(f"neurons in all: {neurons.shape[1]} x {neurons.shape[2]} x {neurons.shape[0]} = {neurons.size:,}")

# %% [markdown]
# The same weights in a whole slice is called **parameter sharing**. If it is worth looking for an edge in one
# corner, it is worth looking for it in all the others. What does it save?

# %% [markdown]
# ### Exercise 4: conv_parameters
#
# *Easy, about 10 minutes, about 2 lines, 4 points.*
#
# Parameters are the numbers that a layer learns: weights and biases. Write `conv_parameters(C, F, K, OH, OW)`
# for a layer of `K` filters of `F` rows and `F` columns, on an input with `C` channels. Its output has `OH`
# rows and `OW` columns of places. Return **two** numbers, weights and biases together in each:
#
# 1. with sharing: each of the `K` filters has its weights and one bias, and all places use them;
# 2. without sharing: each *neuron* has weights and a bias of its own.
#
# For example, `conv_parameters(1, 1, 1, 1, 2)` is `(2, 4)`: one filter of a single weight and a bias, and two
# neurons.
#
# <details><summary>Hint 1: a nudge</summary>
#
# You counted the weights of one neuron above, for windows of 5x5x3 and 3x3x20. How many neurons are in the output?
# </details><details><summary>Hint 2: the idea</summary>
#
# Count what one filter has, its bias with it. With sharing there are `K` such filters. Without, there is one for
# each neuron, and at each place of the output there is a depth column of neurons.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# A filter reaches through all `C` channels: rows, columns and channels are multiplied, the bias is added. Mind the
# brackets. The second number is the first one, times something that you know.
# </details>


# %% answer="conv_parameters"
def conv_parameters(C, F, K, OH, OW):
    """Return how many parameters a layer of K filters (C, F, F) has: shared by all places, and not shared."""
    ### BEGIN SOLUTION
    # each filter has C * F * F weights and one bias
    shared = K * (C * F * F + 1)
    # not shared: every place has filters of its own
    return shared, OH * OW * shared
    ### END SOLUTION


# %% test="shared"
check("conv_parameters", conv_parameters, "shared")

# %% test="unshared"
check("conv_parameters", conv_parameters, "unshared")

# %% [markdown]
# AlexNet's first layer, with your function:

# %%
shared, unshared = conv_parameters(3, 11, 96, 55, 55)
print(f"with sharing:    {shared:>14,} = {shared - 96:,} weights and 96 biases")
print(f"without sharing: {unshared:>14,}, {unshared // shared:,} times as many")
print(f"fully connected: {neurons.size * (3 * 227 * 227 + 1):>14,}")

# %% [markdown]
# The first line does not depend on the size of the image, the other two do. A convolutional layer with sharing
# learns as much for a stamp as for a poster.
#
# ## What you know now
#
# - A volume is an array `(C, H, W)`. `x[d]` is a depth slice, `x[:, i, j]` a depth column, and both are views.
# - A layer has four hyperparameters: `K` filters, their size `F`, the stride `S` and the padding `P`. (You will
#   often read "three": the size of the filter is then forgotten.) From `C` channels it makes `K`.
# - Rows and columns of its output are `(W - F + 2P) / S + 1` each. If that is not whole, it does not fit.
# - Same padding is `(F - 1) / 2`, for odd `F` only.
# - It learns `K * (C * F * F + 1)` numbers, whatever the size of the image.
#
# **Where to go next.** You know what comes out, but not yet which numbers. In notebook 02, *Convolution,
# forward*, you compute them.
#
# ## Three questions
#
# Answer each before you open it.
#
# <details><summary>From notebook 00: a check fails on many inputs. Which one does its report show, and why?</summary>
#
# The smallest one that it fails on, because you can follow that by hand.
#
# </details>
#
# <details><summary>From notebook 00: your `output_size` is wrong. Does that cost points in
# `conv_parameters`?</summary>
#
# No. Each function is checked by itself, and `conv_parameters` is told how many places there are.
#
# </details>
#
# <details><summary>From this one: 16 filters of 5x5, stride 1, padding 2, on an image of 32x32 pixels and 3
# channels. Which volume comes out, and how many numbers does the layer learn?</summary>
#
# The padding is the same padding of F = 5, so the volume is `(16, 32, 32)`. Each filter has 5 * 5 * 3 = 75
# weights and a bias, so the layer learns 16 * 76 = 1,216 numbers.
#
# </details>
