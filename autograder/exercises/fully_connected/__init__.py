"""Lesson 10, full connections and normalisation: what stands between convolutions, forward and backward."""
