"""One module an exercise; each defines `exercise`."""
