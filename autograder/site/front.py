"""What the first page shows: the notes' example, forward and backward, on three functions to edit."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from autograder.site.live_parts import Code, LivePart, Recording
from cs_conv.live.messages import start as start_messages
from cs_conv.live.window import start as start_window
from cs_conv.pictures.convolution import demo

CODE = Code(
    shown='''\
def first(i, stride):
    """The first row (or column) of window i."""
    return i * stride

def forward(window, w, b):
    """One number of the output."""
    return np.sum(window * w) + b

def backward(d, window, w):
    """The gradient d of this number, sent back: to the window, to w, to b."""
    return d * w, d * window, d
''',
    hidden="""\
def conv_forward(x, w, b, stride=1, pad=0):
    (N, C, H, W), (K, _, FH, FW) = x.shape, w.shape
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    OH, OW = (H + 2 * pad - FH) // stride + 1, (W + 2 * pad - FW) // stride + 1
    out = np.zeros((N, K, OH, OW))
    for n, k, i, j in np.ndindex(*out.shape):
        y, z = first(i, stride), first(j, stride)
        out[n, k, i, j] = forward(x[n, :, y : y + FH, z : z + FW], w[k], b[k])
    return out

def conv_backward(dout, x, w, stride=1, pad=0):
    (N, C, H, W), (K, _, FH, FW) = x.shape, w.shape
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(K)
    for n, k, i, j in np.ndindex(*dout.shape):
        y, z = first(i, stride), first(j, stride)
        place = (n, slice(None), slice(y, y + FH), slice(z, z + FW))
        to_window, to_w, to_b = backward(dout[n, k, i, j], x[place], w[k])
        dx[place] += to_window
        dw[k] += to_w
        db[k] += to_b
    return dx[:, :, pad : pad + H, pad : pad + W], dw, db
""",
)
"""The three functions, and what walks over the windows with them."""


def forward_part() -> LivePart:
    """The notes' example, stride 2 and pad 1; each of its outputs is recorded."""
    example = demo()
    state = start_window(x=example.x, w=example.w, b=example.b, stride=2, pad=1)
    outputs = [["output", *place] for place in product(*map(range, example.out.shape))]
    recording = Recording("pick", outputs, ["pixel", 0, 0, 0], plays=True)
    return LivePart("window", state, code=CODE, recording=recording)


def backward_part() -> LivePart:
    """One channel and one filter of it, on the way back: the messages are recorded one after the other."""
    state = start_messages(x_shape=(5, 5), w=demo().w[1, 0], stride=2, pad=1)
    sent = list(range(state["sent"] + 1))
    return LivePart("messages", state, code=CODE, follows=True, recording=Recording("sent", sent))


TRAINS = (
    "conv_forward",
    "conv_backward",
    "max_pool_forward",
    "max_pool_backward",
    "fc_backward",
    "softmax_loss",
)
"""The functions that the trainer calls if it is told to use the reader's."""


def trainer_part(stubs: Mapping[str, str]) -> LivePart:
    """The trainer, with an editor for convolution."""
    from cs_conv.live.trainer import start as start_trainer

    state = {**start_trainer(), "id": "site"}
    return LivePart("trainer", state, TRAINS, stubs, edits=("conv_forward", "conv_backward"))
