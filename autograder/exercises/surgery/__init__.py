"""Lesson 11, surgery: a classifier becomes a network that slides over larger images."""
