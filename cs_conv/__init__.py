"""Convolution and pooling in NumPy, written to be read.

    cs_conv.geometry           which sizes fit, and errors that say which sizes would
    cs_conv.naive              convolution and pooling as loops: the specification
    cs_conv.im2col             the same functions with the same signatures, as matrix products
    cs_conv.shifted            the same, with fewer copies for small filters, and all groups at once
    cs_conv.pointwise          the same, without copies for 1x1 filters
    cs_conv.depthwise          the same, with banded matrices for filters that see one channel
    cs_conv.winograd           the same, with fewer multiplications for 3x3 filters
    cs_conv.choice             which of these a layer uses, depending on its sizes
    cs_conv.normalisation      batch, group and local response normalisation
    cs_conv.locally_connected  convolution in which every place has its own filters
    cs_conv.global_pool        global average pooling: each channel becomes its mean
    cs_conv.dropout            dropout: random values become 0 in training
    cs_conv.naive_layers       these last four as loops: their specification
    cs_conv.gpu                the operations as CUDA kernels, step by step (large cases need CuPy)
    cs_conv.threads            a GPU's threads in plain Python, for the lesson
    cs_conv.gradcheck          numeric gradients and the identities that check a backward pass
    cs_conv.layers             the layers of a network, and blocks with branches
    cs_conv.network            a network: layers in a row
    cs_conv.zoo                the famous networks, from LeNet to ResNet, made of these layers
    cs_conv.training           gradient descent on a network's parameters
    cs_conv.cores              limits NumPy to one core
    cs_conv.weights            saves and loads what a network has learned
    cs_conv.receptive_field    which pixels an output of a network depends on
    cs_conv.data               images to look at and to learn from
    cs_conv.pictures           drawings for the notebooks
    cs_conv.live               pictures that one can touch, computed by the learner's own functions

Nothing is imported here, so that each module can be studied, replaced or left out by itself.
"""
