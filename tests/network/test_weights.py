"""Weights in files: what was saved comes back; odd files change nothing, and a sentence says what is odd."""

import io
import os
import pickle
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cs_conv.layers import BatchNorm, Concatenate, Conv, FullyConnected, ReLU, Sum, every_layer
from cs_conv.network import Network
from cs_conv.training import SGD
from cs_conv.weights import load_weights, save_weights

from .drawing import networks, randomised


def arrays(network):
    layers = list(every_layer(network.layers))
    return [array for layer in layers for of in (layer.parameters, layer.buffers) for array in of.values()]


def small(seed=0, dtype=np.float32):
    block = Sum([Conv(2, 3, pad=1), BatchNorm(), ReLU()], [])
    layers = [Conv(2, 3), block, Concatenate([], [Conv(1, 1)]), FullyConnected(3)]
    return Network(layers, (1, 5, 4), seed, dtype)


NAMES = ["1.w", "1.b", "2.1.1.w", "2.1.1.b", "2.1.2.gamma", "2.1.2.beta", "2.1.2.mean", "2.1.2.var"]
NAMES += ["3.2.1.w", "3.2.1.b", "4.w", "4.b"]


@pytest.fixture
def saved(tmp_path):
    """A file of weights, and the arrays that are in it."""
    path = tmp_path / "weights.npz"
    save_weights(randomised(small(), np.random.default_rng(0)), path)
    with np.load(path, allow_pickle=False) as file:
        return path, dict(file)


def refused(path, said):
    """Loading this file is a ValueError that says so, and changes nothing."""
    network = small(seed=1)
    before = [array.copy() for array in arrays(network)]
    with pytest.raises(ValueError, match=said) as caught:
        load_weights(network, path)
    assert str(caught.value).startswith(f"{path} cannot be loaded into this network: ")
    for array, old in zip(arrays(network), before, strict=True):
        np.testing.assert_array_equal(array, old)


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(data=st.data(), dtype=st.sampled_from([np.float32, np.float64]))
def test_any_graph_comes_back(tmp_path, data, dtype):
    network = randomised(data.draw(networks(dtype)), np.random.default_rng(0))
    path = tmp_path / "graph.npz"
    save_weights(network, path)
    expected = [array.copy() for array in arrays(network)]
    x = np.random.default_rng(1).standard_normal((2, *network.shapes[0]))
    out = network.forward(x).copy()
    for array in arrays(network):
        array[...] = 7
    load_weights(network, path)
    for array, old in zip(arrays(network), expected, strict=True):
        np.testing.assert_array_equal(array, old)
        assert array.dtype == dtype
        assert array.flags.writeable
    np.testing.assert_array_equal(network.forward(x), out)


def test_names_say_where_an_array_belongs(saved):
    assert list(saved[1]) == NAMES


def test_the_same_weights_are_the_same_bytes(tmp_path, saved):
    save_weights(randomised(small(seed=3), np.random.default_rng(0)), tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == saved[0].read_bytes()


def test_nan_and_infinity_come_back(tmp_path):
    network = small()
    network.layers[0].parameters["w"][...] = [[[[np.nan, np.inf, -np.inf]] * 1] * 1] * 1
    save_weights(network, tmp_path / "a.npz")
    other = small(seed=1)
    load_weights(other, tmp_path / "a.npz")
    np.testing.assert_array_equal(other.layers[0].parameters["w"], network.layers[0].parameters["w"])


def test_training_goes_on_from_what_was_loaded(saved):
    network = small(seed=1)
    optimiser = SGD(network, rate=0.1, momentum=0)
    load_weights(network, saved[0])
    network.backward(np.ones_like(network.forward(np.ones((2, 1, 5, 4)))))
    optimiser.step()
    last = network.layers[-1]
    np.testing.assert_allclose(last.parameters["b"], saved[1]["4.b"] - 0.1 * last.gradients["b"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda a: a.pop("4.w"), r"its list of arrays: the file has no 4\.w: was it saved"),
        (lambda a: a.update({"5.w": np.ones(3)}), r"the network has no 5\.w: was it saved"),
        (
            lambda a: a.update({"9.w": a.pop("4.w")}),
            r"the file has no 4\.w, and the network has no 9\.w: was",
        ),
        (lambda a: [a.pop(n) for n in NAMES[:8]], r"has no 1\.b, 1\.w, 2\.1\.1\.b, .* and 3 others"),
        (lambda a: a.update({"4.b": np.ones(4, "f")}), r"4\.b: its shape is \(4,\) in the file, but \(3,\)"),
        (lambda a: a.update({"4.b": np.ones((1, 3), "f")}), r"4\.b: its shape is \(1, 3\)"),
        (lambda a: a.update({"4.b": np.ones(3)}), r"4\.b: it holds float64 in the file, but float32 in the"),
        (lambda a: a.update({"4.b": np.ones(3, np.int32)}), r"4\.b: it holds int32"),
        (lambda a: a.update({"4.b": np.ones(3, "f,f")}), r"4\.b: it holds \[\('f0'"),
        (lambda a: a.update({"4.b": np.array(["a", "b", "c"])}), r"4\.b: it holds <U1"),
        (lambda a: a.update({"4.b": np.ones(10**6, "f")}), r"4\.b: it has 4,000,128 bytes.*but 12 in the"),
    ],
)
def test_other_arrays_than_the_networks(saved, change, said):
    path, inside = saved
    change(inside)
    np.savez(path, **inside)
    refused(path, said)


class Opens:
    """Pickled, this makes a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_no_code_of_a_file_is_run(tmp_path, saved):
    path, inside = saved
    trace = tmp_path / "trace"
    inside["4.b"] = np.array([Opens(trace)] * 3, object)
    np.savez(path, **inside)
    pickle.loads(pickle.dumps(Opens(trace)))
    trace.unlink()  # it would have worked
    refused(path, r"4\.b: it holds object in the file, but float32")
    assert not trace.exists()


def with_member(path, key, content, **options):
    """The same file, but for one member's bytes."""
    with zipfile.ZipFile(path) as file:
        members = {info.filename: file.read(info) for info in file.infolist()}
    members[f"{key}.npy"] = content
    with zipfile.ZipFile(path, "w", **options) as file:
        for name, data in members.items():
            file.writestr(name, data)


def npy(shape, data, descr="<f4", order=False):
    """An array in NumPy's format, with what is said of it and what is there given apart."""
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": descr, "fortran_order": order, "shape": shape})
    return buffer.getvalue() + data


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (npy((3,), b"12345678"), "expected 12 bytes got 8"),
        (npy((3,), b"1" * 13), r"it has more numbers in the file than its shape \(3,\) says"),
        (npy((10**12,), b"1" * 12), r"its shape is \(1000000000000,\)"),
        (npy((-3,), b"1" * 12), r"its shape is \(-3,\)"),
        (b"", "EOF: reading magic string"),
        (b"hello", "EOF: reading magic string"),
        (b"\x93NUMPY\x03\x00" + b"1" * 50, r"version \(3, 0\) of NumPy's format is not one for arrays"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\x7f{", "EOF: reading array header"),
        (b"\x93NUMPY\x01\x00\xf4\x01" + b"-" * 500, "Cannot parse header"),
        (b"\x93NUMPY\x01\x00\xf5\x01" + b"(" * 501, r"Header info length \(501\) is large"),
    ],
)
def test_an_array_that_is_none(saved, content, said):
    with_member(saved[0], "4.b", content)
    refused(saved[0], rf"4\.b: .*{said}")


def test_a_bomb_is_not_unpacked(saved):
    """100 MB of zeros in 100 kB are refused by their size alone, wherever they are."""
    path, _ = saved
    bomb = npy((25 * 10**6,), bytes(10**8))
    with_member(path, "4.b", bomb, compression=zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 200_000
    tracemalloc.start()
    refused(path, r"4\.b: it has 100,000,\d+ bytes in the file, but 12 in the network")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10**6


@pytest.mark.parametrize("part", [0, 1, 50, 0.3, 0.9, 0.99])
def test_a_file_that_was_cut_off(saved, part):
    path, _ = saved
    whole = path.read_bytes()
    path.write_bytes(whole[: int(part * len(whole)) if part < 1 else part])
    refused(path, "its list of arrays: File is not a zip file")


def test_a_byte_that_changed(saved):
    path, inside = saved
    damaged = path.read_bytes()
    at = damaged.index(inside["4.w"].tobytes())
    path.write_bytes(damaged[:at] + bytes([damaged[at] ^ 1]) + damaged[at + 1 :])
    refused(path, r"4\.w: Bad CRC-32")


def test_two_arrays_of_one_name(saved):
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(saved[0], "a") as file:
        file.writestr("4.b.npy", npy((3,), b"1" * 12))
    refused(saved[0], "there are two of the same name")


def test_random_damage_is_a_value_error_or_harmless(saved):
    """Whatever bytes change, the network gets what was saved or stays as it was."""
    path, inside = saved
    good = path.read_bytes()
    rng = np.random.default_rng(0)
    network = small(seed=1)
    before = [array.copy() for array in arrays(network)]
    refusals = 0
    for _ in range(300):
        damaged = bytearray(good)
        for at in rng.integers(len(good), size=rng.integers(1, 4)):
            damaged[at] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            load_weights(network, path)
        except ValueError:
            refusals += 1
            expected = before
        else:
            expected = list(inside.values())
        for array, old in zip(arrays(network), expected, strict=True):
            np.testing.assert_array_equal(array, old)
        network = small(seed=1)
    assert refusals > 100


def test_what_other_programs_write_is_read(saved):
    """Compressed, in Fortran's order, of a machine with the other order of bytes."""
    path, inside = saved
    odd = {
        name: np.asfortranarray(array.astype(array.dtype.newbyteorder())) for name, array in inside.items()
    }
    np.savez_compressed(path, **odd)
    network = small(seed=1)
    load_weights(network, path)
    for array, expected in zip(arrays(network), inside.values(), strict=True):
        np.testing.assert_array_equal(array, expected)
        assert array.dtype.isnative


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_weights(small(), tmp_path / "none.npz")
    with pytest.raises(FileNotFoundError):
        save_weights(small(), tmp_path / "no folder" / "a.npz")


def test_what_cannot_be_saved_leaves_the_old_file(saved):
    path, _ = saved
    old = path.read_bytes()
    network = small()
    for wrong in (np.array([None] * 3), [1.0, 2.0, 3.0], "abc"):
        network.layers[-1].parameters["b"] = wrong
        with pytest.raises(TypeError, match=r"4\.b must be an array of numbers, but it is (object|list|str)"):
            save_weights(network, path)
    network.layers[-1].parameters["b"] = np.zeros(3)
    network.layers[-1].buffers["b"] = np.zeros(3)
    with pytest.raises(
        ValueError, match=r"FullyConnected\(units=3\) has a parameter and a buffer of the same"
    ):
        save_weights(network, path)
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]


def test_an_interruption_leaves_the_old_file(saved, monkeypatch):
    path, _ = saved
    old = path.read_bytes()

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_weights(small(seed=5), path)
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]


def test_a_kill_midway_leaves_the_old_file(saved):
    path, inside = saved
    code = (
        "import os, sys; from tests.network.test_weights import small, save_weights;"
        "os.fsync = lambda _: os._exit(9); save_weights(small(seed=5), sys.argv[1])"
    )
    assert subprocess.run([sys.executable, "-c", code, path], check=False).returncode == 9
    network = small(seed=1)
    load_weights(network, path)
    np.testing.assert_array_equal(network.layers[-1].parameters["b"], inside["4.b"])


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_stays_a_link(tmp_path, saved):
    link = tmp_path / "latest.npz"
    link.symlink_to(saved[0])
    save_weights(small(seed=5), link)
    assert link.is_symlink()
    network = small(seed=1)
    load_weights(network, saved[0])
    np.testing.assert_array_equal(arrays(network)[0], arrays(small(seed=5))[0])
