"""Convolution and pooling in NumPy, written to be read.

    cs_conv.geometry   which sizes fit, and the error that says what would
    cs_conv.naive      the operations as loops: the specification
    cs_conv.im2col     the same operations, the same signatures, as matrix products
    cs_conv.gradcheck  numeric gradients and the identities that check a backward pass

Nothing is imported here, so that each module can be studied, replaced or withheld by itself.
"""
