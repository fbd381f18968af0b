"""How fast the layers are, beside other libraries and what the machine can do: `cs-conv bench --help`."""
