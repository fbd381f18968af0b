"""Where a benchmark of whole networks puts its results: the terminal, and files if they are asked for."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console

from benchmarks import machine
from benchmarks.tables import Row, Table


def add_options(parser: argparse.ArgumentParser) -> None:
    """Let the files for the rows and the table be named."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table")


def put_out(table: Table, rows: list[Row], given: argparse.Namespace) -> None:
    """Print the machine, the table and the load; write the files that were named."""
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(machine.describe(), highlight=False)
    console.print(table.printed(f"load at the end {machine.load():.1f}"))
    if given.markdown:
        given.markdown.write_text(table.markdown() + "\n", encoding="utf-8")
    if given.json:
        given.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
