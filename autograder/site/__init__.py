"""The course in a browser, as files that any web server can hand out."""
