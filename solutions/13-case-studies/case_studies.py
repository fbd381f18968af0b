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
# # Case studies and the memory ledger
#
# After this notebook you can say of any network what it costs: how many parameters it has, how much memory
# a training step takes, and how many images at a time a GPU can hold. You will use that to find the wrong
# claims of a printed text. It takes about 75 minutes.
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `ledger` | shape, values and parameters of each layer | medium | 15 | 16 | 4 |
# | `memory_of` | the bytes of a training step, and of use | medium | 15 | 6 | 4 |
# | `largest_batch` | the images that fit into a GPU | easy | 10 | 4 | 3 |
# | `wrong_lines` | which lines of a printed table are wrong | easy | 5 | 2 | 3 |
# | `corrected` | what is right in the place of seven claims | medium | 10 | 1 | 7 |

# %% locked="setup"
import numpy as np

from autograder import check, predict

# %% [markdown]
# ## Six networks that everybody knows
#
# - **LeNet** (1998) read the amounts on cheques: two convolutions, two poolings, three fully connected
#   layers.
# - **AlexNet** (2012) is much the same with more and larger layers. It was shared out between two GPUs, so
#   three of its convolutions have two groups (notebook 09). It could name five classes for each image, and for
#   16% of the images none of the five was right; the second best entry of that year had 26%. From then on nearly
#   everybody used convolutional networks for images.
# - **ZFNet** (2013) has smaller filters and a smaller stride in its first layer: 7x7 at stride 2 in place of
#   11x11 at stride 4.
# - **GoogLeNet** (2014) has inception modules (notebook 12). It takes the mean of each channel before its
#   only fully connected layer.
# - **VGG** (2014) has only 3x3 convolutions and 2x2 poolings before its three fully connected layers.
# - **ResNet** (2015) has ways around its blocks (notebook 12), batch normalisation, and one fully connected
#   layer after the mean of each channel.
#
# The course has them all, each on a page of code (`cs_conv/zoo`). A network that is made with `seed=None`
# has shapes and counts, but takes no memory for its weights.

# %%
from cs_conv import zoo

print(zoo.network("AlexNet", seed=None))

# %% [markdown]
# Which of these four has the most parameters: AlexNet, GoogLeNet, VGG-16 or ResNet-50? Guess its name as a
# text.


# %%
def parameters_of(name):
    """The last line of a network's table is the number of its parameters."""
    return int(str(zoo.network(name, seed=None)).split()[-1].replace(",", ""))


four = ["AlexNet", "GoogLeNet", "VGG-16", "ResNet-50"]
predict(
    "max(four, key=parameters_of)", ..., "It is neither the deepest nor the oldest. Where do parameters sit?"
)

# %%
for name in zoo.NETWORKS:
    network = zoo.network(name, seed=None)
    print(f"{name:10} {len(network.layers):3} layers {parameters_of(name):12,} parameters")
google = zoo.network("GoogLeNet", seed=None)
last = google.layers[-1].parameters
short = parameters_of("GoogLeNet") - sum(p.size for p in last.values())
print(f"GoogLeNet without its last layer: {short:,} parameters")

# %% [markdown]
# (The layers counted here include ReLUs and poolings. An inception module counts as one layer, and so does
# the sum of a ResNet block and its way around. Our copy of the notes says that GoogLeNet has 4 million
# parameters. By the table in its paper it has 7.0 million, or 6.0 million without the last layer. We know no
# way of counting that gives 4 million.)
#
# ## A row more on one side
#
# Most of these networks halve their images: 224, 112, 56, 28. They do it with windows of 7 or 3 pixels at
# stride 2, and then the same padding at both ends never fits: (224 - 7 + 2 * 3) / 2 + 1 is 112.5. Libraries
# round down, so that the last row of the padding is never read. Here that row is left out, which gives the
# same values. With 3 rows above and 2 below, how many rows does the first layer of ResNet give?

# %%
from cs_conv.geometry import output_size

predict("output_size(224, 7, 2, (3, 2))", ..., "(224 - 7 + 3 + 2) / 2 + 1. It halves the image.")

# %%
halves = [
    *(("GoogLeNet, ResNet: the first layer", 224, 7, 2, (3, 2)), ("GoogLeNet: poolings", 112, 3, 2, (0, 1))),
    *(("ResNet: a block that halves", 56, 3, 2, (1, 0)), ("ZFNet: the first layer", 224, 7, 2, (1, 0))),
    *(("ZFNet: the first pooling", 110, 3, 2, (1, 0)), ("AlexNet, with images of 224", 224, 11, 4, (1, 2))),
]
for about, size, window, stride, pad in halves:
    places = output_size(size, window, stride, pad)
    even = (size - window + 2 * max(pad)) / stride + 1
    print(f"{about:35} {size:3} to {places:3} with pad {pad}; with {max(pad)} at both ends {even:6.2f}")

# %% [markdown]
# That one idea explains the 112, 56 and 28 of the papers, ZFNet's 110 and AlexNet's 55: where its paper says
# 224, the course takes images of 227, as the notes do (notebook 01).
#
# ## A ledger
#
# To know what a network costs you need three things of each layer: the shape of the volume that it gives,
# how many **values** this volume has, and how many **parameters** the layer has. As in notebook 11, a plan
# describes a network by sizes, with a dict for each layer:
#
# - `{"kind": "conv", "filters": 64, "size": 3, "stride": 1, "pad": 1}`
# - `{"kind": "relu"}`
# - `{"kind": "pool", "size": 2, "stride": 2}`
# - `{"kind": "fc", "units": 4096}`
#
# ### Exercise 1: ledger
#
# *Medium, about 15 minutes, about 16 lines, 4 points.*
#
# Write `ledger`. It returns a list of dicts with the keys `"kind"`, `"shape"`, `"values"` and
# `"parameters"`: the first for the image, with the kind `"input"`, then one for each layer of the plan.
#
# - `input_shape` is `(C, H, W)`. The shape after a fully connected layer is `(units,)`, all others are `(C,
#   H, W)`.
# - A ReLU has a row as well. It keeps the shape; ReLUs and poolings have no parameters.
# - Parameters are counted **with** biases: one for each filter, one for each unit. The sizes fit.
#
# An example: one filter of 2x2 on one channel of 3x3 pixels gives the rows
# `{"kind": "input", "shape": (1, 3, 3), "values": 9, "parameters": 0}` and
# `{"kind": "conv", "shape": (1, 2, 2), "values": 4, "parameters": 5}`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which number of a convolution's parameters depends on the layer *before* it?
# </details><details><summary>Hint 2: the idea</summary>
#
# Carry the shape along, as in `count_macs` of notebook 11. Count the parameters before you change it, and
# the values after.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# `int(np.prod(shape))` is the number of values of any shape, `(C, H, W)` or `(units,)`. Start with the list
# that has the row of the image. In the loop, an `if` for each kind that changes the shape sets `parameters`
# and `shape`; one `append` after these serves all kinds.
# </details>


# %% answer="ledger"
def ledger(plan, input_shape):
    """Return a list of dicts {"kind", "shape", "values", "parameters"}, the first one for the image.

    plan: a list of dicts, see above. input_shape: (C, H, W). Parameters are counted with biases.
    """
    ### BEGIN SOLUTION
    shape = tuple(input_shape)
    rows = [{"kind": "input", "shape": shape, "values": int(np.prod(shape)), "parameters": 0}]
    for layer in plan:
        kind, parameters = layer["kind"], 0
        if kind == "conv":
            F, S, P = layer["size"], layer["stride"], layer["pad"]
            parameters = layer["filters"] * (shape[0] * F * F + 1)
            shape = (layer["filters"], *((n - F + 2 * P) // S + 1 for n in shape[1:]))
        elif kind == "pool":
            F, S = layer["size"], layer["stride"]
            shape = (shape[0], *((n - F) // S + 1 for n in shape[1:]))
        elif kind == "fc":
            parameters = layer["units"] * (int(np.prod(shape)) + 1)
            shape = (layer["units"],)
        rows.append({"kind": kind, "shape": shape, "values": int(np.prod(shape)), "parameters": parameters})
    return rows
    ### END SOLUTION


# %% test="convolutions"
check("ledger", ledger, "convolutions")

# %% test="whole networks"
check("ledger", ledger, "whole networks")

# %% [markdown]
# The ledger of VGG-16. A ReLU can work in place: it writes its results over the values of the layer before,
# and takes no memory of its own. So the ReLUs are left out of this plan.

# %%
import matplotlib.pyplot as plt


def conv(filters, size, stride=1, pad=0):
    return {"kind": "conv", "filters": filters, "size": size, "stride": stride, "pad": pad}


pool = {"kind": "pool", "size": 2, "stride": 2}
body = []
for filters, convs in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
    body += [conv(filters, 3, pad=1)] * convs + [pool]
vgg16 = [*body, *({"kind": "fc", "units": units} for units in (4096, 4096, 1000))]
rows = ledger(vgg16, (3, 224, 224))
for row in rows:
    print(f"{row['kind']:6} {row['shape']!s:16} {row['values']:10,} {row['parameters']:12,}")
values, parameters = (sum(row[name] for row in rows) for name in ("values", "parameters"))
print(f"{'in all':23} {values:10,} {parameters:12,}")
assert (values, parameters) == (15_237_608, 138_357_544)

_, axes = plt.subplots(2, 1, figsize=(9, 4.6), sharex=True, layout="constrained")
for ax, name in zip(axes, ("values", "parameters"), strict=True):
    ax.bar(range(len(rows)), [row[name] / 1e6 for row in rows], color="#7b5bb0")
    ax.set_ylabel(f"{name} (millions)")
axes[1].set_xticks(range(len(rows)), [row["kind"] for row in rows], rotation=60)
_ = axes[1].set_xlabel("layer")

# %% [markdown]
# *In words: two rows of bars over the layers of VGG-16. The values are large at the beginning, 3.2 million
# after each of the first two convolutions, and fall towards the end. The parameters are nearly nothing at
# the beginning; one bar, that of the first fully connected layer, is larger than all others together.*
#
# **Memory for values sits in the first layers, parameters in the first fully connected layer.** AlexNet and
# ZFNet are like that, too. GoogLeNet and ResNet take the mean of each channel at the end, and so have no
# such layer. How many parameters would VGG-16 have with a mean over its last 7x7 places and one fully
# connected layer for the 1,000 classes?

# %%
mean = {"kind": "pool", "size": 7, "stride": 7}  # its shape is that of a mean: one number a channel
short = sum(row["parameters"] for row in ledger([*body, mean, {"kind": "fc", "units": 1000}], (3, 224, 224)))
print(f"{short:,} parameters, {parameters / short:.1f} times fewer")
assert short == 15_227_688

# %% [markdown]
# ## What a training step needs
#
# In training, all volumes are kept for the backward pass, and each value has a gradient: twice the values,
# for each image of the batch. Each parameter has a gradient, too. And the optimiser keeps numbers of its
# own: none for plain gradient descent, one for each parameter with momentum, two with Adam. (The notes
# multiply the parameters by three. That is right for momentum.)
#
# A trained network that is only used can forget a volume as soon as the next one is there. It needs room
# for two neighbouring volumes at a time, and for the parameters.
#
# ### Exercise 2: memory_of
#
# *Medium, about 15 minutes, about 6 lines, 4 points.*
#
# Write `memory_of`. It returns bytes; a float32 number has 4.
#
# - `rows` is a ledger, the image included. `batch` is the number of images at a time.
# - With `training`, count twice the values for each image, and each parameter with its gradient and the
#   `state` numbers that the optimiser keeps.
# - Without it, count the largest sum of two neighbouring rows' values for each image, and the parameters
#   once. A ledger can have the row of the image alone: then count that row's values.
#
# An example: rows with 4 and 2 values, and 10 parameters in all. Training with one image and `state=1` takes
# `4 * (2 * 6 + 3 * 10) = 168` bytes; use takes `4 * (6 + 10) = 64`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which of these numbers are multiplied by the batch, and which are not?
# </details><details><summary>Hint 2: the idea</summary>
#
# Add up the parameters and the values first. For use, you need the sums of each value with its right
# neighbour.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# Count numbers first, and multiply by 4 at the end. For the neighbours, `zip` the values with the values
# from the second one on. Put a 0 behind these, so that a single row works as well.
# </details>


# %% answer="memory_of"
def memory_of(rows, batch, state=1, training=True):
    """Return the bytes that a network needs, for float32 numbers of 4 bytes.

    rows: a ledger. batch: images at a time. state: numbers that the optimiser keeps for each parameter.
    """
    ### BEGIN SOLUTION
    parameters = sum(row["parameters"] for row in rows)
    values = [row["values"] for row in rows]
    if training:
        return 4 * (2 * batch * sum(values) + (2 + state) * parameters)
    pairs = [a + b for a, b in zip(values, [*values[1:], 0], strict=True)]
    return 4 * (batch * max(pairs) + parameters)
    ### END SOLUTION


# %% test="training"
check("memory_of", memory_of, "training")

# %% test="use"
check("memory_of", memory_of, "use")

# %% [markdown]
# VGG-16 is trained with Adam. How many numbers are kept for each parameter, before the first image comes?

# %%
no_images = memory_of(rows, 0, state=2)
predict("no_images / (4 * parameters)", ..., "Count the parameter itself, too.")

# %%
for batch in (1, 16, 64):
    training, use = memory_of(rows, batch, state=2) / 1e9, memory_of(rows, batch, training=False) / 1e9
    print(f"{batch:3} images at a time: {training:6.2f} GB to train with Adam, {use:5.2f} GB to use")
volumes = memory_of(rows, 1, training=False) - 4 * parameters
print(
    f"in use (1 MiB is 2**20 bytes), the two largest neighbours are {volumes / 2**20:.1f} MiB of {4 * values / 2**20:.1f} MiB"
)

# %% [markdown]
# ### Exercise 3: largest_batch
#
# *Easy, about 10 minutes, about 4 lines, 3 points.*
#
# When a batch does not fit into the memory of a GPU, one takes a smaller one. Write `largest_batch`. It
# returns how many images at a time a GPU with `gigabytes` of memory (of 10**9 bytes each) can train with.
# Count as in `memory_of`. If not even one image fits, return 0.
#
# <details><summary>Hint 1: a nudge</summary>
#
# What is needed before the first image comes?
# </details><details><summary>Hint 2: the idea</summary>
#
# Subtract what the parameters need. What is left is divided among the images, and half an image does not fit.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# `//` rounds down, also below zero: what is left may be negative, so take the larger one of it and 0.
# </details>


# %% answer="largest_batch"
def largest_batch(rows, gigabytes, state=1):
    """Return how many images a GPU can train with at a time, in float32; 0 if not even one fits.

    rows: a ledger. gigabytes: the memory, of 10**9 bytes each. state: what the optimiser keeps a parameter.
    """
    ### BEGIN SOLUTION
    parameters = sum(row["parameters"] for row in rows)
    values = sum(row["values"] for row in rows)
    left = gigabytes * 10**9 - 4 * (2 + state) * parameters
    return max(left // (4 * 2 * values), 0)
    ### END SOLUTION


# %% test="what fits"
check("largest_batch", largest_batch, "what fits")

# %% test="what does not"
check("largest_batch", largest_batch, "what does not")

# %%
for gigabytes in (3, 4, 6, 12):
    print(f"{gigabytes:3} GB: {largest_batch(rows, gigabytes):3} images of VGG-16 with momentum")

# %% [markdown]
# (A program needs more than the ledger counts: the columns of im2col, for instance, and the next batch of
# images, which waits.)
#
# ## The hunt
#
# The notes print the ledger of VGG-16, line by line. Here are their weights as printed in our copy. (A copy
# can be at fault, too: the formulas printed beside these numbers are right.) They count weights alone, so
# the cell takes the biases out of your ledger first.

# %%
printed = [
    *(1_728, 368_640),
    *(737_280, 1_474_560),
    *(2_949_120, 5_898_240, 5_898_240),
    *(5_898_240, 7_864_320, 7_864_320),
    *(7_864_320, 7_864_320, 7_864_320),
    *(102_760_448, 16_777_216, 4_096_000),
]
without_biases = [
    {**row, "parameters": row["parameters"] - row["shape"][0] if row["parameters"] else 0} for row in rows
]
print("lines printed:", len(printed))

# %% [markdown]
# ### Exercise 4: wrong_lines
#
# *Easy, about 5 minutes, about 2 lines, 3 points.*
#
# Write `wrong_lines`. `printed` has a number for each layer that has parameters, in order. Return the
# numbers of the lines, from 0, that disagree with the ledger, as a list.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which rows of the ledger have no line in `printed`?
# </details><details><summary>Hint 2: the idea</summary>
#
# Make a list of the parameters that are not 0, and compare number by number.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# `enumerate(zip(printed, counted))` gives the number of a line and both values.
# </details>


# %% answer="wrong_lines"
def wrong_lines(printed, rows):
    """Return the numbers of the lines, from 0, that disagree with the ledger: a list.

    printed: the parameters of each layer that has some, in order. rows: a ledger.
    """
    ### BEGIN SOLUTION
    counted = [row["parameters"] for row in rows if row["parameters"]]
    return [line for line, (a, b) in enumerate(zip(printed, counted, strict=True)) if a != b]
    ### END SOLUTION


# %% test="found"
check("wrong_lines", wrong_lines, "found")

# %% [markdown]
# How many of the 16 lines are wrong?

# %%
predict(
    "len(wrong_lines(printed, without_biases))",
    ...,
    "The first line is 3 * 3 * 3 * 64. The last three lines are right.",
)

# %%
counted = [row["parameters"] for row in without_biases if row["parameters"]]
for line in wrong_lines(printed, without_biases):
    times = printed[line] / counted[line]
    print(
        f"line {line:2}: printed {printed[line]:9,}, right {counted[line]:9,}: {times:.3g} times the right one"
    )
print(f"the printed lines add up to {sum(printed):,}")
assert sum(counted) == 138_344_128

# %% [markdown]
# These lines add up to 186 million, and the notes print 138 million as their total. Which of the two is wrong?
# And how right is the rest of the text? Here are the plans that you need for the next exercise.

# %%
overlapping = {"kind": "pool", "size": 3, "stride": 2}
convolutions = [conv(96, 11, 4), overlapping, conv(256, 5, 1, 2), overlapping, *[conv(384, 3, 1, 1)] * 2]
alexnet = [*convolutions, conv(256, 3, 1, 1), overlapping, *vgg16[-3:]]
three_layers = [conv(64, 3, 1, 1)] * 3
print("AlexNet without groups, on (3, 227, 227):", len(alexnet), "layers")
print("three convolutions, on (3, 224, 224):", len(three_layers), "layers")

# %% [markdown]
# ### Exercise 5: corrected
#
# *Medium, about 10 minutes, about 1 line and what you count before, 7 points: one for each claim.*
#
# These are claims of our copy of the notes. Six of the seven are wrong. Count each of them with your ledger, in
# cells of your own. Then write `corrected`. It gets a letter and returns what is right: one of the texts in its
# row.
#
# | claim | our copy says | choose from |
# |---|---|---|
# | `"A"` | a filter of AlexNet's first layer has 1x1x1x3 weights | `"1x1x1x3"`, `"11x11x1"`, `"11x11x3"` |
# | `"B"` | an image has 24 million values in VGG-16 | `"15.09 million"`, `"15.24 million"`, `"24 million"`, `"28.79 million"` |
# | `"C"` | they take 93 MB in a forward pass | `"15 MB"`, `"61 MB"`, `"93 MB"`, `"122 MB"` |
# | `"D"` | AlexNet's last volume, before it is fully connected, is 7x7x512 | `"6x6x256"`, `"7x7x512"`, `"13x13x256"` |
# | `"E"` | the values of three 3x3 layers of 64 filters on 224x224 pixels take 72 MB with their gradients | `"39 MB"`, `"72 MB"`, `"77 MB"`, `"78 MB"` |
# | `"F"` | most of the computing of VGG-16 is in the early layers | `"the early layers"`, `"the middle"`, `"the late layers"` |
# | `"G"` | VGG-16 has 138 million parameters | `"138 million"`, `"186 million"` |
#
# ReLUs work in place. A value is a float32 number, and 1 MB is 10**6 bytes. The early layers are the first two
# blocks of VGG-16, each of which ends with a pooling; the middle are the next two blocks; the late layers are all
# that follow. Computing means multiplications.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which of the claims does the table that you printed for VGG-16 answer already?
# </details><details><summary>Hint 2: the idea</summary>
#
# A filter's weights are its part of the row's `parameters`, without its bias. Bytes are 4 times the values. A
# convolution multiplies each of its weights once at each place, and a place is a row and a column of its volume.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# `ledger(three_layers, (3, 224, 224))[1:]` has the three layers alone; their gradients double the values. For the
# computing, add up `row["parameters"] * row["shape"][1] * row["shape"][2]` over the convolutions of `rows`, up to
# the second pooling, from there to the fourth, and behind it. (The biases make no difference to which is
# largest.) Then write a dict from letters to texts, with `[claim]` behind it.
# </details>


# %% answer="corrected"
def corrected(claim):
    """Return what is right: one of the texts that stand beside the claim.

    claim: a letter, "A" to "G".
    """
    ### BEGIN SOLUTION
    return {
        "A": "11x11x3",
        "B": "15.24 million",
        "C": "61 MB",
        "D": "6x6x256",
        "E": "77 MB",
        "F": "the middle",
        "G": "138 million",
    }[claim]
    ### END SOLUTION


# %% test="a filter"
check("corrected", corrected, "a filter")

# %% test="values"
check("corrected", corrected, "values")

# %% test="bytes"
check("corrected", corrected, "bytes")

# %% test="a volume"
check("corrected", corrected, "a volume")

# %% test="three layers"
check("corrected", corrected, "three layers")

# %% test="computing"
check("corrected", corrected, "computing")

# %% test="parameters"
check("corrected", corrected, "parameters")

# %% [markdown]
# The same counts in one cell, with the share of the computing that each of the five blocks of VGG-16 has, and
# the fully connected layers at the end:

# %%
from itertools import pairwise

first, last_volume = (ledger(alexnet, (3, 227, 227))[n] for n in (1, -4))
print(f"A: {(first['parameters'] - 96) // 96} weights in each of 96 filters of AlexNet's first layer")
print(f"B, C: {values / 1e6:.2f} million values, {4 * values / 1e6:.0f} MB or {4 * values / 2**20:.0f} MiB")
print(f"      (24 million would be {4 * 24e6 / 1e6:.0f} MB or {4 * 24e6 / 2**20:.1f} MiB)")
print("D: AlexNet's last volume is", last_volume["shape"])
both = 2 * 4 * sum(row["values"] for row in ledger(three_layers, (3, 224, 224))[1:])
print(f"E: the three layers take {both / 1e6:.0f} MB or {both / 2**20:.1f} MiB")

macs, ends = [], [0, 3, 6, 10, 14, 18, len(rows) - 1]
for begin, end in pairwise(ends):
    macs.append(
        sum(
            weights["parameters"] * int(np.prod(row["shape"][1:]))
            for weights, row in zip(
                without_biases[begin + 1 : end + 1], rows[begin + 1 : end + 1], strict=True
            )
        )
    )
print("F: the computing of the blocks:", ", ".join(f"{m / sum(macs):.1%}" for m in macs))
print(f"G: {parameters / 1e6:.1f} million parameters")
assert sum(macs) == 15_470_264_320

# %% [markdown]
# The 24 million and the 7x7x512 are the notes' own slips; readers have reported the first. The others may be
# our copy's: beside its 1x1x1x3 it has a matrix of AlexNet's filters that is 96x363, and 363 is 11x11x3. The 138
# million are right. And most of the computing of VGG-16 is in the *middle*. Each pooling leaves a quarter of the
# places. But up to the fourth block, there are twice as many filters on twice as many channels, which makes up
# for it. It is the memory that sits in the early layers.
#
# That is why many networks shrink the image at once, with a first layer of 7x7 at stride 2: a compromise
# that saves memory.
#
# ## One image through a network
#
# GoogLeNet with random weights goes forward on one image of 224x224. Your `memory_of` says how much memory
# the two largest neighbouring volumes take (a module counts as one layer). The measured peak is larger,
# because the layers need room to work in.

# %%
import time
import tracemalloc

google = zoo.network("GoogLeNet")
picture = np.random.default_rng(0).normal(size=(1, 3, 224, 224)).astype(np.float32)
google.forward(picture)  # the first run prepares things
tracemalloc.start()
began = time.process_time()
scores = google.forward(picture)
took = time.process_time() - began
_, peak = tracemalloc.get_traced_memory()
tracemalloc.stop()
volumes = [{"values": int(np.prod(shape)), "parameters": 0} for shape in google.shapes]
computed = memory_of(volumes, 1, training=False)
print(f"scores {scores.shape}: {took:.2f} s of computing")
print(f"beside the weights: {computed / 1e6:.0f} MB computed, {peak / 1e6:.0f} MB measured at the peak")

# %% [markdown]
# What makes its modules cheap are the 1x1 convolutions before the larger filters. The cell counts the
# weights of the nine modules with and without these. (The 1x1 convolution after the pooling stays in both.)

# %%
from cs_conv.zoo.googlenet import MODULES

channels, direct, reduced = 192, 0, 0
for one, r3, three_by_three, r5, five_by_five, pooled in [module for row in MODULES for module in row]:
    direct += channels * (one + 9 * three_by_three + 25 * five_by_five + pooled)
    reduced += channels * (one + r3 + r5 + pooled) + 9 * r3 * three_by_three + 25 * r5 * five_by_five
    channels = one + three_by_three + five_by_five + pooled
print(f"nine modules: {direct:,} weights without, {reduced:,} with them, {direct / reduced:.2f} times fewer")
assert (direct, reduced) == (24_151_040, 5_842_176)

# %% [markdown]
# ## Three questions from earlier notebooks
#
# <details><summary>What does a pooling do to the values in the ledger of VGG-16, and what does the last one save? (05)</summary>
#
# Each pooling leaves a quarter of the values. Without the last one, the first fully connected layer would
# have four times as many weights.
# </details>
#
# <details><summary>AlexNet's paper says 224x224. Which sizes fit its first layer? (01)</summary>
#
# Without padding, 11 + 4n: 223 and 227, for instance. With 224 the formula gives 54.25.
# </details>
#
# <details><summary>How many weights does a convolution with two groups have, against one without groups? (09)</summary>
#
# Half as many: each filter sees half of the channels. AlexNet has 60,965,224 parameters with the groups of
# three of its convolutions, and 62,378,344 without.
# </details>
