"""`python -m autograder` is `cs-conv`."""

import sys


def main() -> None:
    """Run `cs-conv`. Ctrl-C ends it without a traceback even while it starts."""
    try:
        from autograder.cli import app

        app(prog_name="cs-conv")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
