"""Trusted grading: tests in one process, answers in another, which is confined."""

from autograder.grading.trusted.engine import TrustedEngine

__all__ = ["TrustedEngine"]
