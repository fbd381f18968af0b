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
# # Variants of convolution
#
# After this notebook you can change what a convolution looks at: spread its filters out, share its channels
# out among groups, or give every place filters of its own. And you can say which pixels an output depends
# on, by counting and by experiment. It takes about 65 minutes.
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `dilated_conv` | filters with gaps | medium | 15 | 14 | 6 |
# | `dilated_conv_dx` | the gradient of its input | medium | 15 | 10 | 5 |
# | `receptive_field` | how far an output sees | easy | 10 | 5 | 3 |
# | `grouped_conv` | channels shared out among groups | medium | 10 | 8 | 5 |
# | `locally_connected` | filters of its own for each place | easy | 10 | 7 | 4 |

# %% locked="setup"
import numpy as np

from autograder import check, predict

# %% [markdown]
# ## What a 1x1 filter computes
#
# In notebook 02 a 1x1 filter turned a colour photograph into a grey one. To people who know images as rows
# and columns alone, a 1x1 filter sounds like a multiplication by a number. In a ConvNet it is more: the
# volume has channels, and a filter reaches through all of them. On a volume of 3 channels, each output is a
# dot product of 3 numbers.
#
# So a 1x1 layer takes the channels of one pixel, C numbers, and makes K numbers of them, with the same K x C
# weights at each pixel. You know this operation by another name.

# %%
rng = np.random.default_rng(0)
x = rng.normal(size=(1, 3, 32, 32))  # (N, C, H, W)
w = rng.normal(size=(8, 3, 1, 1))  # (K, C, 1, 1)
pixels = x[0].reshape(3, 32 * 32)  # (C, H W): one column for each pixel
answers = w.reshape(8, 3) @ pixels  # (K, C) @ (C, H W) -> (K, H W)
one_by_one = answers.reshape(1, 8, 32, 32)
print("a volume of", x.shape, "becomes", one_by_one.shape)

# %% [markdown]
# It is a **matrix product** over the channels, and im2col is not needed for it. (When your `dilated_conv` below is
# written, a cell compares the two.) Networks use it where channels have become many: a cheap 1x1 layer
# makes them few, an expensive layer works on those few, and another 1x1 layer makes them many again.
#
# How many weights does a 1x1 layer have that turns 256 channels into 64? Write your guess in place of the
# dots.

# %%
few = np.zeros((64, 256, 1, 1))
predict("few.size", ..., "It has a row of 256 weights for each of 64 filters.")

# %% [markdown]
# ## A filter with gaps
#
# A filter looks at pixels that lie side by side. They need not. The next picture shows, on one row, which
# pixels 3 weights read if they stand 1, 2 and 3 pixels apart.

# %%
from cs_conv.pictures.grid import show_grids

rows = np.zeros((3, 9))
for dilation in (1, 2, 3):
    rows[dilation - 1, : 2 * dilation + 1 : dilation] = 1
titles = [f"dilation {dilation}: 3 weights reach over {2 * dilation + 1} pixels" for dilation in (1, 2, 3)]
for row, title in zip(rows, titles, strict=True):
    show_grids([row[None]], [title], cell=0.4, axes=("", "column"))

# %% [markdown]
# *In words: three rows of nine pixels. With dilation 1 the weights read pixels 0, 1 and 2; with dilation 2
# pixels 0, 2 and 4; with dilation 3 pixels 0, 3 and 6.*
#
# The step from one weight to the next is the **dilation**. A filter of `F` weights reaches over
#
# $$F' = (F - 1) \cdot D + 1$$
#
# pixels, with $D$ for the dilation, and as many windows fit as of a dense filter of that reach:
# $(W - F' + 2P) / S + 1$. The number of weights does not change.
#
# **Two ways to count.** The libraries and this course call a dense filter *dilation 1*: the step is 1. The
# Stanford notes call it *dilation 0*: there are 0 pixels between two weights. Nothing else differs, but a 1
# in the wrong place is a wrong network:

# %%
print("        this course   the notes   reach")
for D in (1, 2, 3, 4):
    print(f"F = 3 {D:13} {D - 1:11} {(3 - 1) * D + 1:7}")

# %% [markdown]
# A row of 12 pixels, 3 weights at dilation 4, stride 1, no padding: how many windows fit?

# %%
from cs_conv.geometry import output_size

print("at dilation 1:", output_size(12, 3), "windows")
predict("output_size(12, 3, dilation=4)", ..., "First find how many pixels one window reaches over.")

# %% [markdown]
# ### Exercise 1: dilated_conv
#
# *Medium, about 15 minutes, about 14 lines, 6 points.*
#
# Write `dilated_conv`: your `conv_forward` of notebook 02, with gaps in its windows.
#
# - `x` has shape `(N, C, H, W)`, `w` has shape `(K, C, FH, FW)`, `b` has shape `(K,)`.
# - `dilation` is the step from one weight to the next, the same for rows and columns. 1 is dense.
# - `stride` and `pad` mean what they meant: how far the window moves, and how many rows and columns of
#   zeros are put on each side.
# - Where the windows do not fit, raise a `ValueError` (not graded: a function that rounds down passes, too).
#
# An example: on the row `[1, 2, 3, 4]`, the filter `[1, 10]` at dilation 2 gives `1 + 30 = 31` and
# `2 + 40 = 42`.
#
# Two loops over the places are enough: for one place, all images and filters can be done at once.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which of the rows of `x` does the window of output `(i, j)` read, if `FH` is 3 and the dilation is 2?
# Write the numbers down for `i = 0` and `i = 1`, with stride 1. Then think of a slice that gives just
# these.
# </details><details><summary>Hint 2: the idea</summary>
#
# A slice has three parts, `begin : end : step`. The stride decides where it begins; the dilation is its
# step; and where it ends depends on how far a window reaches.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# With `high = (FH - 1) * dilation + 1` there are `(H - high + 2 * pad) // stride + 1` rows of outputs. The
# rows of the window are `top : top + high : dilation`. `np.tensordot(window, w, ((1, 2, 3), (1, 2, 3)))`
# multiplies a window `(N, C, FH, FW)` with all filters and has shape `(N, K)`.
# </details>


# %% answer="dilated_conv"
def dilated_conv(x, w, b, stride=1, pad=0, dilation=1):
    """Return the convolution with filters whose weights stand `dilation` pixels apart, (N, K, OH, OW).

    x: (N, C, H, W). w: (K, C, FH, FW). b: (K,). dilation=1 is the dense convolution.
    """
    ### BEGIN SOLUTION
    N, _, H, W = x.shape
    K, _, FH, FW = w.shape
    high, wide = (FH - 1) * dilation + 1, (FW - 1) * dilation + 1
    if (H - high + 2 * pad) % stride or (W - wide + 2 * pad) % stride:
        raise ValueError(f"windows of {high}x{wide} at stride {stride} do not fit {H}x{W} with pad {pad}")
    OH = (H - high + 2 * pad) // stride + 1
    OW = (W - wide + 2 * pad) // stride + 1
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.zeros((N, K, OH, OW))
    for i in range(OH):
        for j in range(OW):
            top, left = i * stride, j * stride
            window = padded[:, :, top : top + high : dilation, left : left + wide : dilation]
            out[:, :, i, j] = np.tensordot(window, w, ((1, 2, 3), (1, 2, 3))) + b
    return out
    ### END SOLUTION


# %% [markdown]
# The example (31 and 42 are right), and the promised comparison with the matrix product:

# %%
row = np.array([1.0, 2.0, 3.0, 4.0]).reshape(1, 1, 1, 4)
print(dilated_conv(row, np.array([1.0, 10.0]).reshape(1, 1, 1, 2), np.zeros(1), dilation=2))
print("1x1 equals the matrix product:", np.allclose(dilated_conv(x, w, np.zeros(8)), one_by_one))

# %% test="values"
check("dilated_conv", dilated_conv, "values")

# %% test="stride and padding"
check("dilated_conv", dilated_conv, "stride and padding")

# %% test="rectangles"
check("dilated_conv", dilated_conv, "rectangles")

# %% test="edge cases"
check("dilated_conv", dilated_conv, "edge cases")

# %% [markdown]
# ## Back through a dilated layer
#
# In notebook 04 an output sent its gradient back to the window that it had read: `dout` times the weights.
# Nothing about that changes. Only the window has gaps now, so the messages land `dilation` pixels apart.
#
# ### Exercise 2: dilated_conv_dx
#
# *Medium, about 15 minutes, about 10 lines, 5 points.*
#
# Write `dilated_conv_dx`. It returns `dx`, with the shape of the input.
#
# - `dout` has shape `(N, K, OH, OW)`, `w` has shape `(K, C, FH, FW)`.
# - `x_shape` is `(N, C, H, W)`. The pixels of `x` are not needed: in `out`, they are multiplied by the
#   weights alone.
# - What lands on the padding is cut off at the end.
#
# An example: one output that sends 5 through the filter `[1, 10]` at dilation 2, on a row of 3 pixels, gives
# `[5, 0, 50]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Look at the line of `dilated_conv` that cuts out a window. In the backward pass the same slice stands on
# the other side of the assignment.
# </details><details><summary>Hint 2: the idea</summary>
#
# Make an array of zeros as large as the *padded* input. Each output adds `dout * w` to the window that it
# read. Windows share pixels, so think about `=` and `+=`.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# For one place `(i, j)`, `np.tensordot(dout[:, :, i, j], w, 1)` sums over the filters, `(N, K)` with
# `(K, C, FH, FW)`, and gives `(N, C, FH, FW)`: one message for each image. At the end return the rows
# `pad : pad + H` and the columns `pad : pad + W`.
# </details>


# %% answer="dilated_conv_dx"
def dilated_conv_dx(dout, w, x_shape, stride=1, pad=0, dilation=1):
    """Return dx, the gradient that arrives at the input, (N, C, H, W).

    dout: (N, K, OH, OW). w: (K, C, FH, FW). x_shape: (N, C, H, W), the shape of the input.
    """
    ### BEGIN SOLUTION
    N, C, H, W = x_shape
    FH, FW = w.shape[2:]
    high, wide = (FH - 1) * dilation + 1, (FW - 1) * dilation + 1
    dx_pad = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            top, left = i * stride, j * stride
            sent = np.tensordot(dout[:, :, i, j], w, 1)  # (N, K) . (K, C, FH, FW) -> (N, C, FH, FW)
            dx_pad[:, :, top : top + high : dilation, left : left + wide : dilation] += sent
    return dx_pad[:, :, pad : pad + H, pad : pad + W]
    ### END SOLUTION


# %%
example = dilated_conv_dx(np.array([[[[5.0]]]]), np.array([[[[1.0, 10.0]]]]), (1, 1, 1, 3), dilation=2)
print("the example:", example)

# %% test="values"
check("dilated_conv_dx", dilated_conv_dx, "values")

# %% test="stride and padding"
check("dilated_conv_dx", dilated_conv_dx, "stride and padding")

# %% test="rectangles"
check("dilated_conv_dx", dilated_conv_dx, "rectangles")

# %% [markdown]
# ## Which pixels does an output depend on?
#
# One 3x3 layer sees 3x3 pixels. Put a second one on top of it: it sees 3x3 numbers of the first, and each
# of these has seen 3x3 pixels. Do they see 9x9 together?
#
# You need not argue, you can try. A gradient goes back to all that an output depends on, and to nothing
# else. So send a 1 back from *one* output, through your own layers: **the pixels that light up are its
# receptive field.** (All weights are 1 here, so that nothing cancels out.)


# %%
def light_up(dilations, side=15):
    """Send 1 back from the middle output, through 3x3 layers of these dilations that keep the size."""
    shape = (1, 1, side, side)
    dout = np.zeros(shape)
    dout[0, 0, side // 2, side // 2] = 1
    for dilation in dilations[::-1]:
        dout = dilated_conv_dx(dout, np.ones((1, 1, 3, 3)), shape, pad=dilation, dilation=dilation)
    return dout[0, 0]


def extent(lit):
    """How many rows there are from the first to the last that is lit."""
    rows = np.nonzero(lit.any(axis=1))[0]
    return int(rows[-1] - rows[0] + 1)


# %% [markdown]
# Guess before you look: over how many rows do *two* dense 3x3 layers see?

# %%
predict(
    "extent(light_up([1, 1]))",
    ...,
    "The second layer begins one pixel further out on each side. On each side!",
)

# %%
lit = [light_up([1] * layers) for layers in (1, 2, 3)]
titles = [f"layers: {n}, field: {extent(one)} x {extent(one)}" for n, one in enumerate(lit, 1)]
show_grids([np.where(one > 0, one, np.nan) for one in lit], titles, cell=0.24, axes=("row", "column"))

# %% [markdown]
# *In words: three images of 15x15 pixels. After one layer the 3x3 pixels in the middle are lit, each by 1.
# After two layers 5x5 are, from 1 in the corners to 9 in the centre. After three 7x7 are, from 1 to 49.*
#
# Two layers see 5x5, three see 7x7: each dense 3x3 layer adds one pixel on each side. That is slow. With
# dilations that double, 1, 2, 4, 8, the field more than doubles with each layer, and no pixel in it is left
# out. (Yu and Koltun, 2015, label every pixel of a picture with this, without making the map smaller still.)

# %%
print("layers   dense   dilations 1, 2, 4, 8, 16")
for layers in range(1, 6):
    dense = extent(light_up([1] * layers, 65))
    doubled = extent(light_up([2**n for n in range(layers)], 65))
    print(f"{layers:6} {dense:7} {doubled:10}")

# %% [markdown]
# Now move it. Click on another number to send from there, and change the dilations. Find three dilations at
# which pixels *inside* the field are never seen. What happens near the border?

# %%
from cs_conv.live import field

field(globals())

# %% [markdown]
# *In words: three grids of 15x15, the inputs of layer 3, of layer 2, and the image. The number that was
# chosen sends 1 back; each grid shows in how many ways its numbers feed that output.*
#
# The count in a lit pixel says in how many ways it feeds the output. With dense layers the middle counts 49
# times as much as a corner of the field: what lies at the rim of its field hardly matters to an output.
#
# The same holds for the border of the image. Send 1 back from *all* outputs of three 3x3 layers without
# padding, and count in how many ways each pixel feeds the output volume:

# %%
ways = np.ones((1, 1, 9, 9))  # dout of the third layer
for side in (11, 13, 15):
    ways = dilated_conv_dx(ways, np.ones((1, 1, 3, 3)), (1, 1, side, side))
print("a corner:", int(ways[0, 0, 0, 0]), " the middle of an edge:", int(ways[0, 0, 0, 7]), end="  ")
print("the middle:", int(ways[0, 0, 7, 7]))

# %% [markdown]
# 1, 27 and 729. Without padding, what happens at the border is nearly lost after a few layers. The notes
# say that information is "washed away" there; this is how much.
#
# ## The field by counting
#
# A layer adds $(F - 1) \cdot D$ steps to the field of its input. How long is a step? One pixel for the
# first layer. But after a layer with stride 2, neighbouring numbers come from windows that stand 2 pixels
# apart; all later layers walk in steps of 2. After another stride of 2, in steps of 4.
#
# A 3x3 layer at stride 2, then a 3x3 layer at stride 1. How many pixels does an output see, in one
# direction? (The cells below the exercise tell you whether you were right.)

# %%
my_guess = ...

# %% [markdown]
# ### Exercise 3: receptive_field
#
# *Easy, about 10 minutes, about 5 lines, 3 points.*
#
# Write `receptive_field`. `layers` is a list of dicts such as `{"size": 3, "stride": 2, "dilation": 1}`,
# the layer next to the image first. Return how many pixels, in one direction, an output of the last layer
# depends on. Poolings count like convolutions. Without any layer an output is a pixel: return 1.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Carry two numbers from layer to layer: how many pixels are seen so far, and how many pixels apart two
# neighbouring numbers are.
# </details><details><summary>Hint 2: the idea</summary>
#
# A layer's own stride does not make its own window larger. Which layers feel it?
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# Begin with a field and a step of 1. Each layer adds `(size - 1) * dilation` steps to the field, and *then*
# multiplies the step by its stride.
# </details>


# %% answer="receptive_field"
def receptive_field(layers):
    """Return how many pixels, in one direction, an output of the last layer depends on.

    layers: a list of dicts {"size": F, "stride": S, "dilation": D}, the layer next to the image first.
    """
    ### BEGIN SOLUTION
    pixels, step = 1, 1  # pixels that are seen, and pixels from one output to the next
    for layer in layers:
        pixels += (layer["size"] - 1) * layer["dilation"] * step
        step *= layer["stride"]
    return pixels
    ### END SOLUTION


# %% test="dense"
check("receptive_field", receptive_field, "dense")

# %% test="strides"
check("receptive_field", receptive_field, "strides")

# %% test="dilation"
check("receptive_field", receptive_field, "dilation")

# %%
two = [{"size": 3, "stride": 2, "dilation": 1}, {"size": 3, "stride": 1, "dilation": 1}]
predict("receptive_field(two)", my_guess, "The second layer's three numbers stand 2 pixels apart.")

# %% [markdown]
# People use the words **receptive field** for two things: for the window of one layer, F, and for all
# pixels of the image that an output depends on. Only the second grows with depth. Here it is for two famous
# networks, up to their last pooling:


# %%
def layer(size, stride=1):
    return {"size": size, "stride": stride, "dilation": 1}


pool = layer(2, 2)
vgg16 = [one for convs in (2, 2, 3, 3, 3) for one in (*[layer(3)] * convs, pool)]
overlapping = layer(3, 2)
alexnet = [layer(11, 4), overlapping, layer(5), overlapping, layer(3), layer(3), layer(3), overlapping]
for name, network in (("VGG-16", vgg16), ("AlexNet", alexnet)):
    print(f"{name}: {len(network)} layers see {receptive_field(network)} pixels")
assert (receptive_field(vgg16), receptive_field(alexnet)) == (212, 195)

# %% [markdown]
# VGG-16 has filters of 3x3 alone, and yet the last outputs see 212 of 224 pixels.
#
# ## Groups
#
# A filter reaches through all channels. It need not do that, either. Divide the channels into groups, and
# the filters, too; the filters of a group see its channels only. AlexNet did this because its network had
# to be shared out between two GPUs with little memory.
#
# - `groups = 1` is the convolution that you know.
# - `groups = C`, a group for every channel, is called **depthwise**. Each filter is a single matrix of FH x
#   FW. A 1x1 layer that mixes the channels usually follows.
#
# AlexNet's second layer has 256 filters of 5x5 on 96 channels. How many weights (without biases) does it
# have in two groups?

# %%
two_groups = np.zeros((256, 96 // 2, 5, 5))
predict("two_groups.size", ..., "All 256 filters are still there. What became smaller is each filter.")

# %% [markdown]
# ### Exercise 4: grouped_conv
#
# *Medium, about 10 minutes, about 8 lines, 5 points.*
#
# Write `grouped_conv`.
#
# - `x` has shape `(N, C, H, W)`. Group 0 has the first `C / groups` channels, group 1 the next ones, and so
#   on.
# - `w` has shape `(K, C / groups, FH, FW)` and `b` has shape `(K,)`. Group 0 has the first `K / groups`
#   filters.
# - `conv` is a convolution with the signature of your `conv_forward`, `conv(x, w, b, stride, pad)`. Call it
#   for each group.
# - The outputs of group 0 come first: the result is `(N, K, OH, OW)`.
# - If `C` or `K` cannot be shared out equally, raise a `ValueError`. This is graded.
#
# <details><summary>Hint 1: a nudge</summary>
#
# With 6 channels, 4 filters and 2 groups: which channels does filter 2 see? Which shape has `w`?
# </details><details><summary>Hint 2: the idea</summary>
#
# For each group cut out its channels, its filters and its biases, and call `conv` with them. Which axis do
# the answers of the groups have to be joined along?
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# Group `g` has the channels `g * seen : (g + 1) * seen`, with `seen = C // groups`, and in the same way its
# filters. Collect the answers in a list, and join them with `np.concatenate(parts, axis=1)`. `%` tells you
# whether something is left over.
# </details>


# %% answer="grouped_conv"
def grouped_conv(x, w, b, groups, conv, stride=1, pad=0):
    """Return the outputs of all groups, one after the other, (N, K, OH, OW).

    x: (N, C, H, W). w: (K, C / groups, FH, FW). b: (K,). conv: a function with the signature of conv_forward.
    Raises ValueError if the channels or the filters cannot be shared out equally.
    """
    ### BEGIN SOLUTION
    C, K = x.shape[1], len(w)
    if C % groups or K % groups:
        raise ValueError(f"{C} channels and {K} filters cannot be shared out among {groups} groups")
    seen, made = C // groups, K // groups
    parts = []
    for g in range(groups):
        mine = slice(g * made, (g + 1) * made)
        parts.append(conv(x[:, g * seen : (g + 1) * seen], w[mine], b[mine], stride, pad))
    return np.concatenate(parts, axis=1)
    ### END SOLUTION


# %% test="values"
check("grouped_conv", grouped_conv, "values")

# %% test="depthwise"
check("grouped_conv", grouped_conv, "depthwise")

# %% test="stride and padding"
check("grouped_conv", grouped_conv, "stride and padding")

# %% test="errors"
check("grouped_conv", grouped_conv, "errors")

# %% [markdown]
# What does it save? Count the multiplications of a layer that turns 128 channels into 128, on 28x28 places,
# with 3x3 filters: dense, in groups, and depthwise with a 1x1 layer after it.

# %%
places, C, K, F = 28 * 28, 128, 128, 3
kinds = {
    "dense": (K * C * F * F,),
    "4 groups": (K * (C // 4) * F * F,),
    "depthwise": (C * F * F,),
    "depthwise, then 1x1": (C * F * F, K * C),
}
print("                      weights   multiplications")
for kind, weights in kinds.items():
    print(f"{kind:20} {sum(weights):8,} {sum(weights) * places:17,}")
assert sum(kinds["dense"]) / sum(kinds["depthwise, then 1x1"]) > 8

# %% [markdown]
# Depthwise filters with a 1x1 layer need 8.4 times fewer weights and multiplications than the dense layer:
# one looks around in every channel, the other mixes the channels. Networks for telephones are made of that.
#
# ## A filter for each place
#
# A convolution uses the same filters at every place. That is right if what is worth finding here is worth
# finding there, too. In pictures that are all centred alike it is not. Here are the means of 300 pictures
# of three classes:

# %%
import matplotlib.pyplot as plt

from cs_conv.data import fashion_mnist
from cs_conv.pictures.convolution import show_photograph

clothes = fashion_mnist()
_, axes = plt.subplots(1, 3, figsize=(9, 3), layout="constrained")
for ax, name in zip(axes, ("trousers", "pullover", "ankle boot"), strict=True):
    chosen = clothes.train_images[clothes.train_labels == clothes.classes.index(name)][:300, 0]
    show_photograph(chosen.mean(axis=0), f"mean of {len(chosen)}: {name}", ax)

# %% [markdown]
# *In words: three grey pictures. The mean of 300 trousers is clearly a pair of trousers, with both legs at
# the same place; the mean pullover has sleeves, the mean boot a shaft and a sole.*
#
# The means are sharp: sleeves are always where sleeves are. Photographs of faces, when they are centred,
# are like that: eyes are at one height, the mouth below them. There it pays to let every place learn
# filters of its own, for eyes where eyes are. Such a layer is called **locally connected**. It has windows,
# like a convolution, but it shares nothing.
#
# ### Exercise 5: locally_connected
#
# *Easy, about 10 minutes, about 7 lines, 4 points.*
#
# Write `locally_connected`.
#
# - `x` has shape `(N, C, H, W)`. There is no padding.
# - `w` has shape `(OH, OW, K, C, FH, FW)`: `w[i, j]` are the filters of the place `(i, j)`. `b` has shape
#   `(OH, OW, K)`.
# - The windows fit, so there is nothing to refuse. The result is `(N, K, OH, OW)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which shape has `w[i, j]`? Where have you used filters of that shape before?
# </details><details><summary>Hint 2: the idea</summary>
#
# Take the loops of `dilated_conv`, without padding and dilation. How large the output is, `w` says. One
# thing is different at each place.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# The window is `x[:, :, top : top + FH, left : left + FW]`; multiply it with `w[i, j]`, by `np.tensordot`
# as in `dilated_conv`, and add `b[i, j]`, which has K numbers.
# </details>


# %% answer="locally_connected"
def locally_connected(x, w, b, stride=1):
    """Return the output of a layer in which every place has filters of its own, (N, K, OH, OW).

    x: (N, C, H, W). w: (OH, OW, K, C, FH, FW). b: (OH, OW, K).
    """
    ### BEGIN SOLUTION
    OH, OW, K, _, FH, FW = w.shape
    out = np.zeros((len(x), K, OH, OW))
    for i in range(OH):
        for j in range(OW):
            top, left = i * stride, j * stride
            window = x[:, :, top : top + FH, left : left + FW]  # (N, C, FH, FW)
            out[:, :, i, j] = np.tensordot(window, w[i, j], ((1, 2, 3), (1, 2, 3))) + b[i, j]
    return out
    ### END SOLUTION


# %% test="values"
check("locally_connected", locally_connected, "values")

# %% test="stride"
check("locally_connected", locally_connected, "stride")

# %% test="rectangles"
check("locally_connected", locally_connected, "rectangles")

# %% [markdown]
# Two checks of your own. If all places have the same filters, the layer is a convolution. And a move of the
# image by one pixel moves the output of a convolution, but not that of a locally connected layer: it has to
# learn everything anew at every place.

# %%
image = rng.normal(size=(1, 1, 6, 6))
shared, shared_bias = rng.normal(size=(2, 1, 3, 3)), rng.normal(size=2)
everywhere = np.broadcast_to(shared, (4, 4, 2, 1, 3, 3)), np.broadcast_to(shared_bias, (4, 4, 2))
same = np.allclose(locally_connected(image, *everywhere), dilated_conv(image, shared, shared_bias))
print("the same filters everywhere make a convolution:", same)

own, own_bias = rng.normal(size=(4, 4, 2, 1, 3, 3)), rng.normal(size=(4, 4, 2))
moved = np.roll(image, 1, axis=3)
for name, before, after in (
    ("convolution", dilated_conv(image, shared, shared_bias), dilated_conv(moved, shared, shared_bias)),
    ("locally connected", locally_connected(image, own, own_bias), locally_connected(moved, own, own_bias)),
):
    print(f"{name}: its output moves along: {np.allclose(before[..., :-1], after[..., 1:])}")

# %% [markdown]
# ## What they cost
#
# All kinds of this notebook on one layer: 32x32 pixels, 16 channels in, 16 out, 3x3 windows that keep the
# size.

# %%
side, C, K, F = 32, 16, 16, 3
print(f"convolution            {K * C * F * F:12,} weights,  each output sees {F} x {F} pixels")
print(
    f"dilation 2             {K * C * F * F:12,}           {2 * (F - 1) + 1} x {2 * (F - 1) + 1}, with gaps"
)
print(f"1x1                    {K * C:12,}           1 x 1")
print(f"4 groups               {K * (C // 4) * F * F:12,}           {F} x {F}, of 4 channels")
print(f"depthwise              {K * F * F:12,}           {F} x {F}, of 1 channel")
print(f"locally connected      {side * side * K * C * F * F:12,}           {F} x {F}")
print(f"fully connected        {(side * side) ** 2 * K * C:12,}           everything")

# %% [markdown]
# Locally connected layers have as many weights as there are places times the weights of a convolution:
# 1,024 times as many here. Each of them learns from one place alone, so they need many pictures.
#
# ## Three questions from earlier notebooks
#
# <details><summary>A filter of 5x5 at stride 1: which padding keeps the size of the image? (01)</summary>
#
# `P = (F - 1) / 2 = 2`. With dilation `D` it is `(F - 1) * D / 2`: a window reaches over `(F - 1) * D + 1`
# pixels.
# </details>
#
# <details><summary>You have written a `dx`. How do you find out with one forward call whether it is right? (03)</summary>
#
# By the adjoint identity: `sum(dx * v)` must be `sum(conv(v, w) * dout)`, without bias, for a `v` drawn at
# random. The layer is linear in the image, so this holds to rounding.
# </details>
#
# <details><summary>Where does the flip of the filters in `dx` come from? (04)</summary>
#
# Output `i` reads pixel `m = i * S + p` under weight `p`. Seen from the pixel, the weight is `p = m - i *
# S`: while `i` grows, `p` falls. So at a pixel, the weights stand in reversed order.
# </details>
