"""Lena opens the notebook, reads it and hands it in as it was."""
