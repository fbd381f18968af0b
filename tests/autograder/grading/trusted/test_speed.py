"""Speed judged from outside the sandbox, by the kernel's clock: a fast answer passes, a slow one fails."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.checks import find
from autograder.checks.speed import race
from autograder.course import load_course
from autograder.grading.interface import Submission
from autograder.grading.trusted import TrustedEngine
from autograder.notebooks.files import graded_as, read_notebook, write_notebook
from autograder.notebooks.release import release
from tests.autograder.exercises.right_answers import fast_conv_forward

REPOSITORY = Path(__file__).parents[4]
NAME = "07-speed"

LOOPS = """
def fast_conv_forward(x, w, b, stride=1, pad=0):
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    K, _, FH, FW = w.shape
    OH, OW = (x.shape[2] - FH) // stride + 1, (x.shape[3] - FW) // stride + 1
    out = np.zeros((len(x), K, OH, OW), x.dtype)
    for n in range(len(x)):
        for i in range(OH):
            for j in range(OW):
                window = x[n, :, i * stride : i * stride + FH, j * stride : j * stride + FW]
                out[n, :, i, j] = w.reshape(K, -1) @ window.ravel() + b
    return out
"""

LIAR = "import time\ntime.process_time = time.perf_counter = lambda: 0.0\n" + LOOPS

MAKER = (
    LOOPS.replace("def fast_conv_forward", "def loops")
    + """
class fast_conv_forward:
    def __new__(cls, *args, **options):
        return loops(*args, **options)
"""
)

HELPED = (
    LOOPS.replace("def fast_conv_forward", "def loops")
    + """
import mmap, os
shared = mmap.mmap(-1, 1 << 22)

def fast_conv_forward(x, w, b, stride=1, pad=0):
    child = os.fork()
    if child == 0:
        out = loops(x, w, b, stride, pad)
        shared[: out.nbytes] = out.tobytes()
        os._exit(0)
    os.waitpid(child, 0)
    OH, OW = ((n - f + 2 * pad) // stride + 1 for n, f in zip(x.shape[2:], w.shape[2:]))
    out = np.zeros((len(x), len(w), OH, OW), x.dtype)
    out[...] = np.frombuffer(shared, x.dtype, out.size).reshape(out.shape)
    return out
"""
)


def fast() -> str:
    """A right answer as a cell that stands by itself."""
    helper = inspect.getsource(fast_conv_forward.size)
    answer = inspect.getsource(fast_conv_forward.columns_by_taps)
    return f"{helper}\n\n{answer}".replace("columns_by_taps", "fast_conv_forward")


@pytest.mark.slow
@pytest.mark.sandbox
def test_the_race_is_run_across_the_wall(tmp_path: Path) -> None:
    for name in ("course.yml", f"solutions/{NAME}"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        copy: Any = shutil.copytree if (REPOSITORY / name).is_dir() else shutil.copy
        copy(REPOSITORY / name, tmp_path / name)
    course = load_course(tmp_path)
    release(course, course.assignment(NAME))
    students = {"fast": fast(), "loops": LOOPS, "liar": LIAR, "maker": MAKER, "helped": HELPED}
    for student, answer in students.items():
        notebook = read_notebook(course.releases / NAME / "speed.ipynb")
        for cell in notebook.cells:
            if graded_as(cell).get("grade_id") == "fast_conv_forward":
                cell.source = answer
        path = course.submitted(student, NAME) / "speed.ipynb"
        path.parent.mkdir(parents=True)
        write_notebook(notebook, path)
    engine = TrustedEngine(workers=1)
    graded = engine.grade(course, [Submission(student, NAME) for student in students])
    points = {result.student: result.score for result in graded}
    assert points == {"fast": 10, "loops": 5, "liar": 5, "maker": 5, "helped": 5}


def test_a_far_clock_that_cannot_be_believed_wins_no_race() -> None:
    class Far:
        """A function in another process, whose clock stands still because a helper does the work."""

        def __call__(self, *args: Any, **options: Any) -> Any:
            return fast_conv_forward.columns_by_taps(*args, **options)

        def read_clock(self) -> float:
            return 0.0

        def watch_clock(self) -> Callable[[], str]:
            return lambda: "leaves its work to other processes"

    exercise = find("fast_conv_forward")
    assert exercise.speed is not None
    at = race.race(Far(), exercise, exercise.speed, 0)
    assert at.problem == "leaves its work to other processes"
    assert not at.won(exercise.speed.times)


def test_a_lucky_call_wins_no_race() -> None:
    """Whatever makes the clock of another process stand still once: of all calls the middle one counts."""
    far = _Far(standing_still={0})
    exercise = find("fast_conv_forward")
    assert exercise.speed is not None
    at = race.race(far, exercise, exercise.speed, 0)
    assert far.calls > 1
    assert at.problem == ""
    assert not at.won(exercise.speed.times)


class _Far:
    """A right and slow function in another process, whose clock shows a second for each call but for some."""

    def __init__(self, standing_still: set[int]) -> None:
        self.standing_still, self.calls, self.seconds = standing_still, 0, 0.0

    def __call__(self, *args: Any, **options: Any) -> Any:
        self.seconds += self.calls not in self.standing_still
        self.calls += 1
        return fast_conv_forward.columns_by_taps(*args, **options)

    def read_clock(self) -> float:
        return self.seconds

    def watch_clock(self) -> Callable[[], str]:
        return str
