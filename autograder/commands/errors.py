"""Errors that a person can fix become a sentence on stderr and an exit code, without a traceback."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

from autograder.course import CourseError
from autograder.terminal import complain, speak_plainly

NEED_LAB = ("lab", "check", "progress", "solution", "certificate")
"""Commands for which the extra `lab` is enough; `site` needs its own, the others need `grade`."""


class ReportsErrors(TyperGroup):
    """The group of all commands. Exit codes: 2 for a mistake or a missing thing, 130 for Ctrl-C."""

    def main(self, *words: Any, **options: Any) -> Any:
        """Run the command that `words` name."""
        speak_plainly()
        return super().main(*words, **options)

    def invoke(self, ctx: Any) -> Any:
        """Run a command whose words were read already."""
        try:
            return super().invoke(ctx)
        except CourseError as error:
            complain(str(error))
            raise SystemExit(2) from None
        except ModuleNotFoundError as error:
            complain(_not_installed(str(ctx.invoked_subcommand), error))
            raise SystemExit(2) from None
        except OSError as error:  # for instance a full disk, or a folder of another user
            what = error.strerror or str(error)
            what = f"{error.filename}: {what}" if error.filename else what
            complain(f"{what}; fix that, or work in another folder, and run it again")
            raise SystemExit(2) from None
        except KeyboardInterrupt:
            complain("interrupted; what was finished is kept")
            raise SystemExit(130) from None


def _not_installed(command: str, error: ModuleNotFoundError) -> str:
    """Which package is missing, and how to install it. Raises `error` if it is a module of ours."""
    if error.name is None or error.name.partition(".")[0] in ("autograder", "cs_conv"):
        raise error
    extra = "lab" if command in NEED_LAB else "site" if command == "site" else "grade"
    how = f'run: pip install "cs-conv[{extra}]"'
    return f"cs-conv {command} needs {error.name}, which is not installed; {how}"
