"""Lesson 09, variants of convolution: dilated, grouped and locally connected layers, and what they see."""
