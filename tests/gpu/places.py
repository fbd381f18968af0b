"""The modules of `cs_conv.gpu` as functions of NumPy arrays, for every test of the library to run on.

`emulated` runs them on the CPU (the kernels through g++), `on_gpu` on a real GPU, moving the arrays there and
back.
"""

from collections.abc import Callable
from functools import wraps
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from cs_conv.gpu import emulator, machine


def emulated(*modules: ModuleType, machine_of: Callable[[], Any] = emulator.Emulator) -> SimpleNamespace:
    """The functions of `modules`, each computing on a machine of its own for the length of a call."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*args: Any, **options: Any) -> Any:
            with machine.using(machine_of()):
                return function(*args, **options)

        return call

    return _functions(modules, wrap)


def on_gpu(*modules: ModuleType) -> SimpleNamespace:
    """The functions of `modules` on the GPU of this machine."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*args: Any, **options: Any) -> Any:
            import cupy

            def there(value: Any) -> Any:
                return cupy.asarray(value) if isinstance(value, np.ndarray) else value

            result = function(*map(there, args), **{name: there(value) for name, value in options.items()})
            if isinstance(result, tuple):
                return tuple(cupy.asnumpy(array) for array in result)
            return cupy.asnumpy(result)

        return call

    return _functions(modules, wrap)


def _functions(modules: tuple[ModuleType, ...], wrap: Callable[..., Any]) -> SimpleNamespace:
    found = {
        name: value for module in modules for name, value in vars(module).items() if name.endswith("ward")
    }
    # GPUs are not asked what values they hold: that would mean waiting for them.
    return SimpleNamespace(reads_values=False, **{name: wrap(value) for name, value in found.items()})
