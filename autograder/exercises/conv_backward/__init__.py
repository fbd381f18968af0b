"""Lesson 04: convolution, backward."""
