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
# # Surgery: a classifier learns to slide
#
# After this notebook you can take a trained network that classifies small pictures, and let it find things
# in large ones, without training it again. You will also know when that is the same as cutting out crops
# and when it is not: the notes are wrong about this, and you can show it. It takes about 70 minutes.
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `fc_to_conv` | the weights of a fully connected layer as filters | easy | 10 | 2 | 3 |
# | `convert` | a whole network without full connections | medium | 15 | 16 | 4 |
# | `crop_scores` | what a classifier says of every crop | easy | 10 | 9 | 3 |
# | `count_macs` | what a network costs | medium | 15 | 15 | 4 |
# | `shifted_scores` | a finer map by shifted passes | hard | 20 | 13 | 5 |

# %% locked="setup"
import numpy as np

from autograder import check, predict

# %% [markdown]
# ## A network that knows clothes
#
# This network has learned to tell ten kinds of clothes apart, on pictures of 28x28 pixels. Its weights ship
# with the course. (`python -m cs_conv.data.make_clothes_network` makes them again, in a minute or two.) It
# has no padding anywhere; you will see why.
#
# A network is a list of layers here, and a layer is a dict: its kind, and what it needs.

# %%
from cs_conv.data import clothes_network, fashion_mnist

network = clothes_network()
for layer in network:
    print({name: value.shape if hasattr(value, "shape") else value for name, value in layer.items()})

# %% [markdown]
# To run it, go through the layers. (Convolution and pooling come from the course. Yours of notebook 06 do
# the same.)

# %%
from cs_conv.im2col import conv_forward, max_pool_forward


def run(network, x):
    """The output of the last layer for images x, (N, C, H, W)."""
    for layer in network:
        if layer["kind"] == "conv":
            x = conv_forward(x, layer["w"], layer["b"], stride=layer["stride"], pad=layer["pad"])
        elif layer["kind"] == "relu":
            x = np.maximum(x, 0)
        elif layer["kind"] == "pool":
            x, _ = max_pool_forward(x, (layer["size"], layer["size"]), layer["stride"])
        elif layer["kind"] == "fc":
            x = x.reshape(len(x), -1) @ layer["w"] + layer["b"]  # (N, D) @ (D, K)
    return x


clothes = fashion_mnist()
scores = run(network, clothes.test_images)  # (2000, 10)
print("right:", np.mean(scores.argmax(axis=1) == clothes.test_labels))

# %% [markdown]
# Give it a larger picture, and it fails: the first fully connected layer wants 256 values, 16 channels of
# 4x4, and finds more.

# %%
mosaic = clothes.test_images[:9, 0].reshape(3, 3, 28, 28).swapaxes(1, 2).reshape(1, 84, 84)  # (C, H, W)
try:
    run(network, mosaic[None])
except ValueError as problem:
    print(problem)

# %% [markdown]
# But a unit of a fully connected layer is a sum of products with a volume. So is a filter that is as large
# as the volume. You saw it in notebook 10: **a fully connected layer on 16x4x4 is a convolution with 4x4
# filters**, of which one window fits. And on a larger volume a convolution just goes on: more windows fit.
#
# ### Exercise 1: fc_to_conv
#
# *Easy, about 10 minutes, about 2 lines, 3 points.*
#
# Write `fc_to_conv`. `w` has shape `(D, K)`: a column of weights for each unit. `volume` is `(C, H, W)`,
# the shape that was laid out in a row of D values, as `x.reshape(N, -1)` does it. Return the filters, `(K,
# C, H, W)`.
#
# An example: with `volume = (1, 1, 2)` and `w = [[1, 10], [2, 20]]`, filter 0 is `[[[1, 2]]]` and filter 1 is
# `[[[10, 20]]]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Take the example. `w.reshape(2, 1, 1, 2)` has the right shape. Which numbers does its first filter have,
# and why?
# </details><details><summary>Hint 2: the idea</summary>
#
# `reshape` reads an array row by row. The weights of one unit stand in a column.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# Transpose `w` first: then the weights of unit `k` are row `k`, in the order in which `reshape` reads them.
# </details>


# %% answer="fc_to_conv"
def fc_to_conv(w, volume):
    """Return the filters of a convolution that does the same on a volume, (K, C, H, W).

    w: (D, K), the weights of a fully connected layer. volume: (C, H, W), with D = C * H * W.
    """
    ### BEGIN SOLUTION
    K = w.shape[1]
    return w.T.reshape(K, *volume)
    ### END SOLUTION


# %% test="values"
check("fc_to_conv", fc_to_conv, "values")

# %% test="rectangles"
check("fc_to_conv", fc_to_conv, "rectangles")

# %% [markdown]
# The second fully connected layer gets the 64 units of the first. What is the shape of its filters, `(K, C,
# H, W)`?

# %%
last = network[-1]["w"]  # (64, 10)
predict("fc_to_conv(last, (64, 1, 1)).shape", ..., "After the first one, a unit is a channel of 1x1.")

# %% [markdown]
# ### Exercise 2: convert
#
# *Medium, about 15 minutes, about 16 lines, 4 points.*
#
# Write `convert`. It returns a new list of layers: a layer of the kind `fc` becomes one of the kind `conv`
# with stride 1 and pad 0, and all others stay as they are.
#
# - `network` is a list of dicts as above. `input_shape` is `(C, H, W)`, the pictures that it was made for.
# - How large the filters are depends on the volume that reaches the layer. Follow its shape through the
#   convolutions (they have a stride and a pad) and poolings (they have a size and a stride).
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which three numbers have to be known at every layer, and which layers change them?
# </details><details><summary>Hint 2: the idea</summary>
#
# Carry `C, H, W` along. A convolution makes as many channels as it has filters, and `(H - FH + 2P) / S + 1`
# rows; a pooling shrinks the rows and columns alone. After a fully connected layer the volume is `K`
# channels of 1x1.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# The new layer is `{"kind": "conv", "w": fc_to_conv(layer["w"], (C, H, W)), "b": layer["b"], "stride": 1,
# "pad": 0}`. Append it to a new list, or the layer itself if it is of another kind. Make the new layer
# before you change C, H and W.
# </details>


# %% answer="convert"
def convert(network, input_shape):
    """Return the network with a convolution in place of each fully connected layer.

    network: a list of dicts, see above. input_shape: (C, H, W), the images that the network was made for.
    """
    ### BEGIN SOLUTION
    C, H, W = input_shape
    converted = []
    for layer in network:
        if layer["kind"] == "fc":
            w = fc_to_conv(layer["w"], (C, H, W))
            layer = {"kind": "conv", "w": w, "b": layer["b"], "stride": 1, "pad": 0}
            C, H, W = len(w), 1, 1
        elif layer["kind"] == "conv":
            C, _, FH, FW = layer["w"].shape
            S, P = layer["stride"], layer["pad"]
            H, W = (H - FH + 2 * P) // S + 1, (W - FW + 2 * P) // S + 1
        elif layer["kind"] == "pool":
            F, S = layer["size"], layer["stride"]
            H, W = (H - F) // S + 1, (W - F) // S + 1
        converted.append(layer)
    return converted
    ### END SOLUTION


# %% test="one layer"
check("convert", convert, "one layer")

# %% test="several"
check("convert", convert, "several")

# %% test="shapes"
check("convert", convert, "shapes")

# %% [markdown]
# The operation is done. On pictures of 28x28 nothing has changed, and on the mosaic it slides. How many
# rows of scores will there be on 84 pixels? Two poolings have halved the size, so the network moves 4
# pixels at a time.

# %%
converted = convert(network, (1, 28, 28))
same = np.allclose(run(converted, clothes.test_images[:100])[:, :, 0, 0], scores[:100], atol=1e-3)
print("the same scores on small pictures:", same)


def slide(image):
    """The scores at all places of one image, (10, OH, OW)."""
    return run(converted, image[None])[0]


predict("slide(mosaic).shape[1]", ..., "Think of the whole network as one window of 28 pixels at stride 4.")

# %%
import matplotlib.pyplot as plt

from cs_conv.pictures.convolution import show_photograph

sliding = slide(mosaic)
powers = np.exp(sliding - sliding.max(axis=0))
probabilities = powers / powers.sum(axis=0)
_, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
show_photograph(mosaic[0], "nine pictures", axes[0])
heat = axes[1].imshow(probabilities[clothes.classes.index("trousers")], cmap="viridis", vmin=0, vmax=1)
axes[1].set(title="how sure it sees trousers", xlabel="column of places", ylabel="row of places")
plt.colorbar(heat, label="probability")
print("sees at the nine pictures:", [clothes.classes[k] for k in sliding[:, ::7, ::7].argmax(axis=0).ravel()])
print("they are:                 ", [clothes.classes[k] for k in clothes.test_labels[:9]])

# %% [markdown]
# *In words: a mosaic of nine pictures of clothes, and a map of 15x15 places. The map is bright where the
# window of a place holds trousers, and dark nearly everywhere else.*
#
# ## Is that the same as cutting out crops?
#
# Without surgery one would cut out every window of 28x28 pixels and classify the crops, one by one. Write
# that, too, so that you can compare.
#
# ### Exercise 3: crop_scores
#
# *Easy, about 10 minutes, about 9 lines, 3 points.*
#
# Write `crop_scores`. `classify` takes crops `(N, C, size, size)` and returns their scores `(N, K)`.
# `image` has shape `(C, H, W)`. The crops begin `stride` pixels apart, and they fit. Return the scores of
# all crops, `(K, OH, OW)`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# It is the walk through the windows that you know from `conv_forward`. What comes in place of the product
# with the filter?
# </details><details><summary>Hint 2: the idea</summary>
#
# Collect the crops row by row, and classify them together. The scores come as one row for each crop; you
# want one map for each class.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# `np.stack(crops)` has the shape `(OH * OW, C, size, size)`, the scores are `(OH * OW, K)`. Transpose them
# before you reshape.
# </details>


# %% answer="crop_scores"
def crop_scores(classify, image, size, stride):
    """Return the scores of all crops of size x size pixels, (K, OH, OW).

    classify: a function from crops (N, C, size, size) to scores (N, K). image: (C, H, W).
    """
    ### BEGIN SOLUTION
    _, H, W = image.shape
    OH, OW = (H - size) // stride + 1, (W - size) // stride + 1
    crops = []
    for i in range(OH):
        for j in range(OW):
            top, left = i * stride, j * stride
            crops.append(image[:, top : top + size, left : left + size])
    scores = classify(np.stack(crops))  # (OH OW, K)
    return scores.T.reshape(-1, OH, OW)
    ### END SOLUTION


# %% test="values"
check("crop_scores", crop_scores, "values")

# %% test="rectangles"
check("crop_scores", crop_scores, "rectangles")

# %% [markdown]
# Now compare. There is a second network, trained in the same way, whose convolutions are padded so that
# they keep the size. Guess first: is its map the same as its crops' scores, too? (`True` or `False`)


# %%
def equal_places(network, image, size, stride):
    """At how many places the sliding network gives the crop's scores, and how many places there are."""
    crops = crop_scores(lambda crops: run(network, crops), image, size, stride)
    slid = run(convert(network, (image.shape[0], size, size)), image[None])[0]
    equal = np.isclose(slid, crops, rtol=1e-3, atol=1e-3 * np.abs(crops).max()).all(axis=0)
    return int(equal.sum()), equal.size


padded = clothes_network(padded=True)
predict(
    "equal_places(padded, mosaic, 28, 4)[0] == 225",
    ...,
    "What does a convolution see beyond the edge of a crop?",
)

# %%
for name, trained in (("without", network), ("with", padded)):
    equal, places = equal_places(trained, mosaic, 28, 4)
    print(f"{name} padding: {equal} of {places} places are equal")

# %% [markdown]
# Without padding all places agree, but for rounding. With padding none does: around a *crop* there are
# zeros, while in the larger *image* there are pixels. Each convolution brings the difference further in, and
# the fully connected layer sees the whole crop, with its border.
#
# The notes describe just this for a network that pads every convolution, VGG, on a picture of 384 pixels:
# 36 crops of 224 pixels at stride 32. They say that sliding gives "an identical result". Here is the
# pattern of VGG-16 with few filters and random weights, so that you need not wait:


# %%
def random_vgg(rng, divide=16, units=(10,)):
    """VGG-16 with random weights, 1/divide of its filters, and fully connected layers of these units."""
    layers, channels = [], 3
    for filters, convs in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(convs):
            K = filters // divide
            w = rng.standard_normal((K, channels, 3, 3), np.float32) * np.float32(np.sqrt(2 / (9 * channels)))
            layers.append({"kind": "conv", "w": w, "b": np.zeros(K, np.float32), "stride": 1, "pad": 1})
            layers.append({"kind": "relu"})
            channels = K
        layers.append({"kind": "pool", "size": 2, "stride": 2})
    D = channels * 7 * 7
    for K in units:
        w = rng.standard_normal((D, K), np.float32) * np.float32(np.sqrt(2 / D))
        layers += [{"kind": "fc", "w": w, "b": np.zeros(K, np.float32)}, {"kind": "relu"}]
        D = K
    return layers[:-1]


rng = np.random.default_rng(0)
vgg_pattern = random_vgg(rng)
large = rng.normal(size=(3, 384, 384)).astype(np.float32)
equal, places = equal_places(vgg_pattern, large, 224, 32)
print(f"the pattern of VGG: {equal} of {places} crops are equal")

# %% [markdown]
# None of the 36. (People do it all the same: the scores are close enough to be useful, and nobody needs
# them to be identical.)
#
# ## What it costs
#
# Why slide at all? Because neighbouring crops share most of their pixels, and sliding computes what they
# share only once. How much that saves can be counted, and for counting you need no weights. So a layer is
# described by sizes alone now, for instance:
#
# - `{"kind": "conv", "filters": 64, "size": 3, "stride": 1, "pad": 1}`
# - `{"kind": "pool", "size": 2, "stride": 2}`
# - `{"kind": "fc", "units": 4096}` and `{"kind": "relu"}`
#
# We call a list of these a **plan**. A product of a weight and a value, added to a sum, is called a **MAC**
# (multiply and accumulate).
#
# ### Exercise 4: count_macs
#
# *Medium, about 15 minutes, about 15 lines, 4 points.*
#
# Write `count_macs`. It returns how many MACs a plan needs for one image of `input_shape`, `(C, H, W)`.
# Biases, ReLUs and poolings do not count, but a pooling makes the volume smaller.
#
# An example: two 2x2 filters on one channel of 3x3 pixels make 2 x 2 x 2 outputs of 4 products each: 32.
#
# <details><summary>Hint 1: a nudge</summary>
#
# How many products are added up for *one* output of a convolution? How many outputs are there?
# </details><details><summary>Hint 2: the idea</summary>
#
# Carry `C, H, W` along, as in `convert`. Count with the number of channels *before* the layer and the
# number of places *after* it.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# A convolution needs `filters * H * W * C * F * F`, with the new H and W and the old C. A fully connected
# layer needs `units * C * H * W`; after it the volume is `units` channels of 1x1.
# </details>


# %% answer="count_macs"
def count_macs(plan, input_shape):
    """Return how many products of a weight and a value the network adds up for one image.

    plan: a list of dicts, see above. input_shape: (C, H, W).
    """
    ### BEGIN SOLUTION
    C, H, W = input_shape
    total = 0
    for layer in plan:
        if layer["kind"] == "conv":
            F, S, P = layer["size"], layer["stride"], layer["pad"]
            H, W = (H - F + 2 * P) // S + 1, (W - F + 2 * P) // S + 1
            total += layer["filters"] * H * W * C * F * F
            C = layer["filters"]
        elif layer["kind"] == "pool":
            F, S = layer["size"], layer["stride"]
            H, W = (H - F) // S + 1, (W - F) // S + 1
        elif layer["kind"] == "fc":
            total += layer["units"] * C * H * W
            C, H, W = layer["units"], 1, 1
    return total
    ### END SOLUTION


# %% test="convolutions"
check("count_macs", count_macs, "convolutions")

# %% test="whole networks"
check("count_macs", count_macs, "whole networks")

# %% [markdown]
# VGG-16 in its full size. After surgery its three fully connected layers are convolutions of 7x7, 1x1 and
# 1x1:


# %%
def conv(filters, size, pad=0):
    return {"kind": "conv", "filters": filters, "size": size, "stride": 1, "pad": pad}


body = []
for filters, convs in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
    body += [conv(filters, 3, pad=1), {"kind": "relu"}] * convs + [{"kind": "pool", "size": 2, "stride": 2}]
vgg16 = [*body, *({"kind": "fc", "units": units} for units in (4096, 4096, 1000))]
slid = [*body, conv(4096, 7), conv(4096, 1), conv(1000, 1)]

for side in (224, 384):
    after = side // 32
    print(f"{side}x{side}x3 -> {after}x{after}x512 -> {after - 6}x{after - 6}x1000")
one_crop, sliding_once = count_macs(vgg16, (3, 224, 224)), count_macs(slid, (3, 384, 384))
print(f"36 crops: {36 * one_crop / 1e9:.1f} G MACs, sliding: {sliding_once / 1e9:.1f} G MACs")
print(f"sliding is {36 * one_crop / sliding_once:.1f} times cheaper")
assert round(36 * one_crop / sliding_once, 1) == 11.2

# %% [markdown]
# Sliding is 11.2 times cheaper. And the small network on the mosaic, with its 225 crops, counted and
# measured? (The time depends on your machine, and on what else it does.)

# %%
import time


def seconds(work, times=5):
    """The shortest of several runs, in seconds of computing."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


pool = {"kind": "pool", "size": 2, "stride": 2}
front = [conv(8, 5), pool, conv(16, 5), pool]
one_crop = count_macs([*front, {"kind": "fc", "units": 64}, {"kind": "fc", "units": 10}], (1, 28, 28))
at_once = count_macs([*front, conv(64, 4), conv(10, 1)], (1, 84, 84))
by_crops = seconds(lambda: crop_scores(lambda crops: run(network, crops), mosaic, 28, 4))
by_sliding = seconds(lambda: slide(mosaic))
print(f"225 crops: {225 * one_crop / 1e6:.1f} M MACs, {1000 * by_crops:.1f} ms")
print(f"sliding:   {at_once / 1e6:.1f} M MACs, {1000 * by_sliding:.1f} ms")

# %% [markdown]
# And VGG-16 in full size? Set `FULL_SIZE` to `True` if your machine has 1.5 GB of memory to spare. Its 138
# million weights are random here, which changes nothing about the time. (On one core of an Intel Xeon, on
# 30 November 2026, it printed 13.8 s for the 36 crops and 1.8 s for sliding: 7.9 times quicker.)

# %%
FULL_SIZE = False

if FULL_SIZE:
    real = random_vgg(rng, divide=1, units=(4096, 4096, 1000))
    sliding_real = convert(real, (3, 224, 224))
    crop = large[None, :, :224, :224]
    one = seconds(lambda: run(real, crop), times=2)
    all_at_once = seconds(lambda: run(sliding_real, large[None]), times=2)
    print("scores:", run(sliding_real, large[None]).shape[1:])
    print(f"36 crops of {one:.2f} s: {36 * one:.1f} s, sliding: {all_at_once:.1f} s of computing")
    print(f"{36 * one / all_at_once:.1f} times quicker")

# %% [markdown]
# Averaging the scores of all places gives one answer for a large picture. Networks were often evaluated
# like that: it is a little more reliable than one look.
#
# ## A finer map
#
# The map has a place every 4 pixels, since two poolings moved by 2 each. To look every 2 pixels, do not
# change the network: **shift the image** and slide again. A pass over the image without its first 2 rows
# gives the rows *between* those of the first map.
#
# The notes say that two passes are enough for half the stride: one over the image as it is, and one over
# the image shifted in *both* directions. Their map for VGG is 6x6 at stride 32, so the finer one is 11x11 at
# stride 16. How many of its 121 places do the two passes fill?

# %%
filled = np.zeros((11, 11), bool)
filled[0::2, 0::2] = True  # the image as it is: 6x6 places
filled[1::2, 1::2] = True  # shifted in both directions: the places between, along rows *and* columns
predict("filled.sum()", ..., "The second pass gives a map of 5x5. No place is filled twice.")

# %% [markdown]
# ### Exercise 5: shifted_scores
#
# *Hard, about 20 minutes, about 13 lines, 5 points.*
#
# Write `shifted_scores`. It returns the map at the stride `step`, with every place filled.
#
# - `score_map` takes an image `(C, H, W)` and returns scores `(K, OH, OW)`, `stride` pixels apart.
# - `score_map` raises an error if an image does not fit, as the layers of this course do. `image` itself
#   fits. If you leave out some rows at the beginning, leave out rows at the end as well, `stride` rows in
#   all; then it fits again, and the map has one row less. The same holds for columns.
# - `step` divides `stride`: there are `n = stride // step` shifts along each axis. The fine map has `(OH -
#   1) * n + 1` rows. So if the map has a single row, the fine map has one, too: do not shift the rows, since
#   no window would fit. The same holds for columns.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Draw the rows of the fine map for a stride of 4 and a step of 2, one below the other. Write beside each
# row from which pass it comes.
# </details><details><summary>Hint 2: the idea</summary>
#
# The pass that leaves out `a * step` rows and `b * step` columns fills the rows `a, a + n, a + 2n, ...` and
# the columns `b, b + n, ...` of the fine map. There are n x n passes.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# `fine[:, a::n, b::n] = score_map(shifted)`. For `a > 0` the shifted image has the rows `a * step` to
# `a * step + H - stride`. Skip the passes for which there is no room.
# </details>


# %% answer="shifted_scores"
def shifted_scores(score_map, image, stride, step):
    """Return the map of scores at a smaller stride, (K, OH, OW).

    score_map: a function from an image (C, H, W) to scores (K, OH, OW) at `stride`; it refuses other sizes.
    image: (C, H, W), which fits. step: the stride that is wanted, a divisor of `stride`.
    """
    ### BEGIN SOLUTION
    _, H, W = image.shape
    n = stride // step
    coarse = score_map(image)
    K, OH, OW = coarse.shape
    fine = np.zeros((K, (OH - 1) * n + 1, (OW - 1) * n + 1))
    fine[:, ::n, ::n] = coarse
    for a in range(n):
        for b in range(n):
            if (a and OH == 1) or (b and OW == 1) or a == b == 0:
                continue  # there is no room to shift, or it is the pass that is done
            bottom, right = H - stride * (a > 0), W - stride * (b > 0)
            shifted = image[:, a * step : a * step + bottom, b * step : b * step + right]
            fine[:, a::n, b::n] = score_map(shifted)
    return fine
    ### END SOLUTION


# %% test="half the stride"
check("shifted_scores", shifted_scores, "half the stride")

# %% test="other steps"
check("shifted_scores", shifted_scores, "other steps")

# %% [markdown]
# Compare with crops that begin every 2 pixels. And count what two and four passes fill for the notes' VGG:

# %%
fine = shifted_scores(slide, mosaic, 4, 2)
crops = crop_scores(lambda crops: run(network, crops), mosaic, 28, 2)
print(
    "equal to the crops:", np.isclose(fine, crops, rtol=1e-3, atol=1e-2).all(axis=0).sum(), "of", fine[0].size
)

filled = np.zeros((11, 11), bool)
for passes, shifts in ((2, [(0, 0), (1, 1)]), (4, [(0, 0), (0, 1), (1, 0), (1, 1)])):
    for a, b in shifts:
        filled[a::2, b::2] = True
    print(f"{passes} passes fill {filled.sum()} of {filled.size} places at stride 16")

# %% [markdown]
# Two passes fill the squares of one colour on a chess-board; four fill the whole map.
#
# ## Look for something
#
# Choose a class and a mosaic. Click on a place of the map to see which part of the mosaic it has looked at,
# and what the network sees there. The network has only ever seen single pictures. What does it make of
# places *between* two of them?

# %%
from cs_conv.live import heat

heat(globals())

# %% [markdown]
# *In words: a mosaic of nine pictures, and beside it a map of 15x15 numbers, how many per cent sure the
# network is at each place that it sees the class that was chosen.*
#
# Between two pictures it is often very sure, and wrong: the softmax has no way to say "none of these".
#
# ## Three questions from earlier notebooks
#
# <details><summary>The network sees 28 pixels in each direction and moves by 4. How do you get both numbers from its layers?
# (09)</summary>
#
# The field: 1 + 4 + 1 + 2 x 4 + 2 x 1 + 4 x 3 = 28: a layer adds F - 1 steps, and each pooling doubles the
# step. The strides multiply to 4.
# </details>
#
# <details><summary>Which two things make a sum of products over a whole volume and a convolution the same? (10)</summary>
#
# The filter is as large as the volume, and there is no padding. Then one window fits.
# </details>
#
# <details><summary>How many rows has the output of a pooling of 2 at stride 2 on 39 rows, and what do libraries do? (01, 05)</summary>
#
# It does not fit: (39 - 2) / 2 + 1 = 19.5. This course raises an error; most libraries leave out the last
# row and give 19.
# </details>
