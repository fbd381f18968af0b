"""Convolution as a tiled matrix product that never writes the columns: launches `kernels/tiled.cu`."""

from __future__ import annotations

from functools import partial

from cs_conv.geometry import Array, Geometry, Pad, Pair
from cs_conv.gpu.checks import check_bias, check_dout, conv_geometry
from cs_conv.gpu.groups import backward_in_groups, forward_in_groups
from cs_conv.gpu.launch import empty, grid, up

THREADS = 256
DEPTH = 8  # TILE_K
LEAST_SHARE = 256  # places a part: fewer are not worth a partial sum
ENOUGH_BLOCKS = 512  # a large GPU has some 130 multiprocessors and each takes a few blocks


def conv_forward(
    x: Array,
    w: Array,
    b: Array,
    stride: Pair = 1,
    pad: Pad = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> Array:
    """Multiply filters (K, C FH FW) with windows (C FH FW, N OH OW).

    x: (N, C, H, W). w: (K, C / groups, FH, FW). b: (K,). Returns out: (N, K, OH, OW).
    """
    return forward("tiled.cu", x, w, b, stride, pad, dilation, groups)


def conv_backward(
    dout: Array,
    x: Array,
    w: Array,
    stride: Pair = 1,
    pad: Pad = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Multiply turned filters with gradients for dx, and gradients with windows for dw.

    dout: (N, K, OH, OW). x: (N, C, H, W). w: (K, C / groups, FH, FW).
    Returns dx, dw, db in the shapes of x, w and b. No two threads add to one number, and partial sums are
    added in a fixed order, so the same inputs give the same bits.
    """
    return backward("tiled.cu", dout, x, w, stride, pad, dilation, groups)


def forward(
    file: str, x: Array, w: Array, b: Array, stride: Pair, pad: Pad, dilation: Pair, groups: int = 1
) -> Array:
    """Do the forward pass with the file that defines `product`: tiled.cu or tensor.cu."""
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_bias(b, g, x.dtype)
    if g.groups > 1:
        return forward_in_groups(partial(forward, file), g, x, w, b)
    out = empty((g.N, g.K, g.OH, g.OW), x.dtype)
    blocks, tiles = _tiling(g.K, g.N * g.OH * g.OW)
    grid(blocks, THREADS, file, "conv_forward", g, tiles, g.N, x, w, b, out, real=x.dtype)
    return out


def backward(
    file: str,
    dout: Array,
    x: Array,
    w: Array,
    stride: Pair,
    pad: Pad,
    dilation: Pair,
    groups: int = 1,
) -> tuple[Array, Array, Array]:
    """Do the backward pass with the file that defines `product`: tiled.cu or tensor.cu."""
    g = conv_geometry(x, w, stride, pad, dilation, groups)
    check_dout(dout, g, x.dtype)
    if g.groups > 1:
        return backward_in_groups(partial(backward, file), g, dout, x, w)
    return _to_images(file, g, dout, w), _to_filters(file, g, dout, x), dout.sum(axis=(0, 2, 3))


def _to_images(file: str, g: Geometry, dout: Array, w: Array) -> Array:
    dx = empty((g.N, g.C, g.H, g.W), dout.dtype)
    blocks, tiles = _tiling(g.C, g.N * g.H * g.W)
    grid(blocks, THREADS, file, "conv_backward_images", g, tiles, g.N, dout, w, dx, real=dout.dtype)
    return dx


def _to_filters(file: str, g: Geometry, dout: Array, x: Array) -> Array:
    """Return dw, the sum over parts of the N * OH * OW places: one part would keep few blocks busy."""
    (across, down, _), tiles = _tiling(g.K, g.C * g.FH * g.FW)
    places = g.N * g.OH * g.OW
    parts = max(1, min(ENOUGH_BLOCKS // (across * down), places // LEAST_SHARE))
    share = up(places, parts)
    sums = empty((parts, g.K, g.C, g.FH, g.FW), x.dtype)
    blocks = (across, down, parts)
    grid(blocks, THREADS, file, "conv_backward_filters", g, tiles, g.N, share, dout, x, sums, real=x.dtype)
    return sums.sum(axis=0)


def _tiling(rows: int, columns: int) -> tuple[tuple[int, int, int], dict[str, int]]:
    """Return the grid of tiles that covers a result of rows x columns; tiles are low if rows are few."""
    tile_m = next((tile for tile in (32, 64) if rows <= tile), 128)
    tile_n = 128 if columns > 64 else 64
    return (up(columns, tile_n), up(rows, tile_m), 1), {"TILE_M": tile_m, "TILE_N": tile_n, "TILE_K": DEPTH}
