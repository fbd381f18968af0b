"""Exercises on plain data are graded as they are judged in one process: the same points, the same words."""

from __future__ import annotations

import pytest

from autograder.checks import Case, Exercise, aspect, judge, registry
from autograder.checks.media_type import VERDICT
from tests.autograder.checks.sample_exercises import LAYER_TABLE, PARSE_CHAIN, SAMPLES, STEEPNESS, made

from .notebook import Cell, outcome_of, scores_of

pytestmark = pytest.mark.sandbox


def weights_of(network):
    """How many weights the layers hold, and the largest."""
    return sum(layer["w"].size for layer in network), max(layer["w"].max() for layer in network)


def layers(rng):
    for count in (1, 2, 3):
        network = [{"w": rng.normal(size=(2, n + 1)), "name": f"layer {n}"} for n in range(count)]
        yield Case("networks", f"{count} layers", (network,))


WEIGHTS = Exercise(
    name="weights_of", arguments=("network",), parts=("count", "largest"), axes={},
    aspects=(aspect("networks", 1),), reference=weights_of, cases=layers, mistakes=(),
)  # fmt: skip


def notebook(exercise, source):
    """An answer and a test for each aspect."""
    stub = f"def {exercise.name}(*args):\n    raise NotImplementedError"
    cells = [Cell("answer", "answer", stub, source, source)]
    for number, share in enumerate(exercise.aspects):
        call = f'check("{exercise.name}", {exercise.name}, "{share.name}")'
        test = f"from autograder import check\n{call}"
        cells.append(Cell("test", f"test{number}", test, points=share.points))
    return cells


def verdicts(exercise, source):
    """What the tests of a graded notebook say."""
    with registry.added(exercise):
        document = outcome_of(notebook(exercise, source)).document
    shown = [output.get("data", {}) for cell in document["cells"] for output in cell.get("outputs", ())]
    return [data[VERDICT] for data in shown if VERDICT in data]


@pytest.mark.parametrize(("exercise", "answers"), SAMPLES, ids=lambda v: getattr(v, "name", ""))
def test_right_answers_in_several_styles_earn_all_points(exercise, answers):
    with registry.added(exercise):
        for source in answers:
            scores = scores_of(notebook(exercise, source))
            assert list(scores.values()) == [share.points for share in exercise.aspects]


WRONG = {
    "a tuple of two": (LAYER_TABLE, "return ({}, {})"),
    "None": (LAYER_TABLE, "return None"),
    "a wrong number": (LAYER_TABLE, "return [{'name': 'conv', 'shape': (1,), 'parameters': 10 ** 40}]"),
    "a list of NumPy's kinds": (LAYER_TABLE, "return [np.float32(1), np.str_('a'), np.array([1, 2])]"),
    "its argument changed": (LAYER_TABLE, "args[0].append(1)\n    return []"),
    "an entry of its argument changed": (LAYER_TABLE, "args[0][:1] = [{}]\n    return []"),
    "a huge list": (LAYER_TABLE, "return [[]] * 10**5"),
    "deep lists": (LAYER_TABLE, "return eval('[' * 60 + ']' * 60)"),
    "an enormous int": (LAYER_TABLE, "return 10 ** 5000"),
    "half of a character": (PARSE_CHAIN, "return ['\\ud800']"),
    "half of a character as a key": (LAYER_TABLE, "return [{'\\udfff': 1}]"),
    "a set": (PARSE_CHAIN, "return {'CONV'}"),
    "a range": (PARSE_CHAIN, "return range(3)"),
    "a named tuple": (PARSE_CHAIN, "return namedtuple('Layers', 'a b')('CONV', 'RELU')"),
    "an ordered dict": (LAYER_TABLE, "return [OrderedDict(name='conv')]"),
    "a dict of a class of its own": (LAYER_TABLE, "return type('D', (dict,), {})()"),
    "a text of a class of its own": (PARSE_CHAIN, "return type('S', (str,), {})('CONV')"),
    "another position": (PARSE_CHAIN, "if 'SOFT' in args[0]: raise Wrong('at 99')\n    return []"),
    "too many calls": (STEEPNESS, "f, x, h = args\n    f(x)\n    return (f(x + h) - f(x - h)) / (2 * h)"),
    "what the function is called": (STEEPNESS, "return len(args[0].__name__) + len(args[0].__doc__ or '')"),
    "a change of what came": (WEIGHTS, "args[0][0]['w'] += 1\n    return 1, 2.0"),
    "a text for a number": (WEIGHTS, "return '4', 2.0"),
}
BEGIN = """\
import numpy as np
from collections import OrderedDict, namedtuple

class Wrong(ValueError):
    pass

def {}(*args):
    {}
"""


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_answers_get_the_words_of_one_process(kind):
    exercise, body = WRONG[kind]
    source = BEGIN.format(exercise.name, body)
    told = verdicts(exercise, source)
    assert [verdict["aspect"] for verdict in told] == [share.name for share in exercise.aspects]
    for verdict in told:
        here = judge(exercise, made(source, exercise.name), verdict["seed"]).to_dict(verdict["aspect"])
        assert verdict == here


def test_the_arrays_in_a_network_arrive():
    source = """
def weights_of(network):
    count, largest = 0, -1e9
    for layer in network:
        count += layer["w"].shape[0] * layer["w"].shape[1]
        largest = max(largest, *layer["w"].ravel())
    return count, largest
"""
    with registry.added(WEIGHTS):
        assert scores_of(notebook(WEIGHTS, source)) == {"test0": 1}


@pytest.mark.parametrize(
    "given", ["object()", "lambda v: v", "np.ones(2).view(type('A', (np.ndarray,), {}))", "{object(): 1}"]
)
def test_a_function_that_is_handed_over_takes_plain_data_only(given):
    source = BEGIN.format("steepness", f"return args[0]({given})")
    for verdict in verdicts(STEEPNESS, source):
        assert verdict["points"] == 0
        assert "line( ) takes numbers, arrays and other plain data, not a" in verdict["where"]
