"""Running the rebuilt notebook: the student's cells in a sandbox, the instructor's in this process."""
