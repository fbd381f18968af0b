"""Ana finds the volume by the formula, layer by layer. All right."""

# %% fc_to_conv
def fc_to_conv(w, volume):
    C, H, W = volume
    return w.T.reshape(w.shape[1], C, H, W)

# %% convert
def convert(network, input_shape):
    C, H, W = input_shape
    result = []
    for layer in network:
        if layer["kind"] == "conv":
            FH, FW = layer["w"].shape[2:]
            C = layer["w"].shape[0]
            H = (H + 2 * layer["pad"] - FH) // layer["stride"] + 1
            W = (W + 2 * layer["pad"] - FW) // layer["stride"] + 1
            result.append(layer)
        elif layer["kind"] == "pool":
            H = (H - layer["size"]) // layer["stride"] + 1
            W = (W - layer["size"]) // layer["stride"] + 1
            result.append(layer)
        elif layer["kind"] == "fc":
            result.append({"kind": "conv", "w": fc_to_conv(layer["w"], (C, H, W)), "b": layer["b"], "stride": 1, "pad": 0})
            C, H, W = layer["w"].shape[1], 1, 1
        else:
            result.append(layer)
    return result

# %% crop_scores
def crop_scores(classify, image, size, stride):
    rows = []
    for top in range(0, image.shape[1] - size + 1, stride):
        crops = [image[:, top:top + size, left:left + size] for left in range(0, image.shape[2] - size + 1, stride)]
        rows.append(classify(np.array(crops)))
    return np.array(rows).transpose(2, 0, 1)

# %% count_macs
def count_macs(plan, input_shape):
    C, H, W = input_shape
    macs = 0
    for layer in plan:
        kind = layer["kind"]
        if kind == "conv":
            H = (H + 2 * layer["pad"] - layer["size"]) // layer["stride"] + 1
            W = (W + 2 * layer["pad"] - layer["size"]) // layer["stride"] + 1
            macs += layer["filters"] * C * layer["size"] ** 2 * H * W
            C = layer["filters"]
        if kind == "pool":
            H = (H - layer["size"]) // layer["stride"] + 1
            W = (W - layer["size"]) // layer["stride"] + 1
        if kind == "fc":
            macs += C * H * W * layer["units"]
            C, H, W = layer["units"], 1, 1
    return macs

# %% shifted_scores
def shifted_scores(score_map, image, stride, step):
    n = stride // step
    C, H, W = image.shape
    first = score_map(image)
    K, OH, OW = first.shape
    fine = np.zeros((K, (OH - 1) * n + 1, (OW - 1) * n + 1))
    for a in range(n):
        for b in range(n):
            high = H if a == 0 else H - stride
            wide = W if b == 0 else W - stride
            if fine[:, a::n, b::n].size:
                fine[:, a::n, b::n] = score_map(image[:, a * step:a * step + high, b * step:b * step + wide])
    return fine
