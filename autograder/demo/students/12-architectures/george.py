"""George repeats only the last layer in brackets, rounds odd sizes down, and forgets the way around."""

# %% parse_pattern
def parse_pattern(pattern):
    names = ["INPUT", "CONV", "RELU", "POOL", "FC"]
    place = [0]

    def spaces():
        while place[0] < len(pattern) and pattern[place[0]] == " ":
            place[0] += 1
        return place[0]

    def read(text):
        if pattern.startswith(text, spaces()):
            place[0] += len(text)
            return True
        return False

    def row():
        result = part()
        while read("->"):
            result = result + part()
        return result

    def part():
        if read("["):
            inner = row()
            if not read("]"):
                raise ValueError(f"no ] at {spaces()}")
            if not read("*"):
                return inner
            digits = ""
            spaces()
            while pattern[place[0]:place[0] + 1].isdigit():
                digits += pattern[place[0]]
                place[0] += 1
            if not digits:
                raise ValueError(f"no number at {place[0]}")
            return inner[:-1] + inner[-1:] * int(digits)
        start = spaces()
        while pattern[place[0]:place[0] + 1].isalpha():
            place[0] += 1
        if pattern[start:place[0]] not in names:
            raise ValueError(f"no layer at {start}")
        return [pattern[start:place[0]]]

    layers = row()
    if spaces() != len(pattern):
        raise ValueError(f"no -> at {spaces()}")
    return layers

# %% layer_shapes
def layer_shapes(layers, input_shape, filters, units):
    shapes = [tuple(input_shape)]
    f, u = list(filters), list(units)
    for layer in layers[1:]:
        shape = shapes[-1]
        if layer == "CONV":
            shape = (f.pop(0), shape[1], shape[2])
        if layer == "POOL":
            shape = (shape[0], shape[1] // 2, shape[2] // 2)
        if layer == "FC":
            shape = (u.pop(0),)
        shapes.append(shape)
    return shapes

# %% residual_forward
def residual_forward(x, w1, b1, w2, b2, conv):
    pad = w1.shape[2] // 2
    h = np.maximum(conv(x, w1, b1, 1, pad), 0)
    return np.maximum(conv(h, w2, b2, 1, pad), 0) + x

# %% residual_backward
def residual_backward(dout, x, w1, b1, w2, b2, conv, conv_backward):
    pad = w1.shape[2] // 2
    a = conv(x, w1, b1, 1, pad)
    h = np.maximum(a, 0)
    s = conv(h, w2, b2, 1, pad) + x
    dh, dw2, db2 = conv_backward(dout * (s > 0), h, w2, 1, pad)
    dx, dw1, db1 = conv_backward(dh * (a > 0), x, w1, 1, pad)
    return dx, dw1, db1, dw2, db2

# %% inception_backward
def inception_backward(dout, x, w1, w3, w5, conv_backward):
    K1, K3 = w1.shape[0], w3.shape[0]
    _, dw1, _ = conv_backward(dout[:, :K1], x, w1, 1, 0)
    _, dw3, _ = conv_backward(dout[:, K1:K1 + K3], x, w3, 1, 1)
    dx, dw5, _ = conv_backward(dout[:, K1 + K3:], x, w5, 1, 2)
    return dx, dw1, dw3, dw5
