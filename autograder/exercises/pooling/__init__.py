"""Lesson 05: pooling."""
