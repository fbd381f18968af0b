"""Lesson 14, the capstone: a network of one's own layers learns to know clothes."""
