"""Submissions: files read safely, whatever they contain and whatever their names are."""
