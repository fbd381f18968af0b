"""Collecting what students handed in elsewhere: a zip file of Canvas, Moodle, Gradescope or your own."""
