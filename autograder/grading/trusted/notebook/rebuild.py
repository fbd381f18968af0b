"""Rebuilding the notebook: the student's answers are put into the instructor's template by grade_id.

Locked cells and tests come from the template, in its order, whatever the student did to them. Cells that the
student added are kept and run where they stood, but on the student's side alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from autograder.grading.submissions.attachments import shown
from autograder.grading.submissions.cells import SubmittedCell
from autograder.grading.trusted.notebook.lost_answers import find_written
from autograder.grading.trusted.notebook.step import Step
from autograder.grading.trusted.notebook.template import Template, TemplateCell
from autograder.grading.trusted.notebook.which_side import distribute


@dataclass
class Rebuilt:
    """The steps in order, and remarks on what was unusual in the file."""

    steps: list[Step]
    remarks: list[str] = field(default_factory=list)


def rebuild(template: Template, handed: list[SubmittedCell]) -> Rebuilt:
    """Put the answers into the template and the student's other cells between its cells."""
    by_id = {cell.grade_id: number for number, cell in enumerate(template.cells) if cell.grade_id}
    plain = {cell.id: number for number, cell in enumerate(template.cells) if cell.id and not cell.grade_id}
    same = {cell.source.strip(): n for n, cell in enumerate(template.cells) if not cell.grade_id}
    last: dict[str, int] = {}
    untouched: set[int] = set()
    for place, cell in enumerate(handed):
        if cell.grade_id in by_id:
            if cell.source.strip() == template.cells[by_id[cell.grade_id]].source.strip():
                untouched.add(place)
                if cell.grade_id in last:
                    continue  # a copy of the released cell is not an answer
            last[cell.grade_id] = place
    answers: dict[int, SubmittedCell] = {}
    after: dict[int, list[SubmittedCell]] = {}
    remarks = []
    anchor, seen = -1, {-1}
    for place, cell in enumerate(handed):
        if last.get(cell.grade_id) == place:
            anchor = by_id[cell.grade_id]
            answers[anchor] = cell
            continue
        if cell.grade_id in by_id:
            which = (
                "its last answer" if _is_theirs(template.cells[by_id[cell.grade_id]]) else "the released one"
            )
            remarks.append(f"{cell.grade_id} is there more than once; {which} counts")
            if place in untouched:
                continue
        elif cell.source.strip() in same:
            anchor = same[cell.source.strip()]
            seen.add(anchor)
            continue
        elif cell.id in plain:
            anchor = plain[cell.id]
            if not cell.source.strip():
                continue
        after.setdefault(anchor, []).append(cell)
        seen.add(anchor)
    missing = [cell.grade_id for cell in template.cells if cell.grade_id and cell.grade_id not in last]
    lacking = [name for name in missing if _is_theirs(template.cells[by_id[name]])]
    if missing and not last:
        remarks.append("nbgrader's metadata was gone from all cells; they were put back")
    elif lacking and any(cell.grade_id and cell.grade_id not in by_id for cell in handed):
        remarks.append(
            f"this is another release of the notebook, which does not ask for {', '.join(lacking[:10])}; "
            "the answers that both ask for were graded"
        )
    elif missing:
        remarks.append(f"cells were missing and put back: {', '.join(missing[:10])}")
    doubtful = find_written(template, answers, after, {*seen, *answers}, remarks)
    steps = [_extra(cell) for cell in after.get(-1, [])]
    for number, known in enumerate(template.cells):
        steps.append(_known(known, answers.get(number)))
        steps[-1].doubtful = number in doubtful
        steps[-1].answered |= number in doubtful
        steps += [_extra(cell) for cell in after.get(number, [])]
    distribute(template, steps)
    remarks += [remark for step in steps for remark in _attach(step)]
    return Rebuilt(steps, list(dict.fromkeys(remarks)))


def _extra(cell: SubmittedCell) -> Step:
    step = Step(cell.cell_type, cell.source, attachments=cell.attachments)
    if cell.cell_type == "code" and cell.source.strip():
        step.inside = cell.source
    return step


def _known(known: TemplateCell, handed: SubmittedCell | None) -> Step:
    step = Step(known.cell_type, known.source, known, attachments=known.attachments)
    if _is_theirs(known):
        step.answered = handed is not None and handed.source.strip() != known.source.strip()
        if handed is not None and step.answered:
            step.source, step.attachments = handed.source, handed.attachments
        if handed is not None and known.cell_type == "code" and known.role in ("answer", "written"):
            step.inside = (step.source.strip() and step.source) or None
    elif known.role in ("setup", "plain"):
        step.inside = step.outside = known.source
    elif known.role == "test":
        step.outside = known.source
    return step


def _attach(step: Step) -> list[str]:
    """Let a student's prose show its pictures; a remark on each that it may not show."""
    if step.cell_type == "code" or (step.template and step.source == step.template.source):
        return []
    step.source, step.attachments, problems = shown(step.source, step.attachments)
    where = step.template.grade_id if step.template else "a cell of their own"
    return [f"a picture in {where} is not shown: {problem}" for problem in problems]


def _is_theirs(known: TemplateCell) -> bool:
    """Whether this cell is the student's to write in."""
    prose = known.role == "text" and bool(known.metadata.get("nbgrader", {}).get("solution"))
    return prose or known.role in ("answer", "written", "task")
