"""Lesson 01: the sizes of volumes."""
