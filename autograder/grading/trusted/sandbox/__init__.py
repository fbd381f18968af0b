"""Sandboxes for student code: several backends, the strongest first, each tried before it is used."""

from autograder.grading.trusted.sandbox.backend import Backend, NoSandbox, Sandbox, Settings
from autograder.grading.trusted.sandbox.try_backends import BACKENDS, Probe, choose, probe

__all__ = ["BACKENDS", "Backend", "NoSandbox", "Probe", "Sandbox", "Settings", "choose", "probe"]
