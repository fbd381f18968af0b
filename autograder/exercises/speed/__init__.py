"""Lesson 07: speed."""
