"""A student's notebook, run as it will be graded but on the student's own machine.

The notebook on disk is only read. Its tests are those in it: what counts in the end are the instructor's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import autograder.quick_start  # noqa: F401  (before anything imports Jupyter)
from autograder.course import CourseError, Limits
from autograder.notebooks import graded_as, read_notebook
from autograder.stock import STUB

UNTOUCHED = STUB.splitlines()[-1]


@dataclass(frozen=True)
class Tried:
    """One test cell: its points, whether it passed, and what it showed where it did not."""

    exercise: str
    test: str
    points: float
    passed: bool
    said: str = ""


def read_students_notebook(path: Path) -> Any:
    """A notebook to try. Raises CourseError where the file is none, or has nothing to try."""
    try:
        notebook = read_notebook(path)
    except FileNotFoundError:
        raise CourseError(
            f"{path} does not exist; name a notebook, for instance one in mine/, or an assignment"
        ) from None
    except ValueError:
        raise CourseError(
            f"{path} cannot be read as a notebook: it holds no JSON; name a file that ends in .ipynb"
        ) from None
    except IsADirectoryError:
        raise CourseError(f"{path} is a folder; name a notebook in it") from None
    except Exception as error:
        why = str(error).strip().splitlines() or [type(error).__name__]
        raise CourseError(f"{path} cannot be read as a notebook: {why[0][:200]}") from None
    if not any(_is_test(cell) for cell in notebook.cells):
        raise CourseError(f"{path} holds no test cells; name a notebook of this course")
    return notebook


def is_untouched(notebook: Any) -> bool:
    """Whether every answer is as it was released."""
    answers = [
        cell for cell in notebook.cells if graded_as(cell).get("solution") and cell.cell_type == "code"
    ]
    return bool(answers) and all(UNTOUCHED in cell.source for cell in answers)


def rehearse(notebook: Any, folder: Path, limits: Limits) -> list[Tried]:
    """Run the notebook (in memory) and say what each of its tests came to."""
    from traitlets.config import Config

    from autograder.grading.execute import PatientExecute
    from autograder.release.review import check_call

    config = Config()
    config.PatientExecute.seconds_a_cell = limits.seconds_a_cell
    config.PatientExecute.timeout = 5 * limits.seconds_a_cell
    config.PatientExecute.seconds_in_all = limits.seconds_in_all
    config.PatientExecute.extra_arguments = [
        "--IPKernelApp.log_level=50"
    ]  # its remarks on transport help nobody
    PatientExecute.happened = []
    ran, _ = PatientExecute(config=config).preprocess(notebook, {"metadata": {"path": str(folder)}})
    tried = []
    for cell in filter(_is_test, ran.cells):
        known, call, said = graded_as(cell), check_call(cell.source), _said(cell)
        test = str(known.get("grade_id"))
        exercise = call.exercise if call else test
        tried.append(Tried(exercise, test, float(known.get("points", 0)), not said, said))
    return tried


def _is_test(cell: Any) -> bool:
    known = graded_as(cell)
    return bool(cell.cell_type == "code" and known.get("grade") and not known.get("solution"))


def _said(cell: Any) -> str:
    """What a failed test shows: the check's report, else the error; empty for one that passed."""
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if not errors:
        return ""
    reports = [o.data["text/plain"] for o in cell.outputs if o.output_type == "display_data"]
    return "\n".join(reports or [f"{errors[0].ename}: {errors[0].evalue}".strip().removesuffix(":")])
