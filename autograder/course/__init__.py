"""A course: its description in `course.yml`, and where its parts lie."""

from autograder.course.description import COURSE_FILE, Assignment, Late, Limits
from autograder.course.errors import CourseError, NoCourseError
from autograder.course.folders import (
    RELEASE,
    SHIPPED,
    SOURCE,
    Course,
    find_root,
    learners_course,
    load_course,
    short,
)

__all__ = [
    "COURSE_FILE",
    "RELEASE",
    "SHIPPED",
    "SOURCE",
    "Assignment",
    "Course",
    "CourseError",
    "Late",
    "Limits",
    "NoCourseError",
    "find_root",
    "learners_course",
    "load_course",
    "short",
]
