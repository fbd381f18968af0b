"""The operations of `cs_conv.naive` on a GPU: the same functions and signatures, for CuPy arrays.

With `groups`, one group is computed after another (`cs_conv.gpu.groups`), with launches for each.

The way from the CPU to the GPU has several steps, and each is kept as a module:

    cs_conv.gpu.arrays    NumPy code with another array module
    cs_conv.gpu.direct    a thread per output                                   kernels/direct.cu
    cs_conv.gpu.columns   columns by a kernel, the matrix product by cuBLAS     kernels/columns.cu
    cs_conv.gpu.tiled     a tiled product that never writes the columns         kernels/tiled.cu
    cs_conv.gpu.tensor    the same tiles on tensor cores, in TF32               kernels/tensor.cu
    cs_conv.gpu.pooling   max, average and L2 pooling                           kernels/pooling.cu

`cs_conv.gpu` itself takes convolution from `tiled`, which is accurate and needs little memory. Each step
takes arrays that are on the GPU and leaves its results there. Nothing is transferred implicitly, and no
function waits for the GPU; `benchmarks/gpu.py` shows how to time one. Only what docs/gpu.md lists has been
measured.

Without a GPU, `cs_conv.gpu.emulator` runs the same kernels on the CPU, for small cases.
"""

from cs_conv.gpu.pooling import (
    average_pool_backward,
    average_pool_forward,
    l2_pool_backward,
    l2_pool_forward,
    max_pool_backward,
    max_pool_forward,
)
from cs_conv.gpu.tiled import conv_backward, conv_forward

__all__ = [
    "average_pool_backward",
    "average_pool_forward",
    "conv_backward",
    "conv_forward",
    "l2_pool_backward",
    "l2_pool_forward",
    "max_pool_backward",
    "max_pool_forward",
]
