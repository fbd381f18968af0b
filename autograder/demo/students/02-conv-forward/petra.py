"""Petra is enrolled and hands in nothing."""
# upload: nothing
