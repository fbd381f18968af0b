"""Lesson 06: convolution as one matrix product."""
