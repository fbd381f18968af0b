"""Lesson 12, architectures: patterns of layers, the sizes that they need, and blocks with branches."""
