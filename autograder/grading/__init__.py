"""From submissions to grades."""
