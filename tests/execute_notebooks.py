"""Execute every solution notebook, answers and all, and keep what it showed in build/notebooks."""

import sys
import time
from pathlib import Path

import jupytext
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import write

ROOT = Path(__file__).resolve().parent.parent


def execute(source: Path, target: Path) -> None:
    """Run one percent-format notebook in a fresh kernel, in its own folder; a failing cell raises."""
    notebook = jupytext.read(source)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(source.parent)}},
        extra_arguments=["--IPKernelApp.log_level=50"],  # its remarks on transport are not ours to fix
    )
    try:
        client.execute()
    finally:
        target.parent.mkdir(parents=True, exist_ok=True)
        write(notebook, target)


def main() -> int:
    """Run them all, one line each; the exit status says how many failed."""
    sources = sorted((ROOT / "solutions").glob("*/*.py"))
    if not sources:
        print("no notebooks in solutions/: nothing was executed")
        return 1
    failed = 0
    for source in sources:
        start = time.perf_counter()
        target = ROOT / "build" / "notebooks" / source.parent.name / f"{source.stem}.ipynb"
        try:
            execute(source, target)
            outcome = "executed"
        except CellExecutionError as error:
            failed += 1
            outcome = f"FAILED, see {target.relative_to(ROOT)}\n{error}"
        print(f"{source.relative_to(ROOT)}  {time.perf_counter() - start:.1f} s  {outcome}", flush=True)
    print(f"{len(sources) - failed} notebooks executed, {failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(main())
