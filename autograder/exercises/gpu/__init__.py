"""Lesson 08: convolution on a GPU."""
