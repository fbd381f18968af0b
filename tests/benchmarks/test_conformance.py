"""The conformance suites' own parts: ways that agree, mistakes that are reported, sizes that are cut."""

import subprocess
import sys

import numpy as np
import pytest

from benchmarks.conformance import Case, LeftOut, disagreements, off, ours

RNG = np.random.default_rng(0)
X = RNG.standard_normal((2, 4, 6, 7))
W, B = RNG.standard_normal((6, 2, 3, 3)), RNG.standard_normal(6)
C4 = RNG.uniform(0.5, 2, 4)

NO_PAD = ((0, 0), (0, 0))

OPERATIONS = {
    "convolution": (ours.convolution(X, W, B, (2, 1), ((1, 0), (2, 1)), (1, 2), 2), (2, 6, 3, 6)),
    "max pooling": (ours.pooling("max", X, (2, 3), (2, 2), ((1, 0), (0, 2))), (2, 4, 3, 4)),
    "average pooling": (ours.pooling("average", X, (3, 3), (2, 2), NO_PAD), (2, 4, 2, 3)),
    "l2 pooling": (ours.pooling("l2", X, (2, 2), (2, 2), NO_PAD), (2, 4, 3, 3)),
    "batch norm": (ours.batch_norm(X, C4, C4, 1e-5, None), X.shape),
    "batch norm in use": (ours.batch_norm(X, C4, C4, 1e-5, (C4, C4)), X.shape),
    "group norm": (ours.group_norm(X, C4, C4, 2, 1e-5), X.shape),
    "local response norm": (ours.local_response_norm(X, 3, 0.3, 0.75, 2), X.shape),
    "global average pool": (ours.global_average_pool(X), (2, 4, 1, 1)),
    "softmax": (ours.softmax(X[:, :, 0, 0], np.array([3, 1])), ()),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_all_ways_agree_and_a_mistake_is_reported(name):
    ways, shape = OPERATIONS[name]
    dout = np.ones(()) if shape == () else RNG.standard_normal(shape)
    first = next(iter(ways.values()))
    expected = first(dout)
    assert disagreements(Case(name, "case", ways, expected, dout))[0] == []
    assert first(None)[0].shape == expected[0].shape
    wrong = [array.copy() for array in expected]
    wrong[-1].flat[-1] += 1
    reported, error = disagreements(Case(name, "case", ways, wrong, dout))
    assert len(reported) == len(ways)
    assert reported[0].startswith(f"{name}, case: ")
    assert error > 0.01


def test_an_error_is_reported_too():
    def fails(_):
        raise ValueError("no")

    reported, _ = disagreements(Case("conv", "case", {"mine": fails, "short": lambda _: []}, [X]))
    assert reported == ["conv, case: mine raises ValueError: no", "conv, case: short gives 0 results"]


def test_what_counts_as_off():
    assert off(np.ones(2), np.ones(2)) == 0
    assert off(np.array([np.nan, np.inf]), np.array([np.nan, np.inf])) == 0
    assert not off(np.array([np.nan]), np.ones(1)) < 1
    assert off(np.ones(2, np.float32), np.ones(2)) == off(np.ones(2), np.ones((2, 1))) == np.inf
    assert off(np.array([101.0]), np.array([100.0])) == 0.01


def test_rows_that_no_window_reads_are_cut_and_have_no_gradient():
    fitting, pad = ours.fitted(X, (3, 3), (2, 2), ((0, 0), (1, 1)), (1, 1))
    assert fitting.shape == (2, 4, 5, 7)
    assert pad == ((0, 0), (1, 1))
    fitting, pad = ours.fitted(X, (3, 3), (2, 2), ((0, 1), (1, 2)), (1, 1))
    assert fitting.shape == X.shape
    assert pad == ((0, 1), (1, 1))
    np.testing.assert_array_equal(ours.uncut(np.ones((2, 4, 5, 7)), X)[:, :, 5], 0)
    with pytest.raises(LeftOut, match="larger than the image"):
        ours.fitted(X, (9, 9), (1, 1), ((0, 0), (0, 0)), (1, 1))


def test_without_the_libraries_the_command_says_so():
    code = (
        "import importlib.util, sys; find = importlib.util.find_spec;"
        "importlib.util.find_spec = lambda n, *a: None if n in ('onnx', 'torch') else find(n, *a);"
        "from benchmarks.conformance.__main__ import main; sys.argv = ['conformance']; sys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout.splitlines() == [
        "onnx: not run, the package onnx is not installed",
        "pytorch: not run, the package torch is not installed",
        "networks: not run, the package torch is not installed",
    ]
