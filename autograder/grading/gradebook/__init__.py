"""nbgrader's gradebook: opening, locking and reading it, and three tables of our own in it."""
