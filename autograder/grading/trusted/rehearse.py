"""Doing once for a class what the process of every notebook's tests would do anew after its fork."""

from __future__ import annotations

import re
from contextlib import suppress

from autograder.checks.registry import names
from autograder.checks.rehearse import rehearse as rehearse_exercise
from autograder.grading.trusted.computing_time import TestTooLong, limited
from autograder.grading.trusted.notebook.rebuild import rebuild
from autograder.grading.trusted.notebook.template import Template

SECONDS = 20.0
"""Seconds of computing that this may take. Our own lessons take one or two."""


def rehearse(template: Template) -> None:
    """Read the instructor's cells, and prepare the exercises that its tests name. Raises nothing.

    Nothing of a student's is read here, so nothing of one can reach another.
    """
    # What fails or takes too long will do so in the process of the tests, too, and be told there.
    with suppress(Exception, TestTooLong), limited(SECONDS):
        rebuild(template, [])
        words = {
            word for cell in template.cells if cell.role == "test" for word in re.findall(r"\w+", cell.source)
        }
        for name in words & set(names()):
            rehearse_exercise(name)
