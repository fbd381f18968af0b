"""From a notebook's source with answers to what students receive."""

import autograder.quick_start  # noqa: F401  (before anything imports Jupyter)
from autograder.release.publish import Released, release
from autograder.release.sources import build_source, read_source

__all__ = ["Released", "build_source", "read_source", "release"]
