"""Imported before anything of Jupyter: leaves out what costs each process two seconds and is never used.

jsonschema, which checks notebooks for nbformat, prepares a grammar for international web addresses (IRIs)
whenever the package for it can be imported. No notebook holds such a field.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
