from types import ModuleType
from typing import Any

import pytest

from cs_conv import depthwise, gpu, im2col, naive, pointwise, shifted, winograd
from cs_conv.gpu import arrays
from tests.gpu.places import emulated, on_gpu

# The GPU's code runs here on the CPU, which checks all but the GPU; `pytest -m gpu` runs it on one.
VARIANTS: dict[str, Any] = {
    "naive": naive,
    "im2col": im2col,
    "winograd": winograd,
    "shifted": shifted,
    "pointwise": pointwise,
    "depthwise": depthwise,
    "gpu-arrays": emulated(arrays),
}
EMULATED = pytest.param(emulated(gpu), id="gpu-kernels")
ON_A_GPU = [
    pytest.param(on_gpu(module), id=f"on-gpu-{name}", marks=pytest.mark.gpu)
    for name, module in {"arrays": arrays, "kernels": gpu}.items()
]
PARAMETERS = [*(pytest.param(module, id=name) for name, module in VARIANTS.items()), EMULATED, *ON_A_GPU]


@pytest.fixture(scope="session", params=PARAMETERS)
def variant(request: pytest.FixtureRequest) -> ModuleType:
    """Each module that offers the operations, in turn."""
    return request.param


@pytest.fixture(scope="session", params=PARAMETERS[1:])
def fast(request: pytest.FixtureRequest) -> ModuleType:
    """Each module but the specification."""
    return request.param
