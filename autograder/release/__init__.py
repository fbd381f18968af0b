"""From a notebook's source with answers to what students receive."""

from autograder.release.publish import Released, release
from autograder.release.sources import build_source, read_source

__all__ = ["Released", "build_source", "read_source", "release"]
