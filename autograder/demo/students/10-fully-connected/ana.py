"""Ana derives batch normalisation step by step, as in the paper. All right."""

# %% fc_backward
def fc_backward(dout, x, w):
    N = x.shape[0]
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(N, -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db

# %% softmax_loss
def softmax_loss(scores, labels):
    N = scores.shape[0]
    shifted = scores - np.max(scores, axis=1, keepdims=True)
    log_probs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    loss = -np.sum(log_probs[np.arange(N), labels]) / N
    dscores = np.exp(log_probs)
    dscores[np.arange(N), labels] -= 1
    return loss, dscores / N

# %% conv_matrix
def conv_matrix(w, x_shape, stride=1, pad=0):
    C, H, W = x_shape
    K, _, FH, FW = w.shape
    OH = (H + 2 * pad - FH) // stride + 1
    OW = (W + 2 * pad - FW) // stride + 1
    M = np.zeros((K, OH, OW, C, H + 2 * pad, W + 2 * pad))
    for i in range(OH):
        for j in range(OW):
            M[:, i, j, :, i*stride:i*stride+FH, j*stride:j*stride+FW] = w
    return M[:, :, :, :, pad:pad+H, pad:pad+W].reshape(K * OH * OW, C * H * W)

# %% batch_norm_forward
def batch_norm_forward(x, gamma, beta, eps=1e-5):
    C = x.shape[1]
    mean = np.mean(x, axis=(0, 2, 3))
    var = np.mean((x - mean.reshape(1, C, 1, 1)) ** 2, axis=(0, 2, 3))
    x_hat = (x - mean.reshape(1, C, 1, 1)) / np.sqrt(var.reshape(1, C, 1, 1) + eps)
    return gamma.reshape(1, C, 1, 1) * x_hat + beta.reshape(1, C, 1, 1), mean, var

# %% batch_norm_backward
def batch_norm_backward(dout, x, gamma, mean, var, eps=1e-5):
    N, C, H, W = x.shape
    M = N * H * W
    mu, g = mean.reshape(1, C, 1, 1), gamma.reshape(1, C, 1, 1)
    std = np.sqrt(var + eps).reshape(1, C, 1, 1)
    x_hat = (x - mu) / std
    dbeta = np.sum(dout, axis=(0, 2, 3))
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3))
    dx_hat = dout * g
    dvar = np.sum(dx_hat * (x - mu), axis=(0, 2, 3), keepdims=True) * -0.5 / std ** 3
    dmu = np.sum(-dx_hat / std, axis=(0, 2, 3), keepdims=True)
    dx = dx_hat / std + dvar * 2 * (x - mu) / M + dmu / M
    return dx, dgamma, dbeta
