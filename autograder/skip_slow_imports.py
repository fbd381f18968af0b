"""Import this before anything of Jupyter: it prevents a slow import, and saves each process two seconds.

nbformat validates notebooks with jsonschema, which prepares a grammar for international web addresses (IRIs)
if it can import the package for them. Notebooks have no such addresses.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
