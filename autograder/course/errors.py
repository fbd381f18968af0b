"""Errors about a course, in words for the person who can fix them."""


class CourseError(Exception):
    """Something about a course is wrong; the message says what, and what to do."""


class NoCourseError(CourseError):
    """There is no course in this folder or above it."""
