"""Errors about a course, in words for the person who can fix them."""


class CourseError(Exception):
    """What is wrong, and what to do about it."""


class NoCourseError(CourseError):
    """There is no course in this folder or above it."""
