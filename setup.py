"""Puts what students receive into the package, so that an installed course has its notebooks."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class WithNotebooks(build_py):
    """`autograder/shipped/` is made of course.yml and assignments/, for wheels alone."""

    def run(self) -> None:
        """Build the modules, then add the notebooks."""
        super().run()
        if self.editable_mode:
            return
        shipped = Path(self.build_lib, "autograder", "shipped")
        shutil.rmtree(shipped, ignore_errors=True)
        leftovers = shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__")
        shutil.copytree("assignments", shipped / "assignments", ignore=leftovers)
        shutil.copy("course.yml", shipped)


setup(cmdclass={"build_py": WithNotebooks})
