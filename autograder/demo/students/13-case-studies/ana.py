"""Ana carries C, H and W along. All right."""

# %% ledger
def ledger(plan, input_shape):
    C, H, W = input_shape
    rows = [{"kind": "input", "shape": (C, H, W), "values": C * H * W, "parameters": 0}]
    flat = False
    for layer in plan:
        params = 0
        if layer["kind"] == "conv":
            F = layer["size"]
            params = layer["filters"] * (C * F * F) + layer["filters"]
            C = layer["filters"]
            H = (H - F + 2 * layer["pad"]) // layer["stride"] + 1
            W = (W - F + 2 * layer["pad"]) // layer["stride"] + 1
        elif layer["kind"] == "pool":
            H = (H - layer["size"]) // layer["stride"] + 1
            W = (W - layer["size"]) // layer["stride"] + 1
        elif layer["kind"] == "fc":
            params = C * H * W * layer["units"] + layer["units"]
            C, H, W, flat = layer["units"], 1, 1, True
        shape = (C,) if flat else (C, H, W)
        rows.append({"kind": layer["kind"], "shape": shape, "values": C * H * W, "parameters": params})
    return rows

# %% memory_of
def memory_of(rows, batch, state=1, training=True):
    P = sum(r["parameters"] for r in rows)
    V = [r["values"] for r in rows]
    if training:
        return 4 * (batch * 2 * sum(V) + P + P + state * P)
    best = V[0]
    for i in range(1, len(V)):
        best = max(best, V[i - 1] + V[i])
    return 4 * (batch * best + P)

# %% largest_batch
def largest_batch(rows, gigabytes, state=1):
    fixed = memory_of(rows, 0, state)
    image = memory_of(rows, 1, state) - fixed
    return max(0, (gigabytes * 10**9 - fixed) // image)

# %% wrong_lines
def wrong_lines(printed, rows):
    right = [r["parameters"] for r in rows if r["parameters"] > 0]
    return [i for i in range(len(right)) if right[i] != printed[i]]

# %% corrected
def corrected(claim):
    right = ("11x11x3", "15.24 million", "61 MB", "6x6x256", "77 MB", "the middle", "138 million")
    return right["ABCDEFG".index(claim)]
