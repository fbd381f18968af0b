"""Judge answers, tell students what is wrong, and grade a class."""
