"""Plans of networks, as lessons 11 and 13 describe them: a dict for each layer."""

from __future__ import annotations

RELU = {"kind": "relu"}


def conv(filters, size, stride=1, pad=0):
    return {"kind": "conv", "filters": filters, "size": size, "stride": stride, "pad": pad}


def pool(size=2, stride=2):
    return {"kind": "pool", "size": size, "stride": stride}


def fc(units):
    return {"kind": "fc", "units": units}


def vgg16():
    plan = []
    for filters, convs in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        plan += [conv(filters, 3, 1, 1), RELU] * convs + [pool()]
    return [*plan, fc(4096), RELU, fc(4096), RELU, fc(1000)]


def alexnet():
    return [
        *(conv(96, 11, 4), RELU, pool(3, 2), conv(256, 5, 1, 2), RELU, pool(3, 2)),
        *(conv(384, 3, 1, 1), RELU, conv(384, 3, 1, 1), RELU, conv(256, 3, 1, 1), RELU, pool(3, 2)),
        *(fc(4096), RELU, fc(4096), RELU, fc(1000)),
    ]


def drawn(rng):
    """A small network drawn at random, and the shape of its images."""
    a, b, c, d = rng.integers(2, 9, 4).tolist()
    plan = [conv(a, 3, 1, 1), RELU, pool(), conv(b, 5, 1, 0), RELU, fc(c), RELU, fc(d)]
    return plan, (3, 16, 20)


def rows_of(*values_and_parameters, connected=0):
    """The rows of a ledger; of the last `connected` rows, those with parameters are fully connected."""
    rows = [
        {
            "kind": "conv" if parameters else "pool",
            "shape": (values, 1, 1),
            "values": values,
            "parameters": parameters,
        }
        for values, parameters in values_and_parameters
    ]
    for row in rows[len(rows) - connected :]:
        if row["parameters"]:
            row.update(kind="fc", shape=(row["values"],))
    rows[0]["kind"] = "input"
    return rows
