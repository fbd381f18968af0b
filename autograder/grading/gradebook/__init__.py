"""nbgrader's gradebook: opened, locked, read, and three tables of our own in it."""
