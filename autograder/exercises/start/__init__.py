"""Lesson 00: two small functions on images, to learn how checks and reports are read."""
