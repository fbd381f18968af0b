"""Lesson 13, case studies: what the famous networks are made of, and what they need."""
