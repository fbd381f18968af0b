"""The exercises of lesson 03: gradients, measured and checked."""
