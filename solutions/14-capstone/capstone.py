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
# # Capstone: a network of your own
#
# After this notebook you have trained a network whose layers you wrote yourself, and you can say what is wrong
# with a training when you see its curves. It takes about 75 minutes, and no cell takes a minute.
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `momentum_step` | moves a parameter, with momentum | easy | 5 | 2 | 3 |
# | `one_epoch` | every image once, a batch at a time | easy | 10 | 5 | 4 |
# | `best_rate` | the rate with which a training begins | easy | 10 | 5 | 3 |
# | `top_k_accuracy` | how often the right class is among the k best | medium | 10 | 2 | 3 |
# | `dead_units` | the channels that never answer | easy | 10 | 3 | 3 |
# | `fault_of` | what is wrong with six trainings | medium | 15 | 1 | 6 |

# %% locked="setup"
import numpy as np

from autograder import check, predict

# %% [markdown]
# ## Your layers
#
# You have written all that a network needs: convolution and pooling (07), full connections and the loss (10).
# `mine` fetches your answer from your notebook, if it is there, right, and fast enough for a training. Otherwise
# it takes the function of the course, so that this notebook works alone, too. (`wrong=True` uses an answer of
# yours even if it is wrong or slow.)

# %%
from autograder import mine
from cs_conv import im2col, layers

conv_forward = mine("fast_conv_forward", im2col.conv_forward)
conv_backward = mine("fast_conv_backward", im2col.conv_backward)
max_pool_forward = mine("fast_max_pool", im2col.max_pool_forward)
max_pool_backward = im2col.max_pool_backward
fc_backward = mine("fc_backward", layers.fc_backward)
softmax_loss = mine("softmax_loss", layers.softmax_loss)

# %% [markdown]
# A layer of the course keeps its parameters and calls your functions. `Own` makes such layers: it finds your
# functions by their names, and turns what they return into the network's float32. (Only the way back through a
# pooling comes from the course: yours of notebook 05 goes window by window, which would take minutes here.)

# %%
import time

from cs_conv.layers import Conv, FullyConnected, MaxPool, ReLU
from cs_conv.live.engine.own import Own
from cs_conv.network import Network

own = Own(globals()).layers()
MyConv, MyMaxPool, MyFullyConnected = own["Conv"], own["MaxPool"], own["FullyConnected"]


def my_network(seed=0):
    """INPUT -> [CONV -> RELU -> POOL]*2 -> FC -> RELU -> FC, with random weights."""
    return Network(
        [
            *(MyConv(8, 3, pad=1), ReLU(), MyMaxPool((2, 2), 2)),
            *(MyConv(16, 3, pad=1), ReLU(), MyMaxPool((2, 2), 2)),
            *(MyFullyConnected(64), ReLU(), MyFullyConnected(10)),
        ],
        (1, 28, 28),
        seed,
    )


print(my_network())

# %% [markdown]
# And these are the images: 10,000 to train with, 2,000 to test with, of ten kinds of clothes.

# %%
from cs_conv.data import fashion_mnist
from cs_conv.pictures.training import show_images

clothes = fashion_mnist()
first = [int(np.flatnonzero(clothes.train_labels == k)[0]) for k in range(10)]
show_images(clothes.train_images[first, 0], clothes.classes)

# %% [markdown]
# *In words: ten small grey pictures on black, one of each class, from a T-shirt to an ankle boot.*
#
# ## A step
#
# The backward pass gives each parameter a **gradient**: where to move it so that the loss grows. So go the
# other way, `- rate * gradient`. **Momentum** lets the parameter roll, like a ball: it keeps a part of its
# **velocity**, and the gradient only pushes.
#
# ### Exercise 1: momentum_step
#
# *Easy, about 5 minutes, about 2 lines, 3 points.*
#
# Write `momentum_step`. The new velocity is `momentum` times the old one, less `rate * gradient`. The parameter
# moves by the *new* velocity. Return both. Make new arrays; do not change the old ones (graded).
#
# An example: a parameter of 5 with the gradient 2 and the velocity -3, `rate=0.5` and `momentum=0.75`. The new
# velocity is `0.75 * -3 - 0.5 * 2 = -3.25`, and the parameter becomes 1.75.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which of the two results do you need to compute the other?
# </details><details><summary>Hint 2: the idea</summary>
#
# Write the sentence about the velocity as a formula. NumPy does it for all values of an array at once.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# `velocity = momentum * velocity - ...` makes a new array and gives it the old name. (`velocity *= momentum`
# would change the old array.)
# </details>


# %% answer="momentum_step"
def momentum_step(parameter, gradient, velocity, rate, momentum):
    """Return the parameter after the step, and its new velocity, both in its shape.

    parameter, gradient, velocity: arrays of one shape. rate: how far a gradient of 1 pushes. momentum: the
    part of the velocity that is kept, 0 to 1.
    """
    ### BEGIN SOLUTION
    velocity = momentum * velocity - rate * gradient
    return parameter + velocity, velocity
    ### END SOLUTION


# %% test="from rest"
check("momentum_step", momentum_step, "from rest")

# %% test="moving"
check("momentum_step", momentum_step, "moving")

# %% [markdown]
# What momentum is good for: a loss is often a long valley with steep sides. Without momentum, steps that are
# small enough for the sides are tiny along the valley.

# %%
import matplotlib.pyplot as plt


def path(momentum, rate=0.02, steps=25):
    """Down the valley with the loss (x² + 20 y²) / 2, from (-9, 1.5)."""
    place, velocity, places = np.array([-9.0, 1.5]), np.zeros(2), []
    for _ in range(steps):
        places.append(place)
        place, velocity = momentum_step(place, place * [1, 20], velocity, rate, momentum)
    return np.array(places)


paths = {momentum: path(momentum) for momentum in (0.0, 0.7)}
x, y = np.meshgrid(np.linspace(-10, 4, 99), np.linspace(-2, 2, 99))
_, axes = plt.subplots(1, 2, figsize=(9, 2.8), sharey=True, layout="constrained")
for ax, (momentum, places) in zip(axes, paths.items(), strict=True):
    ax.contour(x, y, (x**2 + 20 * y**2) / 2, levels=[0.5, 2, 6, 12, 20, 32, 48], colors="#cccccc")
    ax.plot(*places.T, "o-", color="#0072b2", markersize=3)
    ax.set(title=f"momentum {momentum:g}: {np.linalg.norm(places[-1]):.1f} from the middle", xlabel="x")
_ = axes[0].set_ylabel("y")

# %% [markdown]
# *In words: two pictures of a long, flat valley, with 25 steps from its left end. Without momentum the path goes
# to the bottom of the valley and then creeps along it. With momentum it swings a little, and ends much nearer
# to the middle.*
#
# How fast can a ball get? A gradient of 1 pushes in every step, with a rate of 0.1, and momentum keeps 0.9 of
# the velocity. What is the velocity after 200 steps, to one digit after the point?

# %%
velocity = np.zeros(1)
for _ in range(200):
    _, velocity = momentum_step(np.zeros(1), np.ones(1), velocity, 0.1, 0.9)

predict(
    "velocity[0]", ..., hint="It no longer changes when what is lost, a tenth of it, is what the push adds."
)

# %% [markdown]
# ## An epoch
#
# The gradient of all 10,000 images would take seconds, for a single step. A **batch** of some images gives
# nearly the same direction, much faster. An **epoch** is a way through all images in a random order, each image
# once, a batch at a time.
#
# ### Exercise 2: one_epoch
#
# *Easy, about 10 minutes, about 5 lines, 4 points.*
#
# Write `one_epoch`. It calls `step(images, labels)` once for each batch (graded) and returns the losses that
# `step` returned, a list. Do not change the arguments (graded).
#
# - `order` has the numbers of the images in the order in which to use them. Each step changes the network, so
#   the batches must come in this order (graded).
# - Every batch has `batch` images. The last one has those that are left; they may be fewer.
#
# An example: with `order = [4, 1, 0, 3, 2]` and `batch = 2` there are three steps: with the images 4 and 1, with
# 0 and 3, and with image 2 alone, each with its labels.
#
# <details><summary>Hint 1: a nudge</summary>
#
# At which places of `order` do the batches begin?
# </details><details><summary>Hint 2: the idea</summary>
#
# `range` can count in steps of `batch`. A slice that reaches beyond the end of an array stops at the end.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# `chosen = order[start : start + batch]` are the numbers of one batch, and `images[chosen]` takes these images.
# Take the labels in the same way.
# </details>


# %% answer="one_epoch"
def one_epoch(step, images, labels, order, batch):
    """Take a step for each batch, and return the losses in order: a list.

    step(images, labels): trains on one batch, and returns its loss. images: (N, ...). labels: (N,). order:
    (N,), the numbers of the images in the order in which to use them. batch: how many images at a time.
    """
    ### BEGIN SOLUTION
    losses = []
    for start in range(0, len(order), batch):
        chosen = order[start : start + batch]
        losses.append(step(images[chosen], labels[chosen]))
    return losses
    ### END SOLUTION


# %% test="full batches"
check("one_epoch", one_epoch, "full batches")

# %% test="a smaller last one"
check("one_epoch", one_epoch, "a smaller last one")

# %% [markdown]
# How many steps are an epoch of 10,000 images in batches of 64?

# %%
numbers = np.arange(10_000)
predict(
    "len(one_epoch(lambda images, labels: 0.0, numbers, numbers, numbers, 64))",
    ...,
    hint="10,000 / 64 is 156.25.",
)

# %% [markdown]
# Now put both together. A step goes forward, asks for the loss, goes back, and moves all parameters.

# %%
from cs_conv.cores import one_core


def make_step(network, rate, velocities, momentum=0.9):
    """The function `step(images, labels)` that trains a network with this rate."""

    def step(images, labels):
        scores = network.forward(images)
        loss, dscores = softmax_loss(scores, labels)
        network.backward_parameters(dscores.astype(scores.dtype))
        for layer in network.layers:
            for name, parameter in layer.parameters.items():
                old = velocities.get((layer, name), np.zeros_like(parameter))
                moved, velocities[layer, name] = momentum_step(
                    parameter, layer.gradients[name], old, rate, momentum
                )
                layer.parameters[name] = moved.astype(parameter.dtype)
        return float(loss)

    return step


def train(network, data, rates, batch=50, seed=0):
    """An epoch for each rate. Returns all losses, the test accuracies, and the seconds of computing."""
    rng, velocities, losses, accuracies = np.random.default_rng(seed), {}, [], []
    began = time.process_time()
    with one_core(), np.errstate(all="ignore"):
        for number, rate in enumerate(rates, 1):
            order = rng.permutation(len(data.train_images))
            step = make_step(network, rate, velocities)
            losses += one_epoch(step, data.train_images, data.train_labels, order, batch)
            accuracies.append(network.accuracy(data.test_images, data.test_labels))
            print(
                f"epoch {number}, rate {rate:g}: loss {np.mean(losses[-100:]):.3f}, "
                f"test accuracy {accuracies[-1]:.1%}, {time.process_time() - began:.0f} s so far"
            )
    return losses, accuracies, time.process_time() - began


# %% [markdown]
# ## The rate
#
# No other number matters as much as the rate. Try a few, far apart, for a few steps each. If a rate is much too
# large, the numbers overflow: the loss is `inf`, or `nan`, *not a number*. And `nan` is treacherous, because
# no comparison with it is true:

# %%
nan = float("nan")
print("nan < 2:", nan < 2, "  nan > 2:", nan > 2, "  nan == nan:", nan == nan)
print("min([nan, 2.0]):", min([nan, 2.0]), "  min([2.0, nan]):", min([2.0, nan]))

# %% [markdown]
# ### Exercise 3: best_rate
#
# *Easy, about 10 minutes, about 5 lines, 3 points.*
#
# Write `best_rate`. It returns the rate of the list `rates` after which the loss is smallest. Do not change the
# arguments (graded).
#
# - `loss_after(rate)` trains a new network for a few steps and returns its loss. That takes a while, so call it
#   once for each rate and not more often (graded).
# - A loss of `nan` or `inf` is never the best. If there is no other, raise a `ValueError` (graded).
#
# An example: for the rates 0.1, 1 and 10, with the losses 2.0, 1.5 and `nan`, the answer is 1.
#
# <details><summary>Hint 1: a nudge</summary>
#
# What must you sort out before you compare?
# </details><details><summary>Hint 2: the idea</summary>
#
# Collect the losses first. `np.isfinite(loss)` is False for `nan` and for `inf`.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# Make a list of pairs `(loss, rate)` of the finite losses. If it is empty, raise. The smallest pair has the
# smallest loss: `min(pairs)[1]`.
# </details>


# %% answer="best_rate"
def best_rate(loss_after, rates):
    """Return the rate after which the loss is smallest.

    loss_after(rate): the loss after a few steps with this rate, which may be nan or inf. rates: a list.
    Asks once for each rate. ValueError if no loss is finite.
    """
    ### BEGIN SOLUTION
    losses = {rate: loss_after(rate) for rate in rates}
    finite = [rate for rate in rates if np.isfinite(losses[rate])]
    if not finite:
        raise ValueError(f"no rate of {rates} gives a finite loss: try smaller ones")
    return min(finite, key=losses.get)
    ### END SOLUTION


# %% test="finite losses"
check("best_rate", best_rate, "finite losses")

# %% test="nan and inf"
check("best_rate", best_rate, "nan and inf")

# %% test="nothing finite"
check("best_rate", best_rate, "nothing finite")

# %% [markdown]
# Five rates, each ten times the one before, with 40 steps for each:

# %%
tried = {}


def loss_after(rate, steps=40, batch=50):
    """The mean loss of the last ten steps of a new network."""
    network, few = my_network(), np.random.default_rng(1).permutation(10_000)[: steps * batch]
    with one_core(), np.errstate(all="ignore"):
        step = make_step(network, rate, {})
        losses = one_epoch(step, clothes.train_images, clothes.train_labels, few, batch)
    tried[rate] = network
    print(f"rate {rate:6g}: loss {np.mean(losses[-10:]):.3f}")
    return float(np.mean(losses[-10:]))


print("best:", best_rate(loss_after, [0.0005, 0.005, 0.05, 0.5, 5.0]))

# %% [markdown]
# (A network that gives all ten classes the same score has a loss of 2.303.)
#
# ## The training
#
# Two epochs with the best rate, and one with a fifth of it. The last one is a trick that nearly always helps: a
# large rate moves quickly, but jumps around the bottom of the valley; a smaller one at the end gets down to it.
#
# Each training is written into a table, `my_runs.csv` beside this notebook. Lines are only added to it.

# %%
from cs_conv.run_table import RunTable

table = RunTable("my_runs.csv")
print(table)

# %%
from cs_conv.pictures.training import show_training

network = my_network()
losses, accuracies, seconds = train(network, clothes, [0.05, 0.05, 0.01])
table.add("two convolutions", network.size, accuracies[-1], seconds)
show_training(losses, accuracies, limit=0.85)

# %% [markdown]
# *In words: on the left, the loss of 600 steps. It falls from above 2 to about 0.6 in the first 100 steps, then
# slowly, and jumps from batch to batch. On the right, the test accuracy after each epoch; the last point, after
# the rate was lowered, is above the line at 85%.*
#
# More than 85 of 100 clothes, from pixels, by functions like those that you wrote. What has it learned? Here are
# the first filters, and test images that it takes for something else:

# %%
from cs_conv.pictures.training import show_filters


def scores_of(network, images, batch=500):
    """The scores of many images, a batch at a time, so that memory is enough."""
    return np.concatenate([network.forward(images[i : i + batch]) for i in range(0, len(images), batch)])


show_filters(network.layers[0].parameters["w"])
scores = scores_of(network, clothes.test_images)
taken_for = scores.argmax(axis=1)
wrong = np.flatnonzero(taken_for != clothes.test_labels)[::35][:7]
names = [f"{clothes.classes[clothes.test_labels[n]]},\nnot {clothes.classes[taken_for[n]]}" for n in wrong]
show_images(clothes.test_images[wrong, 0], names)

# %% [markdown]
# *In words: eight filters of 3x3, some of which are edges: orange on one side, purple on the other. Below them,
# seven clothes, with what they are and what the network took them for: shirts that look like a T-shirt or a
# pullover, a sneaker like a sandal, a bag in the shape of an animal.*
#
# ### Exercise 4: top_k_accuracy
#
# *Medium, about 10 minutes, about 2 lines, 3 points.*
#
# AlexNet's 16% of notebook 13 were **top-5** errors: none of the five best guesses was right. Write
# `top_k_accuracy`. It returns the fraction of images, 0 to 1, whose right class is among the `k` classes with the
# largest scores. No two scores of an image are equal. Do not change the arguments (graded).
#
# An example: the scores `[[1, 3, 2], [3, 1, 2]]` and the labels `[2, 0]`. In the first image class 2 is the second
# best, in the second image class 0 is the best. So it is 0.5 for `k = 1`, and 1 for `k = 2`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# `np.argsort(scores, axis=1)` lists the classes of each image, from the smallest score to the largest. Where do
# the k best stand?
# </details><details><summary>Hint 2: the idea</summary>
#
# Compare the k best classes of each image with its label. One of them must be it. (Or count, for each image,
# how many classes have a larger score than the right one.)
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# `best == labels[:, np.newaxis]` has the shape `(N, k)`. `.any(axis=1)` makes one answer for each image, and the
# mean of True and False is a fraction.
# </details>


# %% answer="top_k_accuracy"
def top_k_accuracy(scores, labels, k):
    """Return the fraction of images whose right class is among the k with the largest scores, 0 to 1.

    scores: (N, K), no two alike in a row. labels: (N,), the right classes. k: 1 to K.
    """
    ### BEGIN SOLUTION
    best = np.argsort(scores, axis=1)[:, -k:]  # (N, k)
    return np.mean((best == labels[:, np.newaxis]).any(axis=1))
    ### END SOLUTION


# %% test="the best class"
check("top_k_accuracy", top_k_accuracy, "the best class")

# %% test="the k best"
check("top_k_accuracy", top_k_accuracy, "the k best")

# %%
for k in (1, 2, 3, 10):
    print(f"among the best {k:2}: {top_k_accuracy(scores, clothes.test_labels, k):.1%}")

# %% [markdown]
# ### Exercise 5: dead_units
#
# *Easy, about 10 minutes, about 3 lines, 3 points.*
#
# A ReLU passes nothing on below zero, and no gradient comes back. If a channel is below zero for *every* image, it
# gets no gradient, and comes back only if the layers below it change: it is **dead**. Write `dead_units`. It gets
# the output of a ReLU and returns the numbers of its dead channels, from 0, as a list. Do not change the argument
# (graded).
#
# - `out` has the shape `(N, K, H, W)`, after a convolution, or `(N, K)`, after a fully connected layer.
# - A channel is dead if it is 0 for all images, at all places.
#
# An example: for two images and two units, `[[0, 1], [0, 2]]`, the answer is `[0]`; for `[[0, 1], [2, 0]]` it is
# `[]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# What is the largest value of a dead channel?
# </details><details><summary>Hint 2: the idea</summary>
#
# `out[:, k]` has all values of channel k, whether `out` has two axes or four.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# Go through `range(out.shape[1])` and keep the numbers k for which no value of `out[:, k]` is above 0.
# </details>


# %% answer="dead_units"
def dead_units(out):
    """Return the numbers of the channels that are 0 for all images at all places: a list.

    out: (N, K, H, W) after a convolution and its ReLU, or (N, K) after a fully connected layer and its ReLU.
    """
    ### BEGIN SOLUTION
    alive = (out > 0).any(axis=0)  # for any image: (K, H, W) or (K,)
    alive = alive.reshape(len(alive), -1).any(axis=1)  # at any place: (K,)
    return [k for k in range(len(alive)) if not alive[k]]
    ### END SOLUTION


# %% test="units"
check("dead_units", dead_units, "units")

# %% test="channels"
check("dead_units", dead_units, "channels")

# %% [markdown]
# Look into your trained network, and into those that you tried with other rates:


# %%
def dead_in_each_relu(network, images):
    """How many channels are dead after each ReLU."""
    counts, x = [], images
    with np.errstate(all="ignore"):
        for layer in network.layers:
            x = layer.forward(x)
            if isinstance(layer, ReLU):
                counts.append(f"{len(dead_units(x)):2} of {x.shape[1]:2}")
    return ",  ".join(counts)


print(f"trained:     {dead_in_each_relu(network, clothes.test_images[:500])}")
for rate, beginner in tried.items():
    print(f"rate {rate:6g}: {dead_in_each_relu(beginner, clothes.test_images[:500])}")

# %% [markdown]
# Some dead units do no harm. But with a rate that is too large, one step can push a whole layer below zero. Then
# no gradient passes it, so nothing below it changes, and it never comes back. That is why the loss of such a
# training stays near 2.3, or above it, since only the last biases still learn.
#
# ## Watch it learn
#
# Here is a training to play with, by your functions. Press Train. Then change something, and see what becomes of
# it: a rate of 5, and back; fewer filters; `FC` alone; two convolutions more. Which of your changes does the
# network recover from? (`own=False` uses the course's functions, which are faster.)

# %%
from cs_conv.live import trainer

trainer(globals(), own=True)

# %% [markdown]
# *In words: a line of text with the layers, fields for the rate and the batch, and buttons to train and to pause.
# Below them, curves of the loss and of the accuracy, the filters, what the layers make of a chosen image, and
# which units are dead.*
#
# ## Break it on purpose
#
# Six trainings, A to F, of a smaller network on 400 images. In each of them one thing is wrong:
#
# | name | what is wrong |
# |---|---|
# | `"rate x 30"` | the rate is 30 times as large as it should be |
# | `"rate / 1000"` | the rate is 1,000 times smaller than it should be |
# | `"zero weights"` | all weights and biases begin at 0 |
# | `"shuffled labels"` | the images have each other's labels |
# | `"sorted images"` | every epoch goes through the classes one after the other |
# | `"no db"` | the gradients of all biases are 0 |
#
# The first row is a training in which nothing is wrong. The third column says how far all weights and all biases
# are from where they began; what has not moved at all is drawn at the bottom.

# %%
from cs_conv.broken import line_up, train_with
from cs_conv.pictures.training import show_runs

show_runs({"right": train_with(seed=3), **dict(line_up())})

# %% [markdown]
# *In words: seven rows of three pictures. right: the loss falls from 2.4 to 0.2, both accuracies rise, weights and
# biases move by 0.1 to 0.2. A: the loss stays at 2.3, the accuracies at 10%; the biases move, the weights are at
# the bottom. B: as right, but the biases are at the bottom. C: the loss goes up and down in every epoch, between
# 0.2 and 2 or more, and both accuracies rise. D: the loss falls a little, from about 2.6 to 2.3; weights and biases
# move by less than a hundredth. E: the loss falls slowly, to about 1.3; the accuracy on the training images rises
# to 60%, that on the test images stays near 10%. F: the loss leaps a few times at the beginning, up to 4, and then
# stays at 2.3; weights and biases move further than 1.*
#
# ### Exercise 6: fault_of
#
# *Medium, about 15 minutes, about 1 line, 6 points.*
#
# Write `fault_of`. It gets a letter, `"A"` to `"F"`, and returns the name of what is wrong with that training, as
# it stands in the table.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Before you look: what does each fault do to the weights, if you think it through? With all weights at 0, for
# instance, which values go through the network, and which gradients come back?
# </details><details><summary>Hint 2: the idea</summary>
#
# Begin with the third column. Which training has moved far too much, which far too little, and what has not
# moved at all? Two are left then. Can a network learn labels by heart that mean nothing? And what happens to the
# loss of trousers after a whole stretch of T-shirts?
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# A dict from letters to names, and `[run]` behind it. The gradient of a weight is a product with the value that
# comes in: with all weights at 0 that value is 0, from the second layer on, and only the last biases learn. A loss
# that jumps as often as the class changes comes from the order of the images.
# </details>


# %% answer="fault_of"
def fault_of(run):
    """Return the name of what is wrong with a training of the line-up.

    run: a letter, "A" to "F".
    """
    ### BEGIN SOLUTION
    return {
        "A": "zero weights",
        "B": "no db",
        "C": "sorted images",
        "D": "rate / 1000",
        "E": "shuffled labels",
        "F": "rate x 30",
    }[run]
    ### END SOLUTION


# %% test="A and B"
check("fault_of", fault_of, "A and B")

# %% test="C and D"
check("fault_of", fault_of, "C and D")

# %% test="E and F"
check("fault_of", fault_of, "E and F")

# %% [markdown]
# One of them hardly shows in its loss. Here is another that hides even better: `dx` is computed with filters that
# are not turned (notebook 04), so that all layers below the second convolution learn from wrong gradients.

# %%
from cs_conv.broken import unturned_dx
from cs_conv.gradcheck import directional

show_runs({"right": train_with(), "?": train_with("dx not turned")})

rng = np.random.default_rng(0)
x, w, dout = rng.normal(size=(2, 3, 6, 6)), rng.normal(size=(4, 3, 3, 3)), rng.normal(size=(2, 4, 4, 4))


def only_forward(x):
    return im2col.conv_forward(x, w, np.zeros(4))


for numeric, wrong_dx in directional(only_forward, x, unturned_dx(dout, x, w), dout, rng):
    print(f"along a random direction: measured {numeric:8.3f}, by this dx {wrong_dx:8.3f}")

# %% [markdown]
# *In words: two rows of three pictures that look nearly alike; the loss of the second row falls a little more
# slowly.*
#
# It learns nearly as well, and you might never find out. **A network can learn in spite of a bug.** That is what
# the gradient check of notebook 03 is for: the numbers of each line should agree.
#
# ## Do not be a hero
#
# A network needs thousands of images, because its filters have to be found. But filters that are good for some
# clothes are good for others. So take a network that was trained on five classes (T-shirt, trousers, pullover,
# dress, coat), keep its convolutions, and teach it the five others (sandal, shirt, sneaker, bag, ankle boot) from
# **three images each**. Only a new last layer learns.

# %%
from cs_conv.data import Dataset
from cs_conv.training import SGD
from cs_conv.training import train as train_network


def five_classes(data, classes):
    """The images of five classes, whose labels become 0 to 4."""
    number = np.full(10, -1)
    number[list(classes)] = range(5)
    train, test = np.isin(data.train_labels, classes), np.isin(data.test_labels, classes)
    return Dataset(
        data.train_images[train],
        number[data.train_labels[train]],
        data.test_images[test],
        number[data.test_labels[test]],
        tuple(data.classes[k] for k in classes),
    )


known, new = five_classes(clothes, range(5)), five_classes(clothes, range(5, 10))


def small_network(seed):
    """Two convolutions with poolings, and one fully connected layer for five classes."""
    convolutions = [Conv(8, 5), ReLU(), MaxPool(2, 2), Conv(16, 5), ReLU(), MaxPool(2, 2)]
    return Network([*convolutions, FullyConnected(5)], (1, 28, 28), seed)


def features(network, images):
    """What the convolutions make of images: a row of values for each, about 3 long on average."""
    for layer in network.layers[:-1]:
        images = layer.forward(images)
    rows = images.reshape(len(images), -1)
    return 3 * rows / np.sqrt((rows**2).sum(axis=1).mean())


# %% [markdown]
# The volume after the last pooling is 16x4x4. How many numbers does the new last layer learn?

# %%
last = small_network(0).layers[-1].parameters
predict(
    'last["w"].size + last["b"].size',
    ...,
    hint="A weight for each value and class, and a bias for each class.",
)


# %%
def learn_last_layer(network, images, labels, steps=100, rate=0.1):
    """Teach a new last layer; returns its accuracy on the new test images, and the seconds of learning."""
    began = time.process_time()
    seen, w, b = features(network, images), np.zeros((256, 5)), np.zeros(5)
    vw, vb = np.zeros_like(w), np.zeros_like(b)
    for _ in range(steps):
        _, dscores = layers.softmax_loss(seen @ w + b, labels)
        vw, vb = 0.9 * vw - rate * seen.T @ dscores, 0.9 * vb - rate * dscores.sum(axis=0)
        w, b = w + vw, b + vb
    took = time.process_time() - began
    return (np.argmax(features(network, new.test_images) @ w + b, axis=1) == new.test_labels).mean(), took


def learn_everything(images, labels, seed, steps=100, rate=0.02):
    """Teach a whole new network."""
    network = small_network(seed)
    optimiser, began = SGD(network, rate), time.process_time()
    for _ in range(steps):
        _, dscores = layers.softmax_loss(network.forward(images), labels)
        network.backward_parameters(dscores)
        optimiser.step()
    took = time.process_time() - began
    return network.accuracy(new.test_images, new.test_labels), took


# %%
trained, untrained = small_network(0), small_network(1)
*_, last_epoch = train_network(trained, SGD(trained, 0.03), known, epochs=2)
print(f"five known classes, test accuracy {last_epoch.test_accuracy:.1%}")

results = []
with one_core():
    for draw in range(8):
        rng = np.random.default_rng(draw)
        three = [rng.choice(np.flatnonzero(new.train_labels == k), 3, replace=False) for k in range(5)]
        images, labels = new.train_images[np.concatenate(three)], np.repeat(np.arange(5), 3)
        kept = learn_last_layer(trained, images, labels)
        random = learn_last_layer(untrained, images, labels)
        results.append((*kept, *random, *learn_everything(images, labels, draw)))
kept, kept_s, random, random_s, scratch, scratch_s = np.mean(results, axis=0)
print("five new classes, from three images each: mean of 8 draws")
print(f"  trained convolutions kept   {kept:.1%} {kept_s:6.3f} s")
print(f"  random convolutions kept    {random:.1%} {random_s:6.3f} s")
print(f"  everything learned anew     {scratch:.1%} {scratch_s:6.3f} s")

# %% [markdown]
# The trained convolutions win, in a small part of the time. The gap is a few points here, since clothes are
# small and simple; random convolutions are not bad, either. With large photographs, and a network that has seen a
# million of them, there is no comparison. *Don't be a hero*, say the notes: take what works best, and train only
# its end.
#
# ## Your own design
#
# Now invent. Change the layers in the next cell, give your network a name, train it, and look at the table. A few
# things to try, **one at a time**, because otherwise you do not know what helped:
#
# - more filters, or larger ones; three convolutions of 3x3 in the place of one of 7x7 (12)
# - in the place of a pooling (05): `Conv(8, 2, stride=2)`, `AveragePool(2, 2)`, or poolings that overlap,
#   `MaxPool(3, 2, pad=((0, 1), (0, 1)))`, which needs a pad below and at the right
# - `BatchNorm()` before each ReLU (10); `Dropout(0.3)` before the last layer
# - no hidden fully connected layer, or `GlobalAveragePool()` before the last one (13)
# - a way around: `Sum([ReLU(), Conv(16, 3, pad=1)], [])` (12)
# - `Adam(network, 0.002)` in the place of `SGD`; more epochs; another rate
#
# (These use the course's functions, which are faster. `MyConv(8, 3, pad=1)` is yours.) Can you reach 88%?

# %%
from cs_conv.layers import AveragePool, BatchNorm, Dropout, GlobalAveragePool, Sum
from cs_conv.training import SGD, Adam
from cs_conv.training import train as train_network

# %%
name = "no hidden layer"
design = [
    *(Conv(8, 3, pad=1), ReLU(), MaxPool(2, 2)),
    *(Conv(16, 3, pad=1), ReLU(), MaxPool(2, 2)),
    FullyConnected(10),
]
network = Network(design, clothes.shape)
optimiser, began = SGD(network, 0.05), time.process_time()
for epoch in train_network(network, optimiser, clothes, epochs=3, batch=50):
    print(epoch)
    if epoch.number == 2:
        optimiser.rate /= 5
table.add(name, network.size, epoch.test_accuracy, time.process_time() - began)
print(f"\n{table}")

# %% [markdown]
# If you choose the best of many designs by their test accuracy, that number is a little too good: you have
# chosen what these 2,000 images like. If you want an honest number, keep some images back until the end.
#
# ## In colour
#
# CIFAR-10 has 50,000 + 10,000 photographs of 32x32 pixels in colour, from aeroplanes to trucks. Its licence does
# not let us ship it. If you have `cifar-10-binary.tar.gz` (162 MB), put it beside this notebook;
# `cs_conv.data.download.download_cifar10(".")` fetches it. Then the next cell trains on it.
#
# The recipe is the one that you know: small filters, batch normalisation, the mean of each channel at the end, a
# smaller rate for the last epochs. We could not measure what it reaches: we had no CIFAR-10 where this was
# written. So the number in your table is the first. Without the file, the cell trains on 500 images of noise, to
# say how long an epoch would take.

# %%
from pathlib import Path

from cs_conv.data import Dataset, cifar10


def colour_network(shape):
    """[CONV -> BATCH NORM -> RELU -> POOL]*3, then the mean of each channel and one fully connected layer."""
    body = []
    for filters in (16, 32, 64):
        body += [Conv(filters, 3, pad=1), BatchNorm(), ReLU(), MaxPool(2, 2)]
    return Network([*body, GlobalAveragePool(), FullyConnected(10)], shape)


def learn_colours(data, epochs=4):
    """Train on images of (3, 32, 32) less their mean; prints each epoch and returns the network."""
    mean = data.train_images.mean(axis=(0, 2, 3), keepdims=True)
    data.train_images[...] -= mean
    data.test_images[...] -= mean
    network = colour_network(data.shape)
    optimiser = Adam(network, 2e-3)
    for epoch in train_network(network, optimiser, data, epochs, batch=100):
        print(epoch)
        if epoch.number >= epochs / 2:
            optimiser.rate /= 4
    table.add("CIFAR-10", network.size, epoch.test_accuracy, epoch.seconds * epochs)
    return network


archive = Path("cifar-10-binary.tar.gz")
if archive.exists():
    colour_net = learn_colours(cifar10(archive))
    print(f"\n{table}")
else:
    noise, any_class = np.random.default_rng(0).random((500, 3, 32, 32), np.float32), np.arange(500) % 10
    few = Dataset(noise, any_class, noise[:10], any_class[:10], clothes.classes)
    beginner = colour_network(few.shape)
    *_, epoch = train_network(beginner, Adam(beginner), few, epochs=1, batch=100)
    print(f"There is no {archive} beside this notebook. An epoch of 50,000 images would take about", end=" ")
    print(f"{100 * epoch.seconds / 60:.1f} minutes here.")

# %% [markdown]
# ## What you can do now
#
# You began with a window of nine pixels. You have written convolution forward and backward, pooling, full
# connections, normalisation and the loss; made them fast; measured every gradient; built the famous networks,
# and found the faults in a printed table. And now you have trained a network of your own, and you know its
# faults by their curves.
#
# ## Three questions from earlier notebooks
#
# <details><summary>The loss of a new network with ten classes is 2.3. Where does that number come from? (10)</summary>
#
# It is the logarithm of 10: each class has the probability 1/10.
# </details>
#
# <details><summary>Why does a gradient check with one random direction find nearly every bug? (03)</summary>
#
# A wrong gradient differs from the right one along some direction, and a random direction is almost never at a
# right angle to that.
# </details>
#
# <details><summary>Training needs far more memory than use. What is kept, and what for? (13)</summary>
#
# All volumes of the forward pass, because the backward pass needs them, a gradient for each of their values, and
# a gradient and a velocity for each parameter.
# </details>
#
# **Where to go next.** Read `cs_conv/zoo/resnet.py`: it is a page of code, and you know every line of it. Then take
# a library such as PyTorch. Its `conv2d`, `max_pool2d`, `batch_norm` and `SGD` are what you have written, and what
# you have learned about shapes, gradients, memory and faults holds there, too. For a project of your own, take a
# trained network, keep its convolutions, and teach it what you want to know.
