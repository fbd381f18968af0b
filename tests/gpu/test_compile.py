"""Every kernel compiles for several GPUs, by CUDA's own compiler, which needs none of them."""

from dataclasses import replace
from typing import Any

import pytest

from cs_conv.geometry import window_geometry
from cs_conv.gpu.launch import C_NAMES
from cs_conv.gpu.machine import OPTIONS, device_text
from cs_conv.gpu.source import KERNELS, kernels_in, sizes_of, text_of

from . import nvrtc

pytestmark = pytest.mark.nvrtc

FILES = sorted(path.name for path in KERNELS.glob("*.cu"))
TILES = {"TILE_M": 128, "TILE_N": 128, "TILE_K": 8}
LAYER = replace(window_geometry((32, 64, 56, 56), 3, pad=1), K=128)


def compile_file(file: str, architecture: str, real: str = "float", **changes: Any) -> bytes:
    types = {"real": real, "place": changes.pop("place", "unsigned char")}
    text = device_text(file, types, sizes_of(replace(LAYER, **changes)) | TILES)
    code = nvrtc.compile_for(architecture, text, OPTIONS)
    assert all(kernel.encode() in code for kernel in kernels_in(text))
    return code


def test_there_are_kernels() -> None:
    assert FILES == ["columns.cu", "direct.cu", "pooling.cu", "tensor.cu", "tiled.cu"]
    assert [len(kernels_in(text_of(file))) for file in FILES] == [2, 3, 6, 3, 3]


@pytest.mark.parametrize("architecture", ["sm_90", pytest.param("sm_80", marks=pytest.mark.slow)])
@pytest.mark.parametrize("file", FILES)
def test_every_kernel_compiles(file: str, architecture: str) -> None:
    compile_file(file, architecture)


@pytest.mark.slow
@pytest.mark.parametrize("file", [file for file in FILES if file != "tensor.cu"])
def test_every_kernel_compiles_for_float64_and_older_gpus(file: str) -> None:
    compile_file(file, "sm_75", "double")


def test_the_instructions_of_tensor_cores_need_sm_80() -> None:
    with pytest.raises(nvrtc.CompileError, match="tf32"):
        compile_file("tensor.cu", "sm_75")


@pytest.mark.slow
@pytest.mark.parametrize("place", sorted(set(C_NAMES.values()) - {"float", "double"}))
def test_switches_of_every_kind(place: str) -> None:
    compile_file("pooling.cu", "sm_90", place=place)


def test_odd_layers() -> None:
    odd = {"stride": (3, 1), "pad": ((0, 2), (1, 0)), "dilation": (2, 3), "FH": 1, "FW": 5, "K": 3, "C": 1}
    for file in FILES:
        compile_file(file, "sm_90", **odd)


def test_a_mistake_is_named_with_its_own_file_and_line() -> None:
    text = device_text("direct.cu", {"real": "float"}, sizes_of(LAYER)).replace(
        "sum += ", "sum += nothing + ", 1
    )
    line = next(
        number
        for number, line in enumerate((KERNELS / "direct.cu").read_text(encoding="utf-8").splitlines(), 1)
        if "sum += value" in line
    )
    with pytest.raises(nvrtc.CompileError, match=rf'direct.cu\({line}\): error: identifier "nothing"'):
        nvrtc.compile_for("sm_90", text, OPTIONS)
