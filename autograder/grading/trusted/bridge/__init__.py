"""How tests use a student's objects, which exist only in the sandbox."""
