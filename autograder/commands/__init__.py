"""The commands of `cs-conv`: one module for each, and what several of them need."""
