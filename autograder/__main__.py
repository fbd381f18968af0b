"""`python -m autograder` is `cs-conv`."""

from autograder.cli import app

app()
