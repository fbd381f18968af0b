"""Reports on a graded class: tables, pages for the class and for each student, exports."""

from autograder.reports.class_page import write_class_page
from autograder.reports.record import Record, load_record, save_record
from autograder.reports.refresh_record import refresh_record
from autograder.reports.tables import class_table, misconception_table

__all__ = [
    "Record",
    "class_table",
    "load_record",
    "misconception_table",
    "refresh_record",
    "save_record",
    "write_class_page",
]
