"""What every test stands on: an environment of its own, whatever the machine's owner has configured."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

from tests.needs import (  # noqa: F401  (hooks)
    pytest_make_collect_report,
    pytest_runtest_makereport,
    pytest_runtest_setup,
    pytest_sessionstart,
)

# Tests run one process a core; more threads than that for matrices of a few numbers only get in the way.
# Set before NumPy is imported, here and in the processes that tests start.
for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

# Python keeps what it has compiled, whatever the owner has set. Tests import thousands of files and start
# hundreds of processes, and each process would compile its files again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A busy machine is no failure: what must be fast is measured where it is tested.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

_FOLDERS = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
_home = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep Jupyter off the user's own settings, and let the programs it starts be found (alembic)."""
    home = Path(tempfile.mkdtemp(prefix="cs-conv-tests-"))
    config.stash[_home] = home
    for name in _FOLDERS:
        os.environ[name] = str(home / name.lower())
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the folder of `pytest_configure` away again."""
    shutil.rmtree(config.stash[_home], ignore_errors=True)
