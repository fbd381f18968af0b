"""The commands of `cs-conv`: one module each, called by `autograder.cli`."""
