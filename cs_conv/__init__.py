"""Convolution and pooling in NumPy, written to be read.

    cs_conv.geometry           which sizes fit, and the error that says what would
    cs_conv.naive              the operations as loops: the specification
    cs_conv.im2col             the same operations, the same signatures, as matrix products
    cs_conv.shifted            the same again, with fewer copies where filters are small; groups all at once
    cs_conv.pointwise          the same again, where filters are 1x1: without copies
    cs_conv.winograd           the same again, where filters are 3x3: with fewer multiplications
    cs_conv.choice             which of them a layer takes, by its sizes
    cs_conv.normalisation      batch, group and local response normalisation
    cs_conv.locally_connected  convolution without sharing: filters of its own at each place
    cs_conv.global_pool        each channel becomes its mean
    cs_conv.dropout            values left out by chance, in training
    cs_conv.naive_layers       the same four as loops: their specification
    cs_conv.gpu                the operations as CUDA kernels, step by step (large cases need CuPy)
    cs_conv.threads            a GPU's threads in plain Python, for the lesson
    cs_conv.gradcheck          numeric gradients and the identities that check a backward pass
    cs_conv.layers             layers made of these operations
    cs_conv.network            layers in a row, blocks with branches among them
    cs_conv.training           gradient descent on a network's parameters
    cs_conv.cores              NumPy held to one core
    cs_conv.weights            what a network has learned, in a file
    cs_conv.receptive_field    which pixels an output of a network sees
    cs_conv.data               images to look at and to learn from
    cs_conv.pictures           drawings of all this

Nothing is imported here, so that each module can be studied, replaced or withheld by itself.
"""
