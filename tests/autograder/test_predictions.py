"""predict: right guesses in every form are right, wrong ones are wrong and never show the value."""

from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import pytest

from autograder import predict
from autograder.checks import SEED
from tests.autograder.grading.trusted.notebook import Cell, outcome_of

SIZE = 3
SHAPE = (2, 4, 3, 3)
GRID = np.array([[1.0, 2.5], [0.0, -1.0]])


def unwritten():
    raise NotImplementedError("not written yet")


def noisy():
    warnings.warn("careful", stacklevel=1)
    print("to stderr", file=sys.stderr)
    return 1


def said(capsys, *given, **named) -> str:
    assert predict(*given, **named) is None
    out, err = capsys.readouterr()
    assert err == ""
    return out


@pytest.mark.parametrize(
    ("expression", "guess"),
    [
        ("SIZE", 3),
        ("SIZE", 3.0),
        ("np.int64(3)", 3),
        ("np.float32(0.1) * 3", 0.3),
        ("SHAPE", (2, 4, 3, 3)),
        ("SHAPE", [2, 4, 3, 3]),
        ("np.array(3)", 3),
        ("GRID", [[1, 2.5], [0, -1]]),
        ("GRID", np.array([[1, 2.5], [0, -1]])),
        ("(SHAPE, GRID[0])", ((2, 4, 3, 3), [1, 2.5])),
        ("1 / 3", 0.33),
        ("1 / 3", 0.333),
        ("2 / 3", 0.67),
        ("0.498", 0.5),
        ("0.285", 0.29),
        ("105415200 / 1e6", 105.4),
        ("float('nan')", float("nan")),
        ("SIZE == 3", True),
        ("GRID[0, 0] > 5", False),
        ("'left'", " Left"),
        ("None", None),
        ("{1, 2}", {2, 1}),
        ("1 / 0", ZeroDivisionError),
        ("GRID[5]", LookupError),
        ("  SIZE ", 3),
    ],
)
def test_a_right_guess(capsys, expression, guess):
    assert said(capsys, expression, guess, hint="Count.").startswith(f"Right: {expression} ")


@pytest.mark.parametrize(
    ("expression", "guess", "words"),
    [
        ("SIZE", 4, "Not 4. Count."),
        ("SIZE", "3", "Not '3': a number is asked for. Count."),
        ("SIZE", True, "Not True: a number is asked for. Count."),
        ("SIZE == 3", 1, "Not 1: True or False is asked for. Count."),
        ("SHAPE", 3, "Not 3: a list or an array is asked for. Count."),
        ("SHAPE", (2, 4, 3), "Not (2, 4, 3). Count."),
        ("GRID", [[1, 2.5], [0, 1]], "Not [[1, 2.5], [0, 1]]. Count."),
        ("GRID", np.ones(2), "Not [1., 1.]. Count."),
        ("1 / 3", 0.3, "Not 0.3. Count."),
        ("1 / 3", 0.34, "Not 0.34. Count."),
        ("3.2", 3, "Not 3. Count."),
        ("3.2", 3.0, "Not 3.0. Count."),
        ("105415200", 105415201, "Not 105415201. Count."),
        ("float('inf')", 1.5, "Not 1.5. Count."),
        ("'left'", "right", "Not 'right'. Count."),
        ("None", 0, "Not 0: nothing (None) is asked for. Count."),
        ("SIZE", ValueError, "Not ValueError: SIZE raises no error. Count."),
    ],
)
def test_a_wrong_guess_is_called_wrong_and_the_value_is_not_shown(capsys, expression, guess, words):
    assert said(capsys, expression, guess, hint="Count.") == f"{words}\n"


def test_without_a_hint(capsys):
    assert said(capsys, "SIZE", 4) == "Not 4.\n"


@pytest.mark.parametrize("guess", [..., (..., ...), [[1, ...], [2, 3]]])
def test_untouched_dots_ask_for_a_guess(capsys, guess):
    out = said(capsys, "not_defined(7, 3, 2)", guess)
    assert out.startswith("What is not_defined(7, 3, 2)? Write your guess in place of the three dots")
    assert out.count("\n") == 1


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("output(7)", "has no value yet: name 'output' is not defined. Run the cells above first."),
        ("unwritten()", "has no value yet: write the answer that it uses first."),
        ("1 / 0", "has no value: it raises ZeroDivisionError: division by zero"),
        ("1 +", "has no value: it raises SyntaxError"),
    ],
)
def test_an_error_is_one_sentence(capsys, expression, words):
    out = said(capsys, expression, 3)
    assert out.startswith(f"{expression} {words}")
    assert out.count("\n") == 1


def test_a_guess_of_an_error_is_not_right_because_a_cell_was_not_run(capsys):
    assert "Run the cells above first" in said(capsys, "output(7)", NameError)
    assert "write the answer" in said(capsys, "unwritten()", NotImplementedError)


def test_odd_questions_and_values_raise_nothing(capsys):
    class Odd:
        def __eq__(self, other):
            raise RuntimeError("no")

    globals()["odd"] = Odd()
    assert "could not be compared" in said(capsys, "odd", Odd())
    assert "takes its question as text" in said(capsys, 3, 3)
    assert said(capsys, "np.zeros((90, 90))", np.zeros((90, 90))).startswith("Right")


def test_what_the_expression_writes_to_stderr_goes_to_stdout(capsys):
    assert said(capsys, "noisy()", 1) == "to stderr\nRight: noisy() is 1.\n"


def test_nothing_is_evaluated_while_a_notebook_is_graded(capsys, monkeypatch):
    monkeypatch.setenv(SEED, "7")
    assert said(capsys, "done.append(1)", 3) == ""


def test_in_a_notebook_it_sees_the_notebooks_names(capsys):
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_cell("from autograder import predict\nx = 2\ndef f():\n    predict('x + 1', 3)")
    shell.run_cell("f()")
    shell.run_cell("x = 3")
    shell.run_cell("predict('x + 1', 3)")
    assert capsys.readouterr().out == "Right: x + 1 is 3.\nNot 3.\n"


def test_importing_it_imports_nothing_of_jupyter():
    heavy = "[m for m in ('IPython', 'matplotlib', 'nbformat', 'jupyter_client') if m in sys.modules]"
    code = f"import sys; from autograder import predict; predict('1 + 1', 2); print({heavy})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "Right: 1 + 1 is 2.\n[]\n"
    assert ran.stderr == ""


@pytest.mark.sandbox
def test_trusted_grading_evaluates_no_prediction_on_either_side():
    question = Cell(
        "plain", "asked", "predict('touched.append(1)', ...)", "predict('touched.append(1)', None)"
    )
    cells = [
        Cell(
            "setup",
            "setup",
            "import math\nfrom autograder import check, predict\nimport numpy as np\nmarks = []",
        ),
        Cell("answer", "f", "...", "touched = []\ndef f(x):\n    return np.float64(math.sqrt(x))"),
        question,
        Cell("plain", "of_ours", "predict('marks.append(1)', None)"),
        Cell("plain", "of_ours_too", "level = 2\npredict('marks.append(2)', None)"),
        Cell("extra", "own", "def predict_all():\n    predict('touched.append(3)', None)\npredict_all()"),
        Cell("test", "test", "assert f(4) == level == 2\nassert touched == marks == []", points=3),
    ]
    outcome = outcome_of(cells)
    assert [test.score for test in outcome.tests] == [3.0]
    assert outcome.detail == ""
    outputs = [output for cell in outcome.document["cells"] for output in cell.get("outputs", [])]
    assert outputs == []
