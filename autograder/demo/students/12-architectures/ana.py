"""Ana cuts the pattern into words first. All right."""

# %% parse_pattern
def parse_pattern(pattern):
    names = ["INPUT", "CONV", "RELU", "POOL", "FC"]
    words = []
    i = 0
    while i < len(pattern):
        if pattern[i] == " ":
            i += 1
            continue
        j = i + 1
        if pattern[i:i + 2] == "->":
            j = i + 2
        elif pattern[i].isalpha():
            while j < len(pattern) and pattern[j].isalpha():
                j += 1
        elif pattern[i].isdigit():
            while j < len(pattern) and pattern[j].isdigit():
                j += 1
        words.append((pattern[i:j], i))
        i = j
    words.append(("", len(pattern)))

    def read_row(n):
        layers, n = read_part(n)
        while words[n][0] == "->":
            more, n = read_part(n + 1)
            layers = layers + more
        return layers, n

    def read_part(n):
        word, place = words[n]
        if word in names:
            return [word], n + 1
        if word != "[":
            raise ValueError(f"no layer at {place}")
        layers, n = read_row(n + 1)
        if words[n][0] != "]":
            raise ValueError(f"a bracket is open at {words[n][1]}")
        n += 1
        if words[n][0] == "*":
            if not words[n + 1][0].isdigit():
                raise ValueError(f"no number at {words[n + 1][1]}")
            layers = layers * int(words[n + 1][0])
            n += 2
        return layers, n

    layers, n = read_row(0)
    if words[n][0] != "":
        raise ValueError(f"too much at {words[n][1]}")
    return layers

# %% layer_shapes
def layer_shapes(layers, input_shape, filters, units):
    shapes = [tuple(input_shape)]
    convs = fcs = 0
    for number in range(1, len(layers)):
        last = shapes[-1]
        if layers[number] in ("CONV", "POOL") and len(last) == 1:
            raise ValueError(f"layer {number} comes after FC")
        if layers[number] == "CONV":
            shapes.append((filters[convs], last[1], last[2]))
            convs += 1
        elif layers[number] == "POOL":
            if last[1] % 2 or last[2] % 2:
                raise ValueError(f"layer {number}: an odd size")
            shapes.append((last[0], last[1] // 2, last[2] // 2))
        elif layers[number] == "FC":
            shapes.append((units[fcs],))
            fcs += 1
        else:
            shapes.append(last)
    return shapes

# %% residual_forward
def residual_forward(x, w1, b1, w2, b2, conv):
    pad = (w1.shape[2] - 1) // 2
    h = np.maximum(0, conv(x, w1, b1, stride=1, pad=pad))
    return np.maximum(0, x + conv(h, w2, b2, stride=1, pad=pad))

# %% residual_backward
def residual_backward(dout, x, w1, b1, w2, b2, conv, conv_backward):
    pad = (w1.shape[2] - 1) // 2
    a = conv(x, w1, b1, stride=1, pad=pad)
    h = np.maximum(0, a)
    s = x + conv(h, w2, b2, stride=1, pad=pad)
    ds = np.where(s > 0, dout, 0)
    dh, dw2, db2 = conv_backward(ds, h, w2, stride=1, pad=pad)
    da = np.where(a > 0, dh, 0)
    dx, dw1, db1 = conv_backward(da, x, w1, stride=1, pad=pad)
    return dx + ds, dw1, db1, dw2, db2

# %% inception_backward
def inception_backward(dout, x, w1, w3, w5, conv_backward):
    d1, d3, d5 = np.split(dout, [len(w1), len(w1) + len(w3)], axis=1)
    dx1, dw1, _ = conv_backward(d1, x, w1, stride=1, pad=0)
    dx3, dw3, _ = conv_backward(d3, x, w3, stride=1, pad=1)
    dx5, dw5, _ = conv_backward(d5, x, w5, stride=1, pad=2)
    return dx1 + dx3 + dx5, dw1, dw3, dw5
