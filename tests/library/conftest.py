from types import ModuleType

import pytest

from cs_conv import im2col, naive

VARIANTS = [naive, im2col]


@pytest.fixture(scope="session", params=VARIANTS, ids=lambda module: module.__name__.rpartition(".")[2])
def variant(request: pytest.FixtureRequest) -> ModuleType:
    """Each module that offers the operations, in turn."""
    return request.param


@pytest.fixture(scope="session", params=VARIANTS[1:], ids=lambda module: module.__name__.rpartition(".")[2])
def fast(request: pytest.FixtureRequest) -> ModuleType:
    """Each module but the specification."""
    return request.param
