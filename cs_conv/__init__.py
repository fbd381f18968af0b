"""The layers of a convolutional network in plain NumPy, written to be read."""
