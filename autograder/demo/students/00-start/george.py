"""George hands in the function with the planted bug, as he received it."""
