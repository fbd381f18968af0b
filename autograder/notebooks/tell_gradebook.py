"""Writing a release into the gradebook: cells, points, and the template that grading uses.

Once somebody has handed in an assignment, nbgrader's own step refuses to change it. Here cells can be added,
removed and change their points; points and comments that people gave for other cells stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Any, ClassVar

from nbformat import NotebookNode, from_dict
from nbgrader.api import Comment, Grade, Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.preprocessors import SaveCells
from sqlalchemy import delete

from autograder.grading.gradebook import discards, taken_out
from autograder.grading.gradebook.gone_cells import bring_back, keep_gone
from autograder.grading.gradebook.open import one_commit
from autograder.grading.gradebook.own_tables import keep_files, make_tables
from autograder.notebooks.source import MOST_BYTES, files_beside
from autograder.terminal import count


class KeepCells(SaveCells):
    """A step of `generate_assignment`, in place of nbgrader's SaveCells.

    It writes each notebook at once, in a transaction of its own. With `held_back` a release can review all
    notebooks first and write them together.
    """

    waiting: ClassVar[list[KeepCells] | None] = None

    @classmethod
    @contextmanager
    def held_back(cls) -> Iterator[list[KeepCells]]:
        """Collect notebooks instead of writing them; call `write` on each later."""
        cls.waiting = []
        try:
            yield cls.waiting
        finally:
            cls.waiting = None

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> Any:
        """Note the notebook's cells, hidden tests included, and the folder of its source."""
        self.folder = Path(resources["metadata"]["path"])
        return super().preprocess(nb, resources)

    def _create_notebook(self, nb: NotebookNode) -> None:
        self.template = json.dumps(nb, sort_keys=True).encode()
        self.kernel: Any = from_dict({"metadata": nb.metadata})  # type: ignore[no-untyped-call]
        if self.waiting is not None:
            self.waiting.append(copy(self))  # the same step goes on to the next notebook
            return
        make_tables(self.gradebook)
        with one_commit(self.gradebook):
            self.write(self.gradebook)

    def write(self, gradebook: Gradebook) -> list[str]:
        """Make the gradebook agree with the notebook; the caller commits.

        Returns a sentence for each change that affects work that was handed in.
        """
        self.gradebook = gradebook
        said = self._adapt()
        super()._create_notebook(self.kernel)
        gradebook.db.flush()
        gradebook.db.expire_all()
        assignment = gradebook.find_assignment(self.assignment_id)
        for submission in assignment.submissions:
            _complete(gradebook, submission)
        discards.after_release(gradebook, self.assignment_id, self.notebook_id)
        name = f"{self.notebook_id}.ipynb"
        keep_files(gradebook, assignment.name, {"": self.template}, f"template/{name}")
        keep_files(gradebook, assignment.name, {"": (self.folder / name).read_bytes()}, f"source/{name}")
        files, too_much = files_beside(self.folder)
        keep_files(gradebook, assignment.name, files, "files/")
        return said + [
            f"{path} will not be there when notebooks are graded: the files beside them have more than "
            f"{MOST_BYTES >> 20} MiB"
            for path in too_much
        ]

    def _adapt(self) -> list[str]:
        """Rename, remove and add cells of a notebook that was handed in; nbgrader then fills them in."""
        try:
            notebook = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        except MissingEntry:
            return []
        if not notebook.submissions:
            return []
        wanted = {
            "GradeCell": self.new_grade_cells,
            "SolutionCell": self.new_solution_cells,
            "TaskCell": self.new_task_cells,
        }
        for cells in (*wanted.values(), self.new_source_cells):
            for about in cells.values():
                about.pop("id", None)  # it belongs to the cell that had the name before
        said = self._rename(notebook)
        gone = [cell for cell in notebook._base_cells if cell.name not in wanted[cell.type]]
        said += [self._remove(cell) for cell in gone]
        for source in notebook.source_cells:
            if source.name not in self.new_source_cells:
                self.gradebook.db.delete(source)
        self.gradebook.db.flush()
        self.gradebook.db.expire_all()
        said += self._too_many_points(notebook)
        where = (self.notebook_id, self.assignment_id)
        for name, about in self.new_grade_cells.items():
            self.gradebook.update_or_create_grade_cell(name, *where, **about)
        for name, about in self.new_solution_cells.items():
            self.gradebook.update_or_create_solution_cell(name, *where, **about)
        for name, about in self.new_task_cells.items():
            self.gradebook.update_or_create_task_cell(name, *where, **about)
        for name, about in self.new_source_cells.items():
            self.gradebook.update_or_create_source_cell(name, *where, **about)
        return [sentence for sentence in said if sentence]

    def _rename(self, notebook: Any) -> list[str]:
        """Rename cells together with their grades. A cell was renamed if its text has another name now.

        If a test is added before numbered tests, all of these are renamed. Answers are found by name, so one
        whose name still exists keeps it. Returns a sentence for each answer that was renamed.
        """
        moved = self._moved(notebook)
        taken = {cell.name for cell in notebook.source_cells} & set(moved.values()) - moved.keys()
        moved |= {name: f"{name} (as it was)" for name in taken}
        cells = [cell for cell in [*notebook._base_cells, *notebook.source_cells] if cell.name in moved]
        names = [moved[cell.name] for cell in cells]
        for number, cell in enumerate(cells):
            cell.name = f"{number} on its way"  # no name may exist twice, not even for a moment
        self.gradebook.db.flush()
        for cell, name in zip(cells, names, strict=True):
            cell.name = name
        self.gradebook.db.flush()
        discards.renamed(self.gradebook, self.assignment_id, self.notebook_id, moved)
        taken_out.renamed(self.gradebook, self.assignment_id, self.notebook_id, moved)
        return [
            f"{old} is now called {new}, and answers that were handed in as {old} will not be "
            "found: give it its old grade_id back"
            for old, new in moved.items()
            if new in self.new_solution_cells
        ]

    def _moved(self, notebook: Any) -> dict[str, str]:
        """The new name of each renamed cell: its text was there exactly once and is there exactly once."""
        answers = {cell.name for cell in notebook.solution_cells}
        old = {cell.name: cell.source for cell in notebook.source_cells}
        new = {name: about["source"] for name, about in self.new_source_cells.items()}
        moved = {}
        for name, source in old.items():
            now = [other for other, text in new.items() if text == source]
            if name in now or len(now) != 1 or list(old.values()).count(source) != 1:
                continue
            if name not in new or not {name, now[0]} & answers:
                moved[name] = now[0]
        return moved

    def _too_many_points(self, notebook: Any) -> Iterator[str]:
        """A sentence for each cell that is worth less now than a person gave for it."""
        wanted = self.new_grade_cells | self.new_task_cells
        for cell in (*notebook.grade_cells, *notebook.task_cells):
            most = wanted[cell.name]["max_score"] if cell.name in wanted else cell.max_score
            given = [grade.manual_score or 0 for grade in cell.grades]
            more = sum(most < points <= cell.max_score for points in given)
            if more:
                whose = count(more, "grade")
                yield f"{cell.name} is worth {most:g} now; {whose} by hand above that stayed"

    def _remove(self, cell: Any) -> str:
        """Remove a cell with its grades and comments; returns a sentence if people gave points for it."""
        session = self.gradebook.db
        said = keep_gone(self.gradebook, self.assignment_id, cell)
        session.execute(delete(Grade).where(Grade.cell_id == cell.id))
        session.execute(delete(Comment).where(Comment.cell_id == cell.id))
        session.expire_all()
        session.delete(cell)
        return said


def _complete(gradebook: Gradebook, submission: Any) -> None:
    """Add a grade and a comment to a submission for each cell that was added later."""
    session = gradebook.db
    had = {mine.notebook_id: mine for mine in submission.notebooks}
    for notebook in submission.assignment.notebooks:
        mine = had.get(notebook.id)
        if mine is None:
            mine = SubmittedNotebook(notebook_id=notebook.id, assignment_id=submission.id)
            session.add(mine)
            session.flush()
        graded = {grade.cell_id for grade in mine.grades}
        commented = {comment.cell_id for comment in mine.comments}
        for cell in [*notebook.grade_cells, *notebook.task_cells]:
            if cell.id not in graded:
                session.add(new := Grade(cell_id=cell.id, notebook_id=mine.id))
                bring_back(submission, cell, new, session)
        for cell in [*notebook.solution_cells, *notebook.task_cells]:
            if cell.id not in commented:
                session.add(comment := Comment(cell_id=cell.id, notebook_id=mine.id))
                bring_back(submission, cell, comment, session)
    session.flush()


def remove_notebooks(gradebook: Gradebook, assignment: str, but: set[str]) -> list[str]:
    """Remove the notebooks that the assignment no longer has; the caller commits.

    Returns a sentence for each notebook that had points given by hand.
    """
    said = []
    for notebook in list(gradebook.find_assignment(assignment).notebooks):
        if notebook.name in but:
            continue
        said += [f"{notebook.name}: {kept}" for kept in _keep_cells(gradebook, assignment, notebook) if kept]
        gradebook.remove_notebook(notebook.name, assignment)
    return said


def _keep_cells(gradebook: Gradebook, assignment: str, notebook: Any) -> list[str]:
    return [keep_gone(gradebook, assignment, cell) for cell in notebook._base_cells]
