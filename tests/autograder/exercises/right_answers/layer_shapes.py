"""Right answers to layer_shapes as different people write them."""


def with_counters(layers, input_shape, filters, units):
    shapes, f, u = [input_shape], 0, 0
    for n in range(1, len(layers)):
        before = shapes[n - 1]
        if layers[n] == "CONV":
            if len(before) != 3:
                raise ValueError(f"CONV after FC (layer {n})")
            shapes.append((filters[f], before[1], before[2]))
            f += 1
        elif layers[n] == "POOL":
            if len(before) != 3:
                raise ValueError(f"POOL after FC (layer {n})")
            if before[1] % 2 == 1 or before[2] % 2 == 1:
                raise ValueError(f"layer {n}: {before[1]}x{before[2]} is odd")
            shapes.append((before[0], before[1] // 2, before[2] // 2))
        elif layers[n] == "FC":
            shapes.append((units[u],))
            u += 1
        else:
            shapes.append(before)
    return shapes


def with_iterators(layers, input_shape, filters, units):
    filters, units = iter(filters), iter(units)
    C, H, W = input_shape
    result, flat = [(C, H, W)], None
    for number, layer in enumerate(layers):
        match layer:
            case "INPUT":
                continue
            case "CONV" | "POOL" if flat is not None:
                raise ValueError(f"no image at layer number {number}")
            case "CONV":
                C = next(filters)
            case "POOL":
                H, odd_rows = divmod(H, 2)
                W, odd_columns = divmod(W, 2)
                if odd_rows or odd_columns:
                    raise ValueError(f"not divisible by 2 at layer number {number}")
            case "FC":
                flat = next(units)
        result.append((C, H, W) if flat is None else (flat,))
    return result


def recursive(layers, input_shape, filters, units, number=0):
    layer, rest = layers[0], layers[1:]
    shape = list(input_shape)
    if layer in ("CONV", "POOL") and len(shape) < 3:
        raise ValueError(f"layer {number}")
    if layer == "CONV":
        shape[0], filters = filters[0], filters[1:]
    if layer == "POOL":
        if any(n % 2 for n in shape[1:]):
            raise ValueError(f"layer {number}: odd")
        shape[1:] = [n // 2 for n in shape[1:]]
    if layer == "FC":
        shape, units = [units[0]], units[1:]
    return [tuple(shape)] + (recursive(rest, shape, filters, units, number + 1) if rest else [])


def lists_of_shapes(layers, input_shape, filters, units):
    return [list(shape) for shape in with_counters(layers, tuple(input_shape), filters, units)]


def by_counting_before(layers, input_shape, filters, units):
    """Each shape by itself, from how many layers of each kind came before."""
    C, H, W = input_shape
    out = []
    for n, layer in enumerate(layers):
        before = layers[1 : n + 1]
        convs, pools, fcs = (before.count(kind) for kind in ("CONV", "POOL", "FC"))
        if layer in ("CONV", "POOL") and fcs:
            raise ValueError(f"layer {n} needs an image")
        if layer == "POOL" and (H % 2**pools or W % 2**pools):
            raise ValueError(f"layer {n} cannot halve")
        volume = (filters[convs - 1] if convs else C, H // 2**pools, W // 2**pools)
        out.append((units[fcs - 1],) if fcs else volume)
    return tuple(out)


ANSWERS = [with_counters, with_iterators, recursive, lists_of_shapes, by_counting_before]
