"""A small class of sample students, to see grading work before there is a class."""
