"""nbgrader's settings for a course.

nbgrader's commands read `nbgrader_config.py`, which calls `configure`. Our own commands pass the same
settings to nbgrader's classes directly. So both work on the same folders and the same gradebook.
"""

from __future__ import annotations

from pathlib import Path

from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.course import RELEASE, SOURCE, Course, CourseError, load_course
from autograder.grading.nbgrader_workarounds import (
    let_alembic_run,
    let_extensions_wait,
    let_new_gradebooks_be_quick,
    let_points_outlive_students,
    let_the_folder_have_brackets,
    let_timestamps_be_read,
    let_validate_show_reports,
)
from autograder.notebooks.unwritten import NOT_WRITTEN

EXECUTE = "autograder.grading.stock.nbgrader_steps.ExecuteForCommands"
STUB = f"""\
# Write your answer here, in place of this comment and the next line.
raise NotImplementedError("{NOT_WRITTEN}")"""


def configure(config: Config, root: Path) -> Config:
    """Fill `config` with the settings for the course in `root`; nbgrader_config.py calls this."""
    let_validate_show_reports()
    return _fill(config, load_course(root))


def settings(course: Course) -> Config:
    """The same settings for calling nbgrader from Python, with those that nbgrader_config.py adds."""
    config = _fill(Config(), course)
    own = course.root / "nbgrader_config.py"
    if own.is_file():
        try:
            config.merge(PyFileConfigLoader(str(own), path=str(course.root)).load_config())
        except (Exception, SystemExit) as error:
            raise CourseError(f"{own} cannot be read: {type(error).__name__}: {error}") from None
    return config


def _fill(config: Config, course: Course) -> Config:
    let_alembic_run()
    let_the_folder_have_brackets(str(course.root))
    let_timestamps_be_read()
    let_extensions_wait()
    let_points_outlive_students()
    let_new_gradebooks_be_quick()
    config.CourseDirectory.course_id = course.id
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.source_directory = SOURCE
    config.CourseDirectory.release_directory = RELEASE
    config.ClearSolutions.code_stub = {"python": STUB}
    config.Execute.timeout = 2 * max(a.limits.seconds_a_cell for a in course.assignments)
    config.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.ClearOutput",
        "autograder.grading.stock.duplicates.ForgetDuplicates",
        "autograder.grading.stock.duplicates.ForgetUnknown",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.AssignLatePenalties.plugin_class = "autograder.grading.gradebook.late_plugin.CourseLatePolicy"
    config.CourseLatePolicy.policies = {a.name: a.late.model_dump() for a in course.assignments if a.late}
    # These are nbgrader's own lists, except for our own steps and the execution.
    config.GenerateAssignment.preprocessors = [
        "nbgrader.preprocessors.IncludeHeaderFooter",
        "nbgrader.preprocessors.InstantiateTests",
        "nbgrader.preprocessors.LockCells",
        "autograder.notebooks.clear_answers.ClearAnswers",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.CheckCellMetadata",
        "nbgrader.preprocessors.ComputeChecksums",
        "autograder.notebooks.tell_gradebook.KeepCells",
        "nbgrader.preprocessors.ClearHiddenTests",
        "nbgrader.preprocessors.ClearMarkScheme",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.CheckCellMetadata",
        "autograder.notebooks.run_all.LetRunAllGoOn",
    ]
    config.Autograde.autograde_preprocessors = [
        EXECUTE,
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.GenerateFeedback.exporter_class = "autograder.reports.nbgrader_exporter.FeedbackExporter"
    config.GenerateFeedback.preprocessors = []
    return config
