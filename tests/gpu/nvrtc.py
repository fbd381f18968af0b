"""CUDA's compiler as a library, called without CuPy and without a GPU: from NVIDIA's wheel."""

import ctypes
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any


class CompileError(Exception):
    """What the compiler said."""


@cache
def library() -> ctypes.CDLL | None:
    """The library, or None where no wheel has brought it."""
    found = importlib.util.find_spec("nvidia")
    folders = found.submodule_search_locations if found else None
    for folder in folders or ():
        for path in sorted(Path(folder).glob("*/lib/libnvrtc.so.*")):
            return ctypes.CDLL(str(path))
    return None


def compile_for(architecture: str, text: str, options: tuple[str, ...] = ()) -> bytes:
    """Machine code of an architecture such as sm_90."""
    nvrtc, program = library(), ctypes.c_void_p()
    assert nvrtc is not None
    flags = [f"-arch={architecture}".encode(), *(option.encode() for option in options)]
    nvrtc.nvrtcCreateProgram(ctypes.byref(program), text.encode(), b"kernel.cu", 0, None, None)
    try:
        if nvrtc.nvrtcCompileProgram(program, len(flags), (ctypes.c_char_p * len(flags))(*flags)):
            raise CompileError(_read(nvrtc, "ProgramLog", program).decode())
        return _read(nvrtc, "CUBIN", program)
    finally:
        nvrtc.nvrtcDestroyProgram(ctypes.byref(program))


def _read(nvrtc: Any, what: str, program: ctypes.c_void_p) -> bytes:
    size = ctypes.c_size_t()
    assert getattr(nvrtc, f"nvrtcGet{what}Size")(program, ctypes.byref(size)) == 0
    buffer = ctypes.create_string_buffer(size.value)
    assert getattr(nvrtc, f"nvrtcGet{what}")(program, buffer) == 0
    return buffer.raw
