"""Emeka does not transpose the weights, counts weights for MACs, and makes two passes, as the notes say."""

# %% fc_to_conv
def fc_to_conv(w, volume):
    return w.reshape(w.shape[1], *volume)

# %% crop_scores
def crop_scores(classify, image, size, stride):
    OH = (image.shape[1] - size) // stride + 1
    OW = (image.shape[2] - size) // stride + 1
    crops = np.array([image[:, i * stride:i * stride + size, j * stride:j * stride + size]
                      for i in range(OH) for j in range(OW)])
    return classify(crops).reshape(-1, OH, OW)

# %% count_macs
def count_macs(plan, input_shape):
    C, H, W = input_shape
    total = 0
    for layer in plan:
        if layer["kind"] == "conv":
            H = (H + 2 * layer["pad"] - layer["size"]) // layer["stride"] + 1
            W = (W + 2 * layer["pad"] - layer["size"]) // layer["stride"] + 1
            total += layer["filters"] * C * layer["size"] ** 2
            C = layer["filters"]
        elif layer["kind"] == "pool":
            H = (H - layer["size"]) // layer["stride"] + 1
            W = (W - layer["size"]) // layer["stride"] + 1
        elif layer["kind"] == "fc":
            total += layer["units"] * C * H * W
            C, H, W = layer["units"], 1, 1
    return total

# %% shifted_scores
def shifted_scores(score_map, image, stride, step):
    n = stride // step
    H, W = image.shape[1:]
    coarse = score_map(image)
    K, OH, OW = coarse.shape
    fine = np.zeros((K, (OH - 1) * n + 1, (OW - 1) * n + 1))
    fine[:, ::n, ::n] = coarse
    for a in range(1, n):
        if OH > 1 and OW > 1:
            fine[:, a::n, a::n] = score_map(image[:, a * step:a * step + H - stride, a * step:a * step + W - stride])
    return fine
