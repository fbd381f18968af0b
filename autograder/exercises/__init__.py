"""The exercises: one folder for each lesson, one module for each exercise."""
