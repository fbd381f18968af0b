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
# # Full connections and normalisation
#
# After this notebook you can train a network of your own, from the pixels to the loss: you will have
# written everything in it that is not a convolution or a pooling. You will also see a convolution as one
# large matrix, and measure what normalisation does for a deep network. It takes about 75 minutes.
#
# | you write | what it does | difficulty | minutes | lines | points |
# |---|---|---|---|---|---|
# | `fc_backward` | gradients of a fully connected layer | easy | 10 | 5 | 3 |
# | `softmax_loss` | the loss of a classifier, and its gradient | medium | 15 | 9 | 4 |
# | `conv_matrix` | a convolution as a matrix | medium | 15 | 9 | 5 |
# | `batch_norm_forward` | one mean and one deviation for each channel | easy | 10 | 6 | 4 |
# | `batch_norm_backward` | its gradient | hard | 20 | 9 | 5 |

# %% locked="setup"
import numpy as np

from autograder import check, predict

# %% [markdown]
# ## Every value to every unit
#
# In a convolution an output sees a window. In a **fully connected** layer an output, called a **unit**,
# sees everything: all values of the volume, laid out in one row, each with a weight of its own. For N
# images that is one matrix product.
#
# - `x` has shape `(N, C, H, W)`. As rows it is `(N, D)`, with `D = C * H * W`.
# - `w` has shape `(D, K)`: a column for each of `K` units. `b` has shape `(K,)`.


# %%
def fc_forward(x, w, b):
    """(N, D) @ (D, K) + (K,) -> (N, K)."""
    return x.reshape(len(x), -1) @ w + b


def relu_forward(x):
    return np.maximum(x, 0)


def relu_backward(dout, x):
    """A value above 0 went through as it was, so its gradient does, too. Below 0 nothing went through."""
    return dout * (x > 0)


# %% [markdown]
# A picture of CIFAR-10 has 32x32 pixels and 3 channels; there are 10 classes. How many numbers does a
# single fully connected layer from one to the other learn, biases included?

# %%
w, b = np.zeros((32 * 32 * 3, 10)), np.zeros(10)
predict("w.size + b.size", ..., "One weight for each pair of a value and a unit, and one bias for each unit.")

# %% [markdown]
# ### Exercise 1: fc_backward
#
# *Easy, about 10 minutes, about 5 lines, 3 points.*
#
# Write `fc_backward`. It gets `dout`, with shape `(N, K)`, and returns `dx`, `dw` and `db` in the shapes of
# `x`, `w` and `b`. Note that `x` may be a volume, `(N, C, H, W)`.
#
# An example: one image of two values, `x = [[2, 3]]`, one unit with the weights `[[10], [20]]`, and `dout =
# [[1]]`. Then `dx` is `[[10, 20]]`, `dw` is `[[2], [3]]` and `db` is `[1]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# In a product, the gradient of one factor holds the other factor. Write down the shapes of `dout`, of the
# rows and of `w`: which products of two of them have the shape of the third?
# </details><details><summary>Hint 2: the idea</summary>
#
# `dw[d, k]` sums `x[n, d] * dout[n, k]` over the images. A sum over an inner index is a matrix product. The
# same holds for `dx`, with the sum over the units.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# With `rows` of shape `(N, D)`, `dw` is the product of `rows.T` and `dout`. In `dx` the weights are
# transposed. Give `dx` the shape of `x` at the end. Every image uses the same bias.
# </details>


# %% answer="fc_backward"
def fc_backward(dout, x, w):
    """Return dx, dw, db, in the shapes of x, w and b.

    dout: (N, K). x: (N, C, H, W) or (N, D). w: (D, K), with D = C * H * W.
    """
    ### BEGIN SOLUTION
    rows = x.reshape(len(x), -1)  # (N, D)
    dw = rows.T @ dout  # (D, N) @ (N, K)
    db = dout.sum(axis=0)  # (K,)
    dx = dout @ w.T  # (N, K) @ (K, D)
    return dx.reshape(x.shape), dw, db
    ### END SOLUTION


# %% test="dw and db"
check("fc_backward", fc_backward, "dw and db")

# %% test="dx"
check("fc_backward", fc_backward, "dx")

# %% test="volumes"
check("fc_backward", fc_backward, "volumes")

# %% [markdown]
# ## A number that says how wrong the network is
#
# The last layer gives each class a **score**. Scores become probabilities by the **softmax**: take `exp` of
# each, and divide by the sum.
#
# $$p_k = \frac{e^{s_k}}{\sum_j e^{s_j}} \qquad \text{loss} = -\log p_\text{right}, \text{ averaged over the images}$$
#
# If the right class has probability 1, the loss is 0. The smaller its probability, the larger the loss.

# %%
scores = np.array([[2.0, 1.0, -1.0]])
powers = np.exp(scores)
print("exp of the scores:", powers.round(3))
print("probabilities:    ", (powers / powers.sum()).round(3))
print("loss, if class 0 is right:", -np.log(powers[0, 0] / powers.sum()).round(3))
print("loss, if class 2 is right:", -np.log(powers[0, 2] / powers.sum()).round(3))
print("the same scores plus 5:", (np.exp(scores + 5) / np.exp(scores + 5).sum()).round(3))

# %% [markdown]
# The last line is worth a second look: a number added to all scores of an image changes nothing. You will
# need it: `np.exp(1000)` is too large for a float.
#
# Its gradient is short. If the score of a wrong class rises a little, the loss rises by the probability of
# that class times as much. If the score of the right class rises, the loss falls by 1 minus its probability
# times as much:
#
# $$\frac{\partial\, \text{loss}}{\partial s_k} = p_k - (1 \text{ if } k \text{ is the right class, else } 0)$$
#
# ### Exercise 2: softmax_loss
#
# *Medium, about 15 minutes, about 9 lines, 4 points.*
#
# Write `softmax_loss`. It returns two things: the loss, which is the **mean** over the images, and
# `dscores`, its gradient, with the shape of `scores`.
#
# - `scores` has shape `(N, K)`. `labels` has shape `(N,)` and holds the number of the right class, from 0.
# - Scores may be as large as 1,000 or as small as -1,000, and may differ by as much between images. The
#   last check asks for that.
#
# <details><summary>Hint 1: a nudge</summary>
#
# What do you have to subtract from a row of scores so that `exp` is never too large, and never 0 for all of
# them?
# </details><details><summary>Hint 2: the idea</summary>
#
# Work with the scores less the largest of *their own row*. And do not take the logarithm of a probability
# that may have become 0: the logarithm of a quotient is a difference of two logarithms.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# The loss of one image is `log(sum(exp(shifted))) - shifted[label]`. `shifted[np.arange(N), labels]` takes
# one number from each row. The same index says where 1 is subtracted from the probabilities; a mean over N
# images puts `1 / N` into the gradient.
# </details>


# %% answer="softmax_loss"
def softmax_loss(scores, labels):
    """Return the mean over the images of -log(probability of the right class), and its gradient.

    scores: (N, K). labels: (N,), the number of the right class of each image. dscores: (N, K).
    """
    ### BEGIN SOLUTION
    N = len(scores)
    shifted = scores - scores.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    sums = powers.sum(axis=1, keepdims=True)  # (N, 1)
    loss = np.mean(np.log(sums[:, 0]) - shifted[np.arange(N), labels])
    dscores = powers / sums
    dscores[np.arange(N), labels] -= 1
    dscores /= N
    return loss, dscores
    ### END SOLUTION


# %% test="loss"
check("softmax_loss", softmax_loss, "loss")

# %% test="gradient"
check("softmax_loss", softmax_loss, "gradient")

# %% test="large scores"
check("softmax_loss", softmax_loss, "large scores")

# %% [markdown]
# A network that has not learned anything gives all classes the same score. What is its loss with 10
# classes, to two digits after the point? It is good to know this number: if a training does not begin near
# it, something is wrong.

# %%
unlearned = np.zeros((5, 10)), np.array([3, 1, 4, 1, 5])
predict(
    "softmax_loss(*unlearned)[0]",
    ...,
    "Each class has the probability 1/10. The logarithm is the natural one.",
)

# %% [markdown]
# **Another loss.** The notes also name the loss of a support vector machine: the right score should lead
# every other score by 1, and each one that is closer costs what is missing. Look at both gradients for an
# image that is already classified well:


# %%
def hinge_loss(scores, labels):
    """The mean over the images of the sum of max(0, score - right score + 1) over the wrong classes."""
    rows = np.arange(len(scores))
    missing = np.maximum(0, scores - scores[rows, labels][:, None] + 1)
    missing[rows, labels] = 0
    dscores = (missing > 0).astype(float)
    dscores[rows, labels] = -dscores.sum(axis=1)
    return missing.sum() / len(scores), dscores / len(scores)


from cs_conv.gradcheck import numeric_gradient, relative_error

rng = np.random.default_rng(0)
some, right = rng.normal(size=(4, 5)), rng.integers(0, 5, 4)
for loss in (softmax_loss, hinge_loss):
    numeric = numeric_gradient(lambda s, loss=loss: np.array(loss(s, right)[0]), some, np.array(1.0))
    print(
        f"{loss.__name__:13} relative error of the gradient: {relative_error(loss(some, right)[1], numeric):.0e}"
    )
good = np.array([[5.0, 1.0, 0.0]])
print("softmax on a good answer:", softmax_loss(good, np.array([0]))[1].round(3))
print("hinge on a good answer:  ", hinge_loss(good, np.array([0]))[1])

# %% [markdown]
# The hinge is content once the right class leads by 1: its gradient is 0. The softmax always wants a little
# more.
#
# ## A convolution is a matrix
#
# A convolution is linear in the image, and whatever is linear is a matrix. In notebook 04 you read a table:
# a row for each output, a column for each pixel, and in it the weight by which the pixel reaches the
# output. In one dimension the weights stood along diagonals. Now images have rows, columns and channels.
# Number all outputs from 0 in the order of memory, `(K, OH, OW)`, and all pixels in the order `(C, H, W)`.
#
# ### Exercise 3: conv_matrix
#
# *Medium, about 15 minutes, about 9 lines, 5 points.*
#
# Write `conv_matrix`. It returns the matrix of shape `(K * OH * OW, C * H * W)` for which `matrix @
# x.ravel()` is the convolution of one image, without bias.
#
# - `w` has shape `(K, C, FH, FW)`. `x_shape` is `(C, H, W)`. The windows fit.
# - Padding is no input: it has no columns. A weight that lies on padding is multiplied by 0 anyway.
#
# An example: the filter `[1, 2]` on a row of 3 pixels gives `[[1, 2, 0], [0, 1, 2]]`.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which pixel meets weight `(p, q)` in the window of output `(i, j)`? In which row of the matrix and in
# which column does that weight stand?
# </details><details><summary>Hint 2: the idea</summary>
#
# Do not number anything yourself. Make an array with six axes, outputs first, then pixels; write the
# weights to their places; and reshape at the end.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# The array has the shape `(K, OH, OW, C, H, W)`. Four loops over `i`, `j`, `p` and `q` are enough:
# `matrix[:, i, j, :, row, column]` is `(K, C)`, as `w[:, :, p, q]` is. The row is `i * stride + p - pad`;
# skip it if there is no such row in the image.
# </details>


# %% answer="conv_matrix"
def conv_matrix(w, x_shape, stride=1, pad=0):
    """Return the matrix of a convolution of one image, (K OH OW, C H W).

    w: (K, C, FH, FW). x_shape: (C, H, W), the shape of one image.
    """
    ### BEGIN SOLUTION
    C, H, W = x_shape
    K, _, FH, FW = w.shape
    OH = (H - FH + 2 * pad) // stride + 1
    OW = (W - FW + 2 * pad) // stride + 1
    matrix = np.zeros((K, OH, OW, C, H, W))
    for i, j, p, q in np.ndindex(OH, OW, FH, FW):
        row, column = i * stride + p - pad, j * stride + q - pad
        if 0 <= row < H and 0 <= column < W:
            matrix[:, i, j, :, row, column] = w[:, :, p, q]
    return matrix.reshape(K * OH * OW, C * H * W)
    ### END SOLUTION


# %% test="values"
check("conv_matrix", conv_matrix, "values")

# %% test="stride and padding"
check("conv_matrix", conv_matrix, "stride and padding")

# %% test="rectangles"
check("conv_matrix", conv_matrix, "rectangles")

# %% [markdown]
# Look at one: 2 filters of 3x3 on an image of 2 channels and 5x5 pixels, no padding.

# %%
import matplotlib.pyplot as plt

filters = np.arange(1.0, 37).reshape(2, 2, 3, 3)
matrix = conv_matrix(filters, (2, 5, 5))
_, ax = plt.subplots(figsize=(9, 3.8), layout="constrained")
shown = ax.imshow(np.where(matrix, matrix, np.nan), cmap="viridis", vmin=1, vmax=36, aspect="auto")
ax.axhline(8.5, color="black")
ax.axvline(24.5, color="black")
ax.set(xlabel="pixel: channel 0, then channel 1", ylabel="output: filter 0, then 1")
_ = plt.colorbar(shown, label="weight")
# %% [markdown]
# *In words: a matrix of 18 rows and 50 columns in four blocks, one for each pair of a filter and a channel.
# In each block the same nine weights stand in every row, in groups of three. From one output to the next
# they move one pixel to the right; where the next row of outputs begins, they move two more.*
#
# Most of it is 0, and the same few weights repeat. A fully connected layer is the same picture with every
# place filled, by numbers that are all different. And the transposed matrix takes a gradient back: that is
# all there is to the backward pass.

# %%
image = rng.normal(size=(2, 5, 5))
windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3), axis=(1, 2))  # (C, OH, OW, FH, FW)
direct = np.einsum("cijpq,kcpq->kij", windows, filters)
print("the matrix gives the convolution:", np.allclose((matrix @ image.ravel()).reshape(2, 3, 3), direct))
print("not 0:", np.count_nonzero(matrix), "of", matrix.size, " different:", len(np.unique(matrix)) - 1)

# %% [markdown]
# How large is the matrix of a real layer? AlexNet's first had 96 filters of 11x11x3 at stride 4 on 227x227x3:

# %%
outputs, pixels, seen = 96 * 55 * 55, 227 * 227 * 3, 11 * 11 * 3
print(
    f"{outputs:,} x {pixels:,} = {outputs * pixels:.3g} numbers, {outputs * pixels * 4 / 1e9:.0f} GB in float32"
)
print(f"not 0: {outputs * seen:,}, {seen / pixels:.3%}; different: {96 * seen:,}")
assert (outputs, pixels, 96 * seen) == (290_400, 154_587, 34_848)

# %% [markdown]
# Nobody makes this matrix. (im2col turns it around: it repeats the *pixels* and keeps the weights.) But
# what holds for matrices holds for convolutions, and that is good to know.
#
# It works the other way, too: **a fully connected layer is a convolution** whose filter is as large as the
# volume. A layer with 4,096 units on a volume of 7x7x512 is a convolution with 4,096 filters of 7x7 and no
# padding; its output is 1x1x4096. Here it is with 16 units:

# %%
volume, w_fc, b_fc = rng.normal(size=(1, 512, 7, 7)), rng.normal(size=(512 * 7 * 7, 16)), rng.normal(size=16)
units = fc_forward(volume, w_fc, b_fc)  # (1, 16)
w_conv = w_fc.T.reshape(16, 512, 7, 7)  # the same numbers, one filter for each unit
as_conv = np.einsum("nchw,kchw->nk", volume, w_conv) + b_fc  # one window: nothing slides
print("equal:", np.allclose(units, as_conv), " weights with 4,096 units:", f"{512 * 7 * 7 * 4096:,}")

# %% [markdown]
# What this is good for is the subject of notebook 11: a convolution can slide.
#
# ## What happens to numbers in a deep network
#
# A value that goes through ten layers is multiplied by weights ten times. If each layer makes values a
# little smaller on average, little is left at the end; if a little larger, they explode. Twelve layers of
# 100 units, random weights of three sizes:


# %%
def deviations(scale, norm=None, layers=12, width=100):
    """How far values spread after each layer. norm: a function of (N, C) that stands before each ReLU."""
    rng = np.random.default_rng(1)
    h, spread = rng.normal(size=(200, width)), []
    for _ in range(layers):
        h = h @ (rng.normal(size=(width, width)) * scale * np.sqrt(2 / width))
        h = relu_forward(norm(h) if norm else h)
        spread.append(h.std())
    return spread


_, ax = plt.subplots(figsize=(6, 3.4), layout="constrained")
for scale, style in ((0.5, "o-"), (1.0, "s-"), (2.0, "^-")):
    ax.semilogy(range(1, 13), deviations(scale), style, label=f"weights x {scale:g}")
ax.set(xlabel="layer", ylabel="standard deviation of the values")
_ = ax.legend()

# %% [markdown]
# *In words: three lines on a logarithmic scale. With weights of the right size the deviation stays near 1;
# with half of it, it falls by half at each layer, to less than a thousandth; with twice as much it grows
# above a thousand.*
#
# **Batch normalisation** (Ioffe and Szegedy, 2015) does not hope for the right size. It measures: for each
# channel, it takes the mean and the variance over all images of the batch and all places, subtracts the one
# and divides by the root of the other. Then the network may choose a deviation `gamma` and a mean `beta` of
# its own; they are learned.
#
# $$\text{out} = \gamma \cdot \frac{x - \text{mean}}{\sqrt{\text{var} + \varepsilon}} + \beta$$
#
# ### Exercise 4: batch_norm_forward
#
# *Easy, about 10 minutes, about 6 lines, 4 points.*
#
# Write `batch_norm_forward`. Return `out`, and the mean and the variance of each channel.
#
# - `x` has shape `(N, C, H, W)`; `gamma`, `beta`, the mean and the variance have shape `(C,)`.
# - The variance is the mean of the squares, after the mean is subtracted: divide by the number of values.
#   (That is what `np.var` does.)
#
# An example: one channel with the values 1 and 3 has mean 2 and variance 1. With `gamma = 2`, `beta = 5` and
# `eps = 0` they become 3 and 7.
#
# <details><summary>Hint 1: a nudge</summary>
#
# Which of the four axes share a mean? `np.mean` takes several axes at once.
# </details><details><summary>Hint 2: the idea</summary>
#
# NumPy lays an array of shape `(C,)` along the *last* axis of `x`, and that is the columns. Give the
# numbers a shape in which C is the second of four axes.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# `x.mean(axis=(0, 2, 3))` has shape `(C,)`, and `.reshape(1, -1, 1, 1)` lays it along the channels. `eps`
# stands under the root.
# </details>


# %% answer="batch_norm_forward"
def batch_norm_forward(x, gamma, beta, eps=1e-5):
    """Return out (N, C, H, W), and the mean and variance of each channel, (C,).

    x: (N, C, H, W). gamma, beta: (C,). eps is added to the variance, so that nothing is divided by 0.
    """
    ### BEGIN SOLUTION
    mean = x.mean(axis=(0, 2, 3))  # (C,)
    var = x.var(axis=(0, 2, 3))  # (C,)
    shape = (1, -1, 1, 1)  # a number for each channel
    normal = (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + eps)
    out = gamma.reshape(shape) * normal + beta.reshape(shape)
    return out, mean, var
    ### END SOLUTION


# %% test="mean and variance"
check("batch_norm_forward", batch_norm_forward, "mean and variance")

# %% test="output"
check("batch_norm_forward", batch_norm_forward, "output")

# %% test="edge cases"
check("batch_norm_forward", batch_norm_forward, "edge cases")

# %% [markdown]
# Put it between the layers of the experiment above, with all `gamma` 1 and all `beta` 0. How far do the
# values spread after twelve layers?


# %%
def normalise(h):
    """Batch normalisation of (N, C), as a volume of one pixel."""
    C = h.shape[1]
    return batch_norm_forward(h.reshape(-1, C, 1, 1), np.ones(C), np.zeros(C))[0].reshape(h.shape)


for scale in (0.5, 1.0, 2.0):
    print(
        f"weights x {scale:g}: {deviations(scale)[-1]:9.2g}, with it {deviations(scale, normalise)[-1]:.2f}"
    )

# %% [markdown]
# The size of the weights no longer matters. The price: an output depends on the other images of its batch.
# A network in use may get one image alone, so it then takes a mean and a variance that were averaged during
# the training. They are constants; while it learns, they are not.
#
# ## Back through the mean and the variance
#
# Call the normalised values $z = (x - \text{mean}) / \text{deviation}$. `dbeta` and `dgamma` are easy:
# `beta` is added to all values of its channel, `gamma` multiplies $z$.
#
# Before you read on: what does the `dx` of a channel sum to, whatever `dout` is?

# %%
one_channel, sent = rng.normal(size=(2, 1, 2, 2)), rng.normal(size=(2, 1, 2, 2))
numeric_dx = numeric_gradient(
    lambda x: batch_norm_forward(x, np.array([2.0]), np.array([1.0]))[0], one_channel, sent
)
predict("abs(round(numeric_dx.sum(), 6))", ..., "Add the same number to all values. Which outputs change?")

# %% [markdown]
# `dx` is harder, because a value has three ways to the loss: through its own output, through the mean and
# through the variance, which change *all* outputs of the channel. You can differentiate all three and add
# them up. There is a shorter way to the same result. If mean and variance were constants, the gradient
# would be
#
# $$g = \frac{\gamma}{\text{deviation}} \cdot \text{dout}$$
#
# Now ask what the layer does *not* see:
#
# - Add a constant to all values of a channel: the mean takes it away again, and no output changes. So the
#   gradient has no part along that direction: the `dx` of a channel must sum to 0. So the mean of `g` is
#   taken away.
# - Stretch the values of a channel away from their mean, by adding a little of $z$ to $x$: the deviation
#   takes it away again. So `dx` has no part along $z$, either.
#
# `dx` is what is left of `g` when both parts are taken out. The part of `g` along $z$ is $z$ times the mean
# of $g \cdot z$, since the mean of $z^2$ is 1. (This is exact for `eps` = 0. If you differentiate all three
# ways, you find the same formula for any `eps`, with $z = (x - \text{mean}) / \sqrt{\text{var} +
# \varepsilon}$.)
#
# ### Exercise 5: batch_norm_backward
#
# *Hard, about 20 minutes, about 9 lines, 5 points.*
#
# Write `batch_norm_backward`. It returns `dx`, `dgamma` and `dbeta`, in the shapes of `x`, `gamma` and
# `beta`. `mean` and `var` are those that `batch_norm_forward` returned.
#
# <details><summary>Hint 1: a nudge</summary>
#
# How many values share a mean? Each of them makes up one part in so many of it.
# </details><details><summary>Hint 2: the idea</summary>
#
# The mean of `dout` over a channel is `dbeta` divided by the number of values; the mean of `dout * z` is
# `dgamma` divided by it. So you have nearly everything when you have those two.
# </details><details><summary>Hint 3: nearly the answer</summary>
#
# Take the two parts out of `dout` first, and multiply by `gamma / deviation` afterwards. What you take out is
# `dbeta / M`, the same for all values of a channel, and `z * dgamma / M`, with `M = N * H * W`.
# </details>


# %% answer="batch_norm_backward"
def batch_norm_backward(dout, x, gamma, mean, var, eps=1e-5):
    """Return dx (N, C, H, W), dgamma (C,) and dbeta (C,).

    dout, x: (N, C, H, W). gamma: (C,). mean, var: (C,), as batch_norm_forward returned them.
    """
    ### BEGIN SOLUTION
    shape, axes = (1, -1, 1, 1), (0, 2, 3)
    deviation = np.sqrt(var + eps).reshape(shape)
    normal = (x - mean.reshape(shape)) / deviation
    dbeta = dout.sum(axis=axes)
    dgamma = (dout * normal).sum(axis=axes)
    values = dout[:, 0].size  # how many share a mean
    left = dout - dbeta.reshape(shape) / values - normal * dgamma.reshape(shape) / values
    dx = gamma.reshape(shape) / deviation * left
    return dx, dgamma, dbeta
    ### END SOLUTION


# %% test="dgamma and dbeta"
check("batch_norm_backward", batch_norm_backward, "dgamma and dbeta")

# %% test="dx"
check("batch_norm_backward", batch_norm_backward, "dx")

# %% test="edge cases"
check("batch_norm_backward", batch_norm_backward, "edge cases")

# %% [markdown]
# And by notebook 03, along three random directions. The two numbers of each pair should agree:

# %%
from cs_conv.gradcheck import directional

x = rng.normal(size=(4, 3, 2, 2))
gamma, beta, dout = rng.normal(size=3), rng.normal(size=3), rng.normal(size=x.shape)
_, mean, var = batch_norm_forward(x, gamma, beta)
dx, _, _ = batch_norm_backward(dout, x, gamma, mean, var)
for numeric, yours in directional(lambda x: batch_norm_forward(x, gamma, beta)[0], x, dx, dout, rng):
    print(f"numeric {numeric:10.6f}   yours {yours:10.6f}")

# %% [markdown]
# ## A network of your own functions, with and without
#
# Eight fully connected layers on pictures of clothes, all of them yours. Weights are drawn in three sizes,
# and the network learns 150 batches of 100 pictures.

# %%
from itertools import pairwise

from cs_conv.data import fashion_mnist

clothes = fashion_mnist()
pictures, kinds = clothes.train_images[:4000].astype(float), clothes.train_labels[:4000]


def with_places(values):
    """(N, C) as a volume of 1x1 pixels."""
    return values.reshape(*values.shape, 1, 1)


def learn(scale, normalised, rate=0.1, batches=150, widths=(64,) * 7):
    """Train on clothes; return the loss of each batch."""
    rng = np.random.default_rng(0)
    sizes = [784, *widths, 10]
    ws = [rng.normal(size=(D, K)) * scale * np.sqrt(2 / D) for D, K in pairwise(sizes)]
    bs, gammas, betas = ([np.full(n, v) for n in sizes[1:]] for v in (0.0, 1.0, 0.0))
    losses = []
    for _ in range(batches):
        batch = rng.integers(0, len(pictures), 100)
        h, kept = pictures[batch], []
        for w, b, gamma, beta in zip(ws, bs, gammas, betas, strict=True):
            a = fc_forward(h, w, b)
            z, mean, var = batch_norm_forward(with_places(a), gamma, beta) if normalised else (a, None, None)
            kept.append((h, with_places(a), mean, var, z.reshape(a.shape)))
            h = relu_forward(kept[-1][-1])
        loss, dout = softmax_loss(a, kinds[batch])  # the scores are the last layer's values as they are
        losses.append(loss)
        for layer in range(len(ws))[::-1]:
            h, a, mean, var, z = kept[layer]
            if layer < len(ws) - 1:
                dout = relu_backward(dout, z)
                if normalised:
                    dout, dgamma, dbeta = batch_norm_backward(with_places(dout), a, gammas[layer], mean, var)
                    gammas[layer] -= rate * dgamma
                    betas[layer] -= rate * dbeta
            dout, dw, db = fc_backward(dout.reshape(len(dout), -1), h, ws[layer])
            ws[layer] -= rate * dw
            bs[layer] -= rate * db
        if not np.isfinite(loss):
            break
    return losses


_, axes = plt.subplots(1, 3, figsize=(10, 3.2), sharey=True, layout="constrained")
with np.errstate(all="ignore"):
    for ax, scale in zip(axes, (0.5, 1.0, 2.0), strict=True):
        for normalised, style in ((False, "--"), (True, "-")):
            losses = learn(scale, normalised)
            end = (
                f"{np.mean(losses[-20:]):.2f}" if len(losses) == 150 else f"not a number after {len(losses)}"
            )
            ax.plot(losses, style, label=f"{'with' if normalised else 'without'}: {end}")
        ax.set(title=f"weights x {scale:g}", xlabel="batch", ylim=(0, 3))
        ax.legend(title="batch norm: loss at the end")
_ = axes[0].set_ylabel("loss")

# %% [markdown]
# *In words: three pictures of the loss over 150 batches. With batch normalisation it falls in the same way
# in all three, to about 0.5. Without, it stays near 2.3 with small weights, falls more slowly with weights
# of the right size, and is not a number after the first batches with large ones.*
#
# The notes say that the effect of normalisation layers has been "minimal, if any"; further down they say
# that a network which won, ResNet, makes "heavy use of batch normalization". You have just seen what that
# does. The first sentence fits **local response normalisation**, which AlexNet used: a value is divided by a
# number that grows with the squares in the neighbouring channels. With the paper's constants:


# %%
def local_response_norm(x, size=5, alpha=1e-4, beta=0.75, k=2.0):
    """x / (k + alpha * sum of the squares in `size` neighbouring channels) ** beta."""
    squares = np.pad(x**2, ((0, 0), (size // 2, size // 2), (0, 0), (0, 0)))
    sums = sum(squares[:, i : i + x.shape[1]] for i in range(size))
    return x / (k + alpha * sums) ** beta


values = relu_forward(rng.normal(size=(2, 96, 8, 8)))
factors = local_response_norm(values)[values > 0] / values[values > 0]
print(f"factors from {factors.min():.4f} to {factors.max():.4f}; 2 ** -0.75 = {2**-0.75:.4f}")

# %% [markdown]
# On values around 1 it multiplies everything by nearly the same number, 0.595, and the next layer's weights
# can undo that. Only large values are damped. The authors of VGG (Simonyan and Zisserman, 2014) tried it:
# their networks became no better, only slower. It fell out of use.
#
# **Group normalisation** takes the mean over a group of channels of *one* image. Nothing depends on the
# other images of the batch then, so it works with a batch of one picture. With your function it is a matter
# of shapes:


# %%
def group_norm(x, groups):
    """Each group of channels of each image becomes one channel of one image."""
    N, C, H, W = x.shape
    grouped = x.reshape(1, N * groups, C // groups * H, W)
    return batch_norm_forward(grouped, np.ones(N * groups), np.zeros(N * groups))[0].reshape(x.shape)


x = rng.normal(3, 2, size=(2, 4, 3, 3))
normal = group_norm(x, 2)
print("means of the groups:", normal.reshape(2, 2, -1).mean(axis=2).round(6).ravel() + 0.0)
print("deviations:         ", normal.reshape(2, 2, -1).std(axis=2).round(4).ravel())

# %% [markdown]
# ## Three questions from earlier notebooks
#
# <details><summary>How many weights has a convolution with 512 filters of 3x3 on 512 channels? Compare it with the
# fully connected layer from 7x7x512 to 4,096 units. (01)</summary>
#
# 512 x 512 x 9 = 2,359,296, against 102,760,448: 43.6 times fewer.
# </details>
#
# <details><summary>The gradient of ReLU at exactly 0 was taken as 0 here. Would a numeric gradient find that? (03)</summary>
#
# No. Just above 0 the slope is 1, just below it is 0, and a central difference gives 1/2. At a kink no
# number is the gradient, so checks stay away from it.
# </details>
#
# <details><summary>`dx` of a convolution is a product with the transposed matrix. Which picture of notebook 04 shows the
# same? (04)</summary>
#
# The table read by columns. A row lists what an output reads; a column lists which outputs a pixel feeds.
# </details>
