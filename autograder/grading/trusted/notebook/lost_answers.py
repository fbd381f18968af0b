"""Finding answers that a person judges, if their cells lost nbgrader's metadata or they stand elsewhere.

Nobody gets 0 for an answer that is there.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.grading.submissions.cells import SubmittedCell
from autograder.grading.trusted.notebook.template import Template


def find_written(
    template: Template,
    answers: dict[int, SubmittedCell],
    after: dict[int, list[SubmittedCell]],
    seen: set[int],
    remarks: list[str],
) -> set[int]:
    """Move written answers from the cells that the student added (`after`) to their own cells (`answers`).

    An added cell counts as an answer if its id says so, or if between two known cells (`seen`) as many cells
    were added as answers are missing. Returns the numbers of cells whose answer may be elsewhere in the
    notebook, for a person to look at.
    """
    released = {cell.source.strip() for cell in template.cells}
    wanted = [number for number, cell in enumerate(template.cells) if cell.role == "written"]

    def own(anchors: Iterable[int]) -> list[SubmittedCell]:
        cells = [cell for anchor in anchors for cell in after.get(anchor, [])]
        return [cell for cell in cells if cell.source.strip() and cell.source.strip() not in released]

    def take(number: int, cell: SubmittedCell) -> None:
        for group in after.values():
            group[:] = [other for other in group if other is not cell]
        answers[number] = cell
        remarks.append(f"{template.cells[number].grade_id} had lost its metadata and was put back")

    missing = [number for number in wanted if number not in answers]
    for number in missing:
        name = template.cells[number].id
        for cell in [cell for cell in own(after) if name and cell.id == name][:1]:
            take(number, cell)
    for anchor in sorted(seen):
        for code in (True, False):
            gap = [
                number
                for number in missing
                if number not in answers
                and (template.cells[number].cell_type == "code") is code
                and max(place for place in seen if place < number) == anchor
            ]
            alike = [cell for cell in own([anchor]) if (cell.cell_type == "code") is code]
            if len(gap) == len(alike):
                for number, cell in zip(gap, alike, strict=True):
                    take(number, cell)
    doubtful = set()
    for number in wanted:
        known, answer = template.cells[number], answers.get(number)
        if answer is not None and answer.source.strip() != known.source.strip():
            continue
        elsewhere = own(after if answer is None else [number])
        if any((cell.cell_type == "code") is (known.cell_type == "code") for cell in elsewhere):
            doubtful.add(number)
            remarks.append(f"the answer to {known.grade_id} may be in a cell of their own; look at it")
    return doubtful
