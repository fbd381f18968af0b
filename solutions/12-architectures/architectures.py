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
# # Architectures
#
# After this notebook you can type a network as a line of text and see at once whether its sizes fit. And
# you can build the two blocks that made networks deep and cheap, residual and inception, forward and
# backward. It takes about 75 minutes.
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `parse_pattern` | a line of text becomes a list of layers | hard | 25 | 35 | 6 |
# | `layer_shapes` | the volume after each layer, or where it does not fit | medium | 15 | 17 | 4 |
# | `residual_forward` | two convolutions, and a way around them | easy | 5 | 3 | 2 |
# | `residual_backward` | its gradients | medium | 15 | 8 | 5 |
# | `inception_backward` | the gradients of three convolutions side by side | medium | 10 | 5 | 4 |

# %% locked="setup"
import numpy as np

from autograder import check, predict

# %% [markdown]
# ## Patterns
#
# Most networks follow a few patterns. The notes write them like this:
#
# `INPUT -> [[CONV -> RELU]*N -> POOL?]*M -> [FC -> RELU]*K -> FC`
#
# A star repeats what stands in brackets, and the question mark says that the pooling may be left out.
# Usually N is at most 3, and K is less than 3. With numbers in the place of the letters, a pattern is a
# network. These are the notes' examples:

# %%
examples = {
    "a linear classifier": "INPUT -> FC",
    "one convolution": "INPUT -> CONV -> RELU -> FC",
    "a convolution before every pooling": "INPUT -> [CONV -> RELU -> POOL]*2 -> FC -> RELU -> FC",
    "two before every pooling": "INPUT -> [CONV -> RELU -> CONV -> RELU -> POOL]*3 -> [FC -> RELU]*2 -> FC",
}
for name, text in examples.items():
    print(f"{name:36} {text}")

# %% [markdown]
# Two convolutions before a pooling are a good idea for large networks: they see more of the image before
# the pooling throws three quarters of the numbers away.
#
# How many layers does the last example have in all, INPUT included? Count them; the check below the
# exercise tells you whether you were right.

# %%
my_count = ...

# %% [markdown]
# ### Exercise 1: parse_pattern
#
# *Hard, about 25 minutes, about 35 lines, 6 points. It is the longest of the course.*
#
# Write `parse_pattern`. It returns the names of all layers in order, as a list of texts. In a pattern there
# are
#
# - the names `INPUT`, `CONV`, `RELU`, `POOL` and `FC`,
# - `->` between two parts,
# - brackets around a part, `[CONV -> RELU]`, in which there may be further brackets,
# - and a star with a number after a closing bracket, `[...]*3`. Without a star the part stands there once;
#   `*0` leaves it out. There is no star after a name.
#
# Spaces may stand anywhere between these. Everything else is an error: raise a `ValueError` whose message
# says *where*. The position, counted from 0, is that of the first character that should not stand there
# (spaces do not count). A name ends where its letters end; for a wrong name it is where the name begins. A
# `-` without `>` is wrong at the `-`. If the pattern ends too early, the position is the length of the text.
# This is graded.
#
# | pattern | result |
# |---|---|
# | `INPUT -> [CONV -> RELU]*2 -> FC` | `["INPUT", "CONV", "RELU", "CONV", "RELU", "FC"]` |
# | `INPUT -> CONF` | an error at position 9: there is no layer CONF |
# | `INPUT -> CONVX` | an error at position 9: there is no layer CONVX |
# | `INPUT -> [CONV` | an error at position 14: the bracket is still open, and the text ends |
# | `INPUT CONV` | an error at position 6: an arrow should stand there |
# | `INPUT - FC` | an error at position 6: half an arrow |
#
# <details><summary>Hint 1: a nudge</summary>
#
# Look at the notes' pattern again: a row is parts with arrows between them, and a part is either a name or
# a *row* in brackets. How can a function read a row inside a row?
# </details><details><summary>Hint 2: the idea</summary>
#
# Keep one number: the position up to which the text is read. A small helper, "does this text stand here?
# then go on behind it", makes the rest short. Then write two functions: one reads a row, the other reads a
# part; for brackets it calls the first.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# `row` reads a part, and further parts as long as an arrow stands there. `part` asks for `[`; if it is
# there, it reads a row, asks for `]` (else an error at the position), then for `*` and a number. Otherwise
# it reads letters and looks the name up. After the outermost `row` the text must have ended. Lists can be
# repeated: `["CONV"] * 2`.
# </details>


# %% answer="parse_pattern"
def parse_pattern(pattern):
    """Return the names of the layers that a pattern stands for, in order: a list of texts.

    pattern: text. ValueError with the position, from 0, of the character at which it is wrong.
    """
    ### BEGIN SOLUTION
    names = ("INPUT", "CONV", "RELU", "POOL", "FC")
    at = 0

    def skip_spaces():
        nonlocal at
        while pattern[at : at + 1] == " ":
            at += 1

    def take(text):
        """Whether the text stands here; then it is left behind."""
        nonlocal at
        skip_spaces()
        if not pattern.startswith(text, at):
            return False
        at += len(text)
        return True

    def number():
        nonlocal at
        skip_spaces()
        begin = at
        while pattern[at : at + 1].isdigit():
            at += 1
        if at == begin:
            raise ValueError(f"position {at}: a number is missing after *")
        return int(pattern[begin:at])

    def part():
        nonlocal at
        if take("["):
            inside = row()
            if not take("]"):
                raise ValueError(f"position {at}: ] or -> is missing")
            return inside * (number() if take("*") else 1)
        begin = at
        while pattern[at : at + 1].isalpha():
            at += 1
        if pattern[begin:at] not in names:
            raise ValueError(f"position {begin}: no layer has this name")
        return [pattern[begin:at]]

    def row():
        layers = part()
        while take("->"):
            layers = layers + part()
        return layers

    layers = row()
    skip_spaces()
    if at < len(pattern):
        raise ValueError(f"position {at}: -> is missing")
    return layers
    ### END SOLUTION


# %% test="rows"
check("parse_pattern", parse_pattern, "rows")

# %% test="brackets"
check("parse_pattern", parse_pattern, "brackets")

# %% test="errors"
check("parse_pattern", parse_pattern, "errors")

# %%
predict(
    'len(parse_pattern(examples["two before every pooling"]))',
    my_count,
    "The bracket with the star 3 holds 5.",
)

# %% [markdown]
# One network can have several patterns: `[CONV -> RELU]*2` without poolings is N = 2 and M = 1, or N = 1
# and M = 2.
#
# ## Sizes that fit
#
# The notes give rules for sizes. Use small filters, 3x3 with stride 1 and pad 1, which keep rows and
# columns; let only poolings shrink the image, by 2. Then the only thing that can go wrong is a size that
# cannot be halved. So the image should be divisible by 2 many times:


# %%
def halvings(size):
    """How often a size can be halved."""
    times = 0
    while size % 2 == 0:
        size, times = size // 2, times + 1
    return times


for size, network in (
    (32, "CIFAR-10"),
    (64, ""),
    (96, "STL-10"),
    (224, "ImageNet"),
    (384, ""),
    (512, ""),
    (227, "AlexNet"),
):
    print(f"{size} can be halved {halvings(size)} times  {network}")

# %% [markdown]
# (227 is a prime number. AlexNet begins with a stride of 4, and its poolings of 3 at stride 2 want odd
# sizes.)
#
# ### Exercise 2: layer_shapes
#
# *Medium, about 15 minutes, about 17 lines, 4 points.*
#
# Write `layer_shapes`. It returns the shape after each layer as a list of tuples, as many as there are
# layers; the first one is `input_shape`.
#
# - `layers` are names, as `parse_pattern` returns them. `input_shape` is `(C, H, W)`.
# - `CONV` keeps rows and columns. `filters` has the number of filters of each `CONV`, in order.
# - `POOL` halves rows and columns. If one of them is odd, raise a `ValueError` (graded).
# - `FC` makes the shape `(units,)`. `units` has the number of each `FC`, in order. A `CONV` or a `POOL`
#   after it has no image to work on: raise a `ValueError` (graded).
# - `RELU` changes nothing.
# - The message of an error names the number of the layer, INPUT being 0. This is graded.
#
# An example: `["INPUT", "CONV", "POOL"]` with `(3, 6, 6)` and `filters = [4]` gives
# `[(3, 6, 6), (4, 6, 6), (4, 3, 3)]`; with another `POOL` there is an error at layer 3, because 3 is odd.
#
# <details><summary>Hint 1: a nudge</summary>
#
# What do you need to know about the layers before this one? Only one thing.
# </details><details><summary>Hint 2: the idea</summary>
#
# The last shape in the list so far is what the layer gets. `enumerate` counts the layers.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# Begin with `shapes = [tuple(input_shape)]` and go through `enumerate(layers[1:], 1)`. Make copies of
# `filters` and `units` first if you take numbers out of them. After an `FC` the shape has one number:
# `len(shape) == 1`.
# </details>


# %% answer="layer_shapes"
def layer_shapes(layers, input_shape, filters, units):
    """Return the shape after each layer: a list of tuples, the first one being input_shape.

    layers: names, the first of them "INPUT". input_shape: (C, H, W). filters: how many each CONV has, in
    order. units: how many each FC has. ValueError with the number of a layer that does not fit; INPUT is 0.
    """
    ### BEGIN SOLUTION
    filters, units = list(filters), list(units)
    shapes = [tuple(input_shape)]
    for number, layer in enumerate(layers[1:], 1):
        shape = shapes[-1]
        if layer in ("CONV", "POOL") and len(shape) == 1:
            raise ValueError(f"layer {number}: {layer} needs an image, but {shape[0]} values arrive")
        if layer == "CONV":
            shape = (filters.pop(0), *shape[1:])
        elif layer == "POOL":
            C, H, W = shape
            if H % 2 or W % 2:
                raise ValueError(f"layer {number}: POOL cannot halve {H}x{W}")
            shape = (C, H // 2, W // 2)
        elif layer == "FC":
            shape = (units.pop(0),)
        shapes.append(shape)
    return shapes
    ### END SOLUTION


# %% test="shapes"
check("layer_shapes", layer_shapes, "shapes")

# %% test="errors"
check("layer_shapes", layer_shapes, "errors")

# %% [markdown]
# The notes' example for CIFAR-10 has one convolution of 12 filters, and pictures of 32x32. What is the shape
# after its pooling, layer 3?

# %%
small = parse_pattern("INPUT -> CONV -> RELU -> POOL -> FC")
predict("layer_shapes(small, (3, 32, 32), [12], [10])[3]", ..., "Channels come first: (C, H, W).")

# %%
for name, shape in zip(small, layer_shapes(small, (3, 32, 32), [12], [10]), strict=True):
    print(f"{name:6} {shape}")

# %% [markdown]
# A pattern with these numbers is all that is needed to build the network, with the layers of the course:

# %%
from cs_conv.layers import Conv, FullyConnected, MaxPool, ReLU
from cs_conv.network import Network


def build(names, input_shape, filters, units):
    """The network of these layers, with random weights; an error says which layer does not fit."""
    layer_shapes(names, input_shape, filters, units)
    filters, units = iter(filters), iter(units)
    make = {
        "CONV": lambda: Conv(next(filters), 3, pad=1),
        "RELU": ReLU,
        "POOL": lambda: MaxPool(2, 2),
        "FC": lambda: FullyConnected(next(units)),
    }
    return Network([make[name]() for name in names[1:]], input_shape)


print(build(small, (3, 32, 32), [12], [10]))

# %% [markdown]
# Two of these layers have weights to learn: `CONV` and `FC`. Three have numbers that somebody has to
# choose: `CONV` (how many filters, how large, stride, padding), `FC` (how many units) and `POOL` (size,
# stride). `RELU` has neither.
#
# Now type patterns. Look at the number of parameters: where do they sit? Make an error and read where it
# is. Find the largest number of poolings for an image of 32, and for one of 30.

# %%
from cs_conv.live import pattern

pattern(globals(), pattern="INPUT -> [CONV -> RELU -> CONV -> RELU -> POOL]*3 -> [FC -> RELU]*2 -> FC")

# %% [markdown]
# *In words: a line of text with a pattern, and below it a box for each layer, as high as its volume has
# rows. Below each box stand the shape, the number of parameters and how many rows of the image one number
# sees.*
#
# ## Three small filters or one large
#
# A stack of three 3x3 convolutions sees 7x7 pixels (notebook 09), as one 7x7 convolution does. Let all
# volumes have C channels. How many weights has the stack, if C is 1? (One 7x7 filter has 49 then.)

# %%
three_small = [np.zeros((1, 1, 3, 3)) for _ in range(3)]  # (K, C, FH, FW), with C = K = 1
predict("sum(w.size for w in three_small)", ..., "Count the weights of one filter, then of all three.")

# %%
C = 64
print(f"three 3x3 layers: 27 C^2 = {27 * C * C:,} weights, one 7x7 layer: 49 C^2 = {49 * C * C:,}")
print(f"volumes to keep for the backward pass: 3 against 1, so {3 * C} against {C} numbers a place")

# %% [markdown]
# The stack has fewer weights. And there is a ReLU after each of its layers, so it can do more. *Without*
# the ReLUs it could not: three linear functions after each other are one linear function. Try it:


# %%
def same_size(x, w):
    """A convolution of x (1, C, H, W) that keeps the size, without bias."""
    P = w.shape[2] // 2
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(x, ((0, 0), (0, 0), (P, P), (P, P))), w.shape[2:], axis=(2, 3)
    )
    return np.einsum("ncijpq,kcpq->nkij", windows, w)


rng = np.random.default_rng(0)
stack = [rng.normal(size=(1, 1, 3, 3)) for _ in range(3)]
dot = np.zeros((1, 1, 13, 13))
dot[0, 0, 6, 6] = 1
answer = dot
for w in stack:
    answer = same_size(answer, w)
one_filter = answer[:, :, 3:10, 3:10][:, :, ::-1, ::-1]  # what the stack makes of a dot is its filter, turned
picture = rng.normal(size=(1, 1, 20, 20))
linear = with_relu = picture
for w in stack:
    linear, with_relu = same_size(linear, w), np.maximum(same_size(with_relu, w), 0)
single = same_size(picture, one_filter)
inside = np.s_[:, :, 3:-3, 3:-3]
print("one 7x7 filter does the same inside: ", np.allclose(linear[inside], single[inside]))
print("at the border, where zeros come in:  ", np.allclose(linear, single))
print("with ReLUs:                          ", np.allclose(with_relu[inside], np.maximum(single[inside], 0)))

# %% [markdown]
# ## A way around
#
# Deep networks are hard to train: on its way back through many layers a gradient can become very small, as
# the values did on their way forward in notebook 10. A **residual block** (He and others, 2015) adds its
# input to its output. Whatever the two convolutions do, there is a way around them:
#
# `out = relu(conv2(relu(conv1(x))) + x)`
#
# ### Exercise 3: residual_forward
#
# *Easy, about 5 minutes, about 3 lines, 2 points.*
#
# Write `residual_forward`.
#
# - `x` has shape `(N, C, H, W)`. `w1` has shape `(M, C, F, F)` and `w2` has shape `(C, M, F, F)`, with F odd.
# - `conv(x, w, b, stride, pad)` is a convolution. Both convolutions must keep rows and columns.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which pad keeps the size for a filter of F?
# </details><details><summary>Hint 2: the idea</summary>
#
# Write the formula from the inside out, one line for each convolution.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# The pad is `w1.shape[2] // 2`. ReLU is `np.maximum(..., 0)`. The last ReLU comes *after* the sum.
# </details>


# %% answer="residual_forward"
def residual_forward(x, w1, b1, w2, b2, conv):
    """Return relu(conv2(relu(conv1(x))) + x), (N, C, H, W).

    x: (N, C, H, W). w1: (M, C, F, F), w2: (C, M, F, F), F odd. b1: (M,), b2: (C,). conv: a convolution.
    """
    ### BEGIN SOLUTION
    pad = w1.shape[2] // 2
    inner = np.maximum(conv(x, w1, b1, 1, pad), 0)
    return np.maximum(conv(inner, w2, b2, 1, pad) + x, 0)
    ### END SOLUTION


# %% test="values"
check("residual_forward", residual_forward, "values")

# %% [markdown]
# ### Exercise 4: residual_backward
#
# *Medium, about 15 minutes, about 8 lines, 5 points.*
#
# Write `residual_backward`. It returns `dx, dw1, db1, dw2, db2`. `conv_backward(dout, x, w, stride, pad)`
# returns the gradients `dx, dw, db` of a convolution, as yours of notebook 04 does.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Draw the block: two boxes, two ReLUs, a sum, and two lines that leave x. Then go back from the end, along
# all lines.
# </details><details><summary>Hint 2: the idea</summary>
#
# You need what each ReLU saw, so run the forward pass again and keep it. A sum sends what arrives to both
# of its sides. Where x is used twice, two gradients come back and are added.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# `dsum = dout * (summed > 0)` arrives at the sum. One copy goes through the second convolution, the ReLU
# (`* (first > 0)`) and the first convolution; the other goes straight to x.
# </details>


# %% answer="residual_backward"
def residual_backward(dout, x, w1, b1, w2, b2, conv, conv_backward):
    """Return dx, dw1, db1, dw2, db2, in the shapes of x, w1, b1, w2 and b2.

    dout: (N, C, H, W). conv, conv_backward: a convolution, forward and backward, of notebooks 02 and 04.
    """
    ### BEGIN SOLUTION
    pad = w1.shape[2] // 2
    first = conv(x, w1, b1, 1, pad)
    inner = np.maximum(first, 0)
    summed = conv(inner, w2, b2, 1, pad) + x
    dsum = dout * (summed > 0)
    dinner, dw2, db2 = conv_backward(dsum, inner, w2, 1, pad)
    dx, dw1, db1 = conv_backward(dinner * (first > 0), x, w1, 1, pad)
    return dx + dsum, dw1, db1, dw2, db2
    ### END SOLUTION


# %% test="weights"
check("residual_backward", residual_backward, "weights")

# %% test="dx"
check("residual_backward", residual_backward, "dx")

# %% test="edge cases"
check("residual_backward", residual_backward, "edge cases")

# %% [markdown]
# What does the way around do for the gradient? Put blocks on top of each other, send a gradient back, and
# measure how large it is when it arrives at the image. The weights are small, so that each block changes
# little.

# %%
import matplotlib.pyplot as plt

from cs_conv import im2col


def arriving(blocks, around):
    """How large the gradient is at the image, for a gradient of size 1 at the end."""
    rng = np.random.default_rng(2)
    x, kept = np.abs(rng.normal(size=(1, 8, 8, 8))), []
    for _ in range(blocks):
        w1, w2 = rng.normal(size=(2, 8, 8, 3, 3)) * 0.08
        b = np.zeros(8)
        first = im2col.conv_forward(x, w1, b, pad=1)
        inner = np.maximum(first, 0)
        summed = im2col.conv_forward(inner, w2, b, pad=1) + around * x
        kept.append((x, w1, w2, first, inner, summed))
        x = np.maximum(summed, 0)
    dout = np.ones_like(x) / np.sqrt(x.size)
    for x, w1, w2, first, inner, summed in kept[::-1]:
        dsum = dout * (summed > 0)
        dinner = im2col.conv_backward(dsum, inner, w2, pad=1)[0]
        dout = im2col.conv_backward(dinner * (first > 0), x, w1, pad=1)[0] + around * dsum
    return np.linalg.norm(dout)


depths = [1, 2, 4, 8, 16]
_, ax = plt.subplots(figsize=(6, 3.4), layout="constrained")
for around, style, name in ((0, "s--", "plain"), (1, "o-", "with a way around")):
    ax.semilogy(depths, [arriving(n, around) for n in depths], style, label=name)
ax.set(xlabel="blocks", ylabel="size of the gradient at the image")
_ = ax.legend()

# %% [markdown]
# *In words: two lines over the number of blocks, on a logarithmic scale. With the way around, the gradient
# at the image stays near the size that it had at the end. Without it, every further block makes it several
# times smaller, and after 16 almost nothing is left.*
#
# ## Side by side
#
# An **inception module** (Szegedy and others, 2014) does not choose between 1x1, 3x3 and 5x5 filters: it
# takes all three. Each keeps the size, and their channels stand one after the other in the output. (The
# original has a fourth branch, a pooling with a 1x1 layer after it. It is left out here.)


# %%
def inception_forward(x, w1, w3, w5):
    """The channels of three convolutions, one after the other, (N, K1 + K3 + K5, H, W)."""
    return np.concatenate([same_size(x, w) for w in (w1, w3, w5)], axis=1)


x = rng.normal(size=(1, 192, 28, 28))
shapes = [(64, 192, 1, 1), (128, 192, 3, 3), (32, 192, 5, 5)]
print("out:", inception_forward(x, *(rng.normal(size=shape) for shape in shapes)).shape)

# %% [markdown]
# ### Exercise 5: inception_backward
#
# *Medium, about 10 minutes, about 5 lines, 4 points.*
#
# Write `inception_backward`. It returns `dx, dw1, dw3, dw5`. There are no biases. `dout` has shape `(N, K1
# + K3 + K5, H, W)`; `w1` has K1 filters of 1x1, `w3` has K3 of 3x3, `w5` has K5 of 5x5.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which channels of `dout` belong to the 3x3 filters?
# </details><details><summary>Hint 2: the idea</summary>
#
# Cut `dout` into three, and send each part back through its own convolution. All three have read the same x.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# `conv_backward(dout[:, K1 : K1 + K3], x, w3, 1, 1)` is the second branch. The three `dx` are added.
# </details>


# %% answer="inception_backward"
def inception_backward(dout, x, w1, w3, w5, conv_backward):
    """Return dx, dw1, dw3, dw5, in the shapes of x, w1, w3 and w5.

    dout: (N, K1 + K3 + K5, H, W), the channels of the three branches one after the other. x: (N, C, H, W).
    w1: (K1, C, 1, 1). w3: (K3, C, 3, 3). w5: (K5, C, 5, 5). conv_backward: as in notebook 04.
    """
    ### BEGIN SOLUTION
    K1, K3 = len(w1), len(w3)
    dx1, dw1, _ = conv_backward(dout[:, :K1], x, w1, 1, 0)
    dx3, dw3, _ = conv_backward(dout[:, K1 : K1 + K3], x, w3, 1, 1)
    dx5, dw5, _ = conv_backward(dout[:, K1 + K3 :], x, w5, 1, 2)
    return dx1 + dx3 + dx5, dw1, dw3, dw5
    ### END SOLUTION


# %% test="weights"
check("inception_backward", inception_backward, "weights")

# %% test="dx"
check("inception_backward", inception_backward, "dx")

# %% test="edge cases"
check("inception_backward", inception_backward, "edge cases")

# %% [markdown]
# Three branches side by side are expensive. So the module of GoogLeNet has 1x1 layers before the large
# filters, which make 96 and 16 channels of the 192 first. In its first module that saves more than half of
# the weights:

# %%
direct = 64 * 192 + 128 * 192 * 9 + 32 * 192 * 25
reduced = 64 * 192 + (96 * 192 + 128 * 96 * 9) + (16 * 192 + 32 * 16 * 25)
print(f"direct: {direct:,} weights, with 1x1 layers before: {reduced:,}, {direct / reduced:.2f} times fewer")

# %% [markdown]
# ## Do not be a hero
#
# With all this you can invent networks. Mostly you should not: take what works best on a large data set,
# with the weights that somebody has trained for weeks, and train its last layers on your own pictures. The
# notes say so in these words: *don't be a hero*.
#
# ## Three questions from earlier notebooks
#
# <details><summary>A pooling of 2 at stride 2 on a volume of 14x14x512: how many of the numbers are left? (05)</summary>
#
# 7x7x512: 25%. The channels stay.
# </details>
#
# <details><summary>Where do most weights of `INPUT -> [CONV -> RELU -> POOL]*2 -> FC -> RELU -> FC` sit, and why? (01, 10)</summary>
#
# In the first FC: it has a weight for each value of the volume and each of its units, while a convolution
# uses the same few weights at every place.
# </details>
#
# <details><summary>Why is the answer of a stack of convolutions to a single bright pixel its filter, *turned*? (02)</summary>
#
# These layers do not flip: output `i` reads pixel `i + p` under weight `p`. So the dot is seen under the
# last weight by the outputs before it.
# </details>
