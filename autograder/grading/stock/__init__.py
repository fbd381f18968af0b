"""The engine that grades with nbgrader's own autograder."""
