"""What lesson 14 states, run from its cells: accuracies, fine-tuning, the recipe for CIFAR-10."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from autograder.checks import judge
from autograder.notebooks.regions import as_solved
from autograder.notebooks.source import read_source
from cs_conv.broken import HUNTED
from cs_conv.data import Dataset, cifar, fashion_mnist
from cs_conv.live.engine.own import NEEDED, WELCOME
from tests.autograder.conftest import REPOSITORY
from tests.data.test_cifar import NAME, binary

SOURCE = REPOSITORY / "solutions" / "14-capstone" / "capstone.py"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the cells with these texts, in the notebook's order, in one namespace and a new folder."""
    folder = tmp_path / "14-capstone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    space: dict[str, object] = {}
    cells = [cell.source for cell in read_source(SOURCE).cells if cell.cell_type == "code"]

    def these(*texts):
        chosen = [cell for cell in cells if any(text in cell for text in texts)]
        assert len(chosen) == len(texts)
        for cell in chosen:
            exec(compile(as_solved(cell), "capstone", "exec"), space)
        return space

    return these


LAYERS = ("import numpy as np\n\nfrom autograder", "from autograder import mine", "def my_network")
NAMES = (
    "conv_forward",
    "conv_backward",
    "max_pool_forward",
    "max_pool_backward",
    "fc_backward",
    "softmax_loss",
)
TRAINING = ("def momentum_step", "def one_epoch", "def make_step")


@pytest.fixture
def few():
    """A hundred clothes to train with and fifty to test with."""
    whole = fashion_mnist()
    return Dataset(
        whole.train_images[::100],
        whole.train_labels[::100],
        whole.test_images[::40],
        whole.test_labels[::40],
        whole.classes,
    )


def test_a_training_can_be_repeated_from_its_seed(run, few, capsys):
    space = run(*LAYERS, *TRAINING)
    first, again, other = (
        space["train"](space["my_network"](seed), few, [0.05, 0.01], batch=30, seed=seed)
        for seed in (0, 0, 1)
    )
    assert first[:2] == again[:2]
    assert first[0] != other[0]
    assert len(first[0]) == 2 * 4  # the last batch of an epoch has ten images
    assert (
        "fast_conv_forward    the course's: there is no notebook with yours here" in capsys.readouterr().out
    )


def test_answers_that_compute_in_float64_train_the_network_as_well(run, few):
    """Their check accepts it; the network is float32, and stays so."""
    space = run(*LAYERS, *TRAINING)

    def in_float64(function):
        def answer(*args, **options):
            found = function(*args, **options)
            return tuple(np.asarray(part, float) for part in found) if type(found) is tuple else found + 0.0

        return answer

    for name in (*NEEDED, *WELCOME, "momentum_step"):
        space[name] = in_float64(space[name])
    network = space["my_network"]()
    losses, _, _ = space["train"](network, few, [0.05], batch=50)
    assert np.isfinite(losses).all()
    assert {p.dtype for layer in network.layers for p in layer.parameters.values()} == {np.dtype(np.float32)}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_training_of_the_lesson_knows_85_of_100_clothes(run, seed):
    space = run(*LAYERS, *TRAINING)
    _, accuracies, _ = space["train"](
        space["my_network"](seed), fashion_mnist(), [0.05, 0.05, 0.01], seed=seed
    )
    assert accuracies[-1] >= 0.85


@pytest.mark.slow
def test_trained_convolutions_are_worth_more_than_random_ones_and_than_a_new_beginning(run, capsys):
    """On the mean of eight draws of three images of each class, the same for all three ways."""
    space = run(
        *(*LAYERS, "clothes = fashion_mnist()", "from cs_conv.cores import one_core"),
        *("def five_classes", "def learn_last_layer", "results = []"),
    )
    results = np.array(space["results"])
    assert results.shape == (8, 6)
    kept, kept_seconds, random, _, scratch, scratch_seconds = results.mean(axis=0)
    assert kept > random + 0.01
    assert kept > scratch + 0.01
    assert kept_seconds < scratch_seconds
    assert "mean of 8 draws" in capsys.readouterr().out


def test_the_recipe_for_colours_runs_on_an_archive_of_the_same_format(run, tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    batches = [
        (rng.integers(256, size=(3, 3072), dtype=np.uint8), rng.integers(10, size=3)) for _ in range(6)
    ]
    archive = binary(tmp_path / "14-capstone" / NAME, batches)
    monkeypatch.setitem(cifar.MD5, NAME, hashlib.md5(archive.read_bytes()).hexdigest())
    more = ("table = RunTable(", "from cs_conv.layers import AveragePool", "def learn_colours")
    space = run(*LAYERS, *more)
    assert space["colour_net"].shapes[0] == (3, 32, 32)
    assert [(kept.name, kept.parameters) for kept in space["table"].runs()] == [("CIFAR-10", 24_458)]


@pytest.mark.parametrize("given", [HUNTED[0], "no such fault", 3, ["no db"]])
def test_a_wrong_answer_to_the_line_up_does_not_show_the_right_one(given):
    verdict = judge("fault_of", lambda run: given)
    said = " ".join(a.failure.problem for a in verdict.aspects if a.failure)
    assert "right" not in said.replace("is not right", "")
    assert all(a.failure.want is None for a in verdict.aspects if a.failure)
    if given not in HUNTED:
        assert "is none of 'rate x 30', 'rate / 1000'" in said
