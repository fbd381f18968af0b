"""Lesson 02: convolution, forward."""
