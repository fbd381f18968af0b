"""The command: `python -m benchmarks.conformance`, from the repository's folder."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
import warnings
from collections import Counter

from rich.console import Console
from rich.table import Table

from benchmarks.conformance import Case, disagreements

SUITES = {
    "onnx": ("onnx", "onnx_nodes"),
    "pytorch": ("torch", "pytorch_samples"),
    "networks": ("torch", "pytorch_networks"),
}


def main() -> int:
    """Run the suites of the libraries that are installed; return 1 if something disagrees, 2 without any."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conformance", description=__doc__)
    parser.add_argument("suite", nargs="*", choices=[[], *SUITES], help="default: all that are installed")
    parser.add_argument("--why", action="store_true", help="list what is left out, and why")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    ran, wrong = 0, []
    for name in given.suite or SUITES:
        library, module = SUITES[name]
        if importlib.util.find_spec(library) is None:
            print(f"{name}: not run, the package {library} is not installed")
            continue
        ran += 1
        wrong += _run(name, module, given.why)
    for line in wrong:
        print(line)
    return 2 if not ran else int(bool(wrong))


def _run(name: str, module: str, why: bool) -> list[str]:
    """Run a suite, print how many cases of each operation agree, and return what does not."""
    agreeing: Counter[str] = Counter()
    left_out: Counter[tuple[str, str]] = Counter()
    errors: dict[str, dict[str, float]] = {}
    ways: dict[str, set[str]] = {}
    wrong = []
    for case in importlib.import_module(f"benchmarks.conformance.{module}").cases():
        if not isinstance(case, Case):
            left_out[case.operation, case.why] += 1
            continue
        found, largest = disagreements(case)
        wrong += found
        agreeing[case.operation] += not found
        ways.setdefault(case.operation, set()).update(case.ways)
        by_dtype = errors.setdefault(case.operation, {})
        dtype = case.expected[0].dtype.name
        by_dtype[dtype] = max(by_dtype.get(dtype, 0.0), largest)
    table = Table("operation", "cases that agree", "ways", "largest error", "left out", title=name)
    for operation in sorted({*ways, *(op for op, _ in left_out)}):
        table.add_row(
            operation,
            str(agreeing[operation]),
            str(len(ways.get(operation, ()))),
            ", ".join(f"{dtype} {error:.0e}" for dtype, error in errors.get(operation, {}).items()),
            str(sum(count for (op, _), count in left_out.items() if op == operation)),
        )
    console = Console()
    console.print(table)
    if why:
        for (operation, reason), count in sorted(left_out.items()):
            console.print(f"left out: {count} of {operation}: {reason}", highlight=False)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
