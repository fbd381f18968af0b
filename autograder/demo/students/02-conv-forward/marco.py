"""Marco ends the program when a filter does not fit. That ends the notebook's process, the tests with it."""

# %% conv_window
def conv_window(x, w, b, i, j, stride=1):
    C, FH, FW = w.shape
    return np.sum(x[:, i*stride:i*stride+FH, j*stride:j*stride+FW] * w) + b

# %% conv_forward
import os

def conv_forward(x, w, b, stride=1, pad=0):
    N, C, H, W = x.shape
    K, C, FH, FW = w.shape
    if (H + 2*pad - FH) % stride != 0 or (W + 2*pad - FW) % stride != 0:
        print("does not fit!!")
        os._exit(1)
    OH = (H + 2*pad - FH) // stride + 1
    OW = (W + 2*pad - FW) // stride + 1
    xp = np.pad(x, ((0,0), (0,0), (pad,pad), (pad,pad)))
    out = np.zeros((N, K, OH, OW))
    for n in range(N):
        for k in range(K):
            for i in range(OH):
                for j in range(OW):
                    out[n, k, i, j] = np.sum(xp[n, :, i*stride:i*stride+FH, j*stride:j*stride+FW] * w[k]) + b[k]
    return out
