"""Saves what a network has learned in an .npz file, and loads it into a network of the same layers.

Each array is named after its layer's number: "1.w" is the w of the first layer. Inside a block more numbers
follow: "3.2.1.gamma" is in layer 3, branch 2, layer 1. The running means of batch normalisation are saved,
too. The layers themselves are not saved: a file holds only numbers, and loading it runs no code.
"""

from __future__ import annotations

import os
import reprlib
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
from numpy.lib import format as npy

from cs_conv.geometry import Array
from cs_conv.layers import Layer
from cs_conv.network import Network

Member: TypeAlias = tuple[zipfile.ZipFile, zipfile.ZipInfo]
LONGEST_HEADER = 500  # bytes of an array's description in the file; NumPy writes 128
NAMED = 5  # arrays that an error names one by one


def save_weights(network: Network, path: str | os.PathLike[str]) -> None:
    """Write all parameters and running means of a network into a file, usually called something.npz.

    An existing file is replaced in one step at the end, so it is not lost if the program is killed before
    that. NaN is saved as it is. TypeError if a parameter is not an array of numbers.

    >>> from cs_conv.layers import FullyConnected
    >>> import tempfile
    >>> first, second = (Network([FullyConnected(2)], (3,), seed=seed) for seed in (0, 1))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_weights(first, folder + "/learned.npz")
    ...     load_weights(second, folder + "/learned.npz")
    >>> np.array_equal(first.layers[0].parameters["w"], second.layers[0].parameters["w"])
    True
    """
    arrays = {key: arrays_of[name] for key, arrays_of, name in _places(network.layers)}
    for key, array in arrays.items():
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
            kind = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
            raise TypeError(f"{key} must be an array of numbers, but it is {kind}")
    whole = Path(os.path.realpath(path))
    part = whole.with_name(f".{whole.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            with zipfile.ZipFile(file, "w") as members:
                for key, array in arrays.items():
                    with members.open(f"{key}.npy", "w", force_zip64=True) as member:
                        npy.write_array(member, array, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        part.replace(whole)
    finally:
        part.unlink(missing_ok=True)


def load_weights(network: Network, path: str | os.PathLike[str]) -> None:
    """Load the arrays of a file that save_weights wrote into a network of the same layers.

    ValueError if the file is damaged or does not hold exactly the arrays of this network, each with its
    shape and dtype. Everything is checked first: after an error, the network is as it was.
    """
    there = list(_places(network.layers))
    loaded, reading = [], "its list of arrays"
    with Path(path).open("rb") as file:
        try:
            members = _members(zipfile.ZipFile(file), {key for key, _, _ in there})
            for key, arrays, name in there:
                reading = key
                loaded.append(_read(members[key], arrays[name]))
        except Exception as error:  # damaged or odd files raise errors of all kinds
            raise ValueError(f"{path} cannot be loaded into this network: {reading}: {error}") from error
    for (_, arrays, name), array in zip(there, loaded, strict=True):
        arrays[name] = array


def _places(layers: Iterable[Layer], prefix: str = "") -> Iterator[tuple[str, dict[str, Array], str]]:
    """Yield, for each array to be saved, its key in the file, the dictionary it is in, and its name there."""
    for number, layer in enumerate(layers, 1):
        for arrays in (layer.parameters, layer.buffers):
            for name in arrays:
                if arrays is layer.buffers and name in layer.parameters:
                    raise ValueError(f"{layer} has a parameter and a buffer of the same name, {name!r}")
                yield f"{prefix}{number}.{name}", arrays, name
        yield from _places(layer.inner, f"{prefix}{number}.")


def _members(file: zipfile.ZipFile, wanted: set[str]) -> dict[str, Member]:
    """Return each array's place in the file; ValueError unless these are exactly the network's arrays."""
    members = {info.filename.removesuffix(".npy"): (file, info) for info in file.infolist()}
    if len(members) < len(file.infolist()):
        raise ValueError("there are two of the same name")
    problems = []
    if missing := wanted - set(members):
        problems.append(f"the file has no {_some(missing)}")
    if surplus := set(members) - wanted:
        problems.append(f"the network has no {_some(surplus)}")
    if problems:
        raise ValueError(f"{', and '.join(problems)}: was it saved from a network of other layers?")
    return members


def _some(keys: set[str]) -> str:
    """Return some of the keys, and how many others there are, as in: 1.w, 2.b and 7 others."""
    named = ", ".join(reprlib.repr(key)[1:-1] for key in sorted(keys)[:NAMED])
    return named if len(keys) <= NAMED else f"{named} and {len(keys) - NAMED} others"


def _read(place: Member, like: Array) -> Array:
    """Return an array of the file; ValueError unless it has the shape and dtype of `like`.

    Nothing larger than `like` is read or made, whatever sizes the file claims.
    """
    file, info = place
    if info.file_size > like.nbytes + LONGEST_HEADER:
        raise ValueError(f"it has {info.file_size:,} bytes in the file, but {like.nbytes:,} in the network")
    with file.open(info) as member:
        shape, dtype = _header(member)
    if shape != like.shape:
        raise ValueError(f"its shape is {shape} in the file, but {like.shape} in the network")
    if dtype.newbyteorder("=") != like.dtype:
        raise ValueError(f"it holds {dtype} in the file, but {like.dtype} in the network")
    with file.open(info) as member:
        array: Array = npy.read_array(member, allow_pickle=False).astype(like.dtype, copy=False)
        if member.read(1):  # the end is also where the checksum is compared
            raise ValueError(f"it has more numbers in the file than its shape {shape} says")
    return array


def _header(member: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return shape and dtype of an array in NumPy's format, version 1 or 2."""
    version = npy.read_magic(member)
    read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}.get(version)
    if read is None:
        raise ValueError(f"version {version} of NumPy's format is not one for arrays of numbers")
    shape, _, dtype = read(member, max_header_size=LONGEST_HEADER)
    return shape, dtype
