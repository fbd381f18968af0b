"""Races are taken as won here, too: no clock decides a test."""

from tests.autograder.checks.conftest import races_are_won

__all__ = ["races_are_won"]
