"""What students hand in: files read safely, whatever they are and whatever they are called."""
