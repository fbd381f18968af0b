"""Answers that a learner brings from earlier notebooks: right ones are used, of others one is told why."""

import inspect
import subprocess
import sys

import nbformat
import numpy as np
import pytest

from autograder.notebooks.earlier_answers import mine
from autograder.notebooks.unwritten import NOT_WRITTEN
from cs_conv import naive

RIGHT = """def fc_backward(dout, x, w):
    dw = rows_of(x).T @ dout
    return (dout @ w.T).reshape(x.shape), dw, dout.sum(axis=0)
"""
HELPER = "SIZE = -1\n\ndef rows_of(x):\n    return x.reshape(len(x), SIZE)\n"
SETUP = "import numpy as np\nfrom autograder import check, predict\n"


def instead(dout, x, w):
    raise AssertionError


def notebook(folder, answer, *below, above=(), exercise="fc_backward"):
    """A learner's notebook 10 with this answer, and other cells around it."""
    cells = [nbformat.v4.new_code_cell(source) for source in (SETUP, *above, *below)]
    marked = {"nbgrader": {"grade_id": exercise, "solution": True, "grade": False}}
    cells.insert(1 + len(above), nbformat.v4.new_code_cell(answer, metadata=marked))
    path = folder / "10-fully-connected" / "fully_connected.ipynb"
    path.parent.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def test_a_right_answer_is_used_with_the_helpers_that_it_calls(tmp_path, capsys):
    notebook(tmp_path, RIGHT, "raise SystemExit('a trial of the learner')", HELPER)
    function = mine("fc_backward", instead, folder=tmp_path)
    assert capsys.readouterr().out.split(None, 1) == [
        "fc_backward",
        "yours, from 10-fully-connected/fully_connected.ipynb\n",
    ]
    dx, dw, db = function(np.array([[1.0]]), np.array([[2.0, 3.0]]), np.array([[10.0], [20.0]]))
    assert (dx.tolist(), dw.tolist(), db.tolist()) == ([[10, 20]], [[2], [3]], [1])


def test_a_right_answer_is_used_under_a_magic_and_its_settings_end_with_it(tmp_path, capsys):
    answer = "%%time\nnp.seterr(all='raise')\n" + HELPER + RIGHT
    notebook(tmp_path, answer)
    before = np.geterr()
    function = mine("fc_backward", instead, folder=tmp_path)
    assert "yours, from 10-" in capsys.readouterr().out
    assert function is not instead
    assert np.geterr() == before


def test_what_stands_below_an_answer_does_not_change_it(tmp_path, capsys):
    notebook(tmp_path, RIGHT, "SIZE = 3", above=(HELPER,))
    assert mine("fc_backward", instead, folder=tmp_path) is not instead
    assert "yours, from 10-" in capsys.readouterr().out


def test_the_name_is_told_before_the_answer_runs(tmp_path, capsys):
    notebook(tmp_path, "raise KeyboardInterrupt\n" + RIGHT, HELPER)
    with pytest.raises(KeyboardInterrupt):
        mine("fc_backward", instead, folder=tmp_path)
    assert capsys.readouterr().out.strip() == "fc_backward"


@pytest.mark.parametrize("wrong", [False, True])
def test_a_right_answer_that_is_too_slow_for_a_training_is_only_used_if_asked_for(tmp_path, capsys, wrong):
    """Its loops are counted, so no clock decides."""
    answer = inspect.getsource(naive.max_pool_forward).replace("def max_pool_forward", "def fast_max_pool")
    above = "from cs_conv.geometry import *\nfrom cs_conv.naive import *"
    notebook(tmp_path, answer, exercise="fast_max_pool", above=(above,))
    function = mine("fast_max_pool", instead, wrong=wrong, folder=tmp_path)
    assert (function is not instead) == wrong
    assert ("although it is too slow" if wrong else "is right, but too slow for a training") in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (f'def fc_backward(dout, x, w):\n    raise NotImplementedError("{NOT_WRITTEN}")', "not written yet"),
        (RIGHT.replace("w.T", "-w.T"), "the check finds something wrong in 10-"),
        (RIGHT, "cannot be used|finds something wrong"),  # without its helper
        ("def fc_backward(dout, x, w:\n    return 1", "cannot be used (SyntaxError"),
        ("1 / 0\ndef fc_backward(dout, x, w):\n    return 1", "cannot be used (ZeroDivisionError"),
        ("raise SystemExit('done')", "cannot be used (SystemExit: done)"),
        ("fc_backward = 3", "cannot be used (TypeError: fc_backward is int, not a function)"),
        ("class Mute(Exception):\n    __str__ = None\nraise Mute", "cannot be used (Mute)"),
    ],
    ids=["unwritten", "wrong", "no helper", "not Python", "raises", "leaves", "a number", "mute"],
)
def test_otherwise_the_function_of_the_course_is_used_and_the_reason_told(tmp_path, capsys, answer, words):
    notebook(tmp_path, answer, *(() if answer == RIGHT else (HELPER,)))
    assert mine("fc_backward", instead, folder=tmp_path) is instead
    said = capsys.readouterr().out
    assert "the course's: " in said
    assert any(word in said for word in words.split("|")), said


def test_a_wrong_answer_is_used_if_asked_for(tmp_path, capsys):
    notebook(tmp_path, RIGHT.replace("w.T", "-w.T"), HELPER)
    function = mine("fc_backward", instead, wrong=True, folder=tmp_path)
    assert function(np.array([[1.0]]), np.array([[2.0]]), np.array([[3.0]]))[0] == [[-3.0]]
    assert "although its check finds something wrong" in capsys.readouterr().out


def test_without_that_notebook_the_function_of_the_course_is_used(tmp_path, capsys):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "broken.ipynb").write_text("not a notebook", encoding="utf-8")
    assert mine("fc_backward", instead, folder=tmp_path) is instead
    assert "there is no notebook with yours here" in capsys.readouterr().out


def test_only_exercises_have_answers(tmp_path):
    with pytest.raises(ValueError, match="fc_bakward"):
        mine("fc_bakward", instead, folder=tmp_path)


def test_nothing_of_jupyter_is_needed(tmp_path):
    """So it works in a browser, and where only the library and the checks are installed."""
    notebook(tmp_path, RIGHT, HELPER)
    program = (
        "import sys\n"
        "sys.modules.update(dict.fromkeys(('nbformat', 'jupytext', 'nbgrader', 'IPython')))\n"
        "from pathlib import Path\n"
        "from autograder import mine\n"
        f"mine('fc_backward', print, folder=Path({str(tmp_path)!r}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "yours, from 10-fully-connected" in done.stdout
