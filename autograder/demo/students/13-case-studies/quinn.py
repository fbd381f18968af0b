"""Quinn forgets the biases and the gradients, lets a batch be negative, and believes what is printed."""

# %% ledger
def ledger(plan, input_shape):
    shape = tuple(input_shape)
    rows = [{"kind": "input", "shape": shape, "values": int(np.prod(shape)), "parameters": 0}]
    for layer in plan:
        p = 0
        if layer["kind"] == "conv":
            F = layer["size"]
            p = layer["filters"] * shape[0] * F * F
            shape = (layer["filters"],) + tuple((n - F + 2 * layer["pad"]) // layer["stride"] + 1 for n in shape[1:])
        elif layer["kind"] == "pool":
            shape = (shape[0],) + tuple((n - layer["size"]) // layer["stride"] + 1 for n in shape[1:])
        elif layer["kind"] == "fc":
            p = int(np.prod(shape)) * layer["units"]
            shape = (layer["units"],)
        rows.append({"kind": layer["kind"], "shape": shape, "values": int(np.prod(shape)), "parameters": p})
    return rows

# %% memory_of
def memory_of(rows, batch, state=1, training=True):
    P = sum(r["parameters"] for r in rows)
    V = [r["values"] for r in rows]
    if training:
        return 4 * (batch * sum(V) + (2 + state) * P)
    return 4 * (batch * max(a + b for a, b in zip(V, V[1:] + [0])) + P)

# %% largest_batch
def largest_batch(rows, gigabytes, state=1):
    P = sum(r["parameters"] for r in rows)
    V = sum(r["values"] for r in rows)
    return (gigabytes * 10**9 - 4 * (2 + state) * P) // (8 * V)

# %% wrong_lines
def wrong_lines(printed, rows):
    right = [r["parameters"] for r in rows if r["parameters"] > 0]
    return [i + 1 for i in range(len(right)) if right[i] != printed[i]]

# %% corrected
def corrected(claim):
    printed = ("1x1x1x3", "24 million", "93 MB", "7x7x512", "72 MB", "the early layers", "138 million")
    return dict(zip("ABCDEFG", printed))[claim]
