"""The notebook that is graded: the instructor's template with the student's answers, and its outputs."""
