"""CIFAR-10: ten kinds of things as colour pictures of 32x32 pixels, read from an archive that you have.

Its licence does not let us ship it. Its authors publish it as an archive of plain bytes and as an archive of
Python pickles; both are read here. A pickle can run any program, so only arrays and plain data are accepted.
Source: Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import tarfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cs_conv.data.dataset import Dataset, as_images, as_labels

HOME = "https://www.cs.toronto.edu/~kriz"
# The MD5 sums on the page of its authors.
MD5 = {
    "cifar-10-binary.tar.gz": "c32a1d4ab5d03f1284b67883e8d87530",
    "cifar-10-python.tar.gz": "c58f30108f718f92721af3b95e74349a",
}
SHAPE = (3, 32, 32)
RECORD = 1 + 3 * 32 * 32  # a label, then the pixels: all of red, of green, of blue

Batch = tuple[NDArray[np.uint8], NDArray[np.intp]]  # pixels (N, 3, 32, 32), labels (N,)


def cifar10(archive: str | Path, *, verify: bool = True) -> Dataset:
    """Read cifar-10-binary.tar.gz or cifar-10-python.tar.gz: 50,000 + 10,000 images of (3, 32, 32).

    archive: where the file lies. verify: compare its MD5 sum with the published ones; False for an
    archive that you made yourself in the same format.
    FileNotFoundError if there is no such file, ValueError if it is damaged or another file.
    """
    path = Path(archive).expanduser()
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {path}; fetch one with cs_conv.data.download.download_cifar10(folder), "
            f"or from {HOME}/cifar.html"
        )
    if verify:
        verify_archive(path)
    try:
        with tarfile.open(path) as tar:
            members = {Path(member.name).name: member for member in tar if member.isfile()}

            def read(name: str) -> bytes:
                file = tar.extractfile(members[name])
                assert file is not None  # a plain file, by the choice above
                return file.read()

            packed = _Binary if "test_batch.bin" in members else _Pickled
            batches = [packed.batch(read(packed.train.format(number))) for number in range(1, 6)]
            test_pixels, test_labels = packed.batch(read(packed.test))
            classes = packed.classes(read(packed.meta))
    except (tarfile.TarError, zlib.error, pickle.UnpicklingError, EOFError, OSError) as error:
        raise ValueError(f"{path} is not a whole archive: {error}") from error
    except KeyError as error:
        raise ValueError(f"{path} is not an archive of CIFAR-10: it holds no {error}") from None
    pixels, labels = zip(*batches, strict=True)
    return Dataset(
        as_images(np.concatenate(pixels)),
        as_labels(np.concatenate(labels)),
        as_images(test_pixels),
        as_labels(test_labels),
        classes,
    )


def verify_archive(path: Path, name: str | None = None) -> None:
    """Compare the file's MD5 sum with the published ones, or with that of `name`."""
    expected = MD5 if name is None else {name: MD5[name]}
    with path.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found not in expected.values():
        published = ", ".join(f"{md5} ({archive})" for archive, md5 in expected.items())
        raise ValueError(
            f"{path} is damaged or another file: its MD5 sum is {found}, published is {published}. "
            "Fetch it again; or, for an archive of your own, pass verify=False"
        )


class _Binary:
    """The archive of plain bytes."""

    train, test, meta = "data_batch_{}.bin", "test_batch.bin", "batches.meta.txt"

    @staticmethod
    def batch(content: bytes) -> Batch:
        if len(content) % RECORD:
            raise ValueError(f"a batch of {len(content):,} bytes does not hold whole records of {RECORD}")
        records = np.frombuffer(content, np.uint8).reshape(-1, RECORD)  # (N, 1 + 3072)
        return records[:, 1:].reshape(-1, *SHAPE), as_labels(records[:, 0])

    @staticmethod
    def classes(content: bytes) -> tuple[str, ...]:
        return tuple(content.decode().split())


class _Pickled:
    """The archive of Python pickles. Python 2 wrote them, so texts are read as bytes."""

    train, test, meta = "data_batch_{}", "test_batch", "batches.meta"

    @staticmethod
    def batch(content: bytes) -> Batch:
        stored = _load(content)
        return stored[b"data"].reshape(-1, *SHAPE), as_labels(stored[b"labels"])

    @staticmethod
    def classes(content: bytes) -> tuple[str, ...]:
        return tuple(name.decode() for name in _load(content)[b"label_names"])


class _ArraysOnly(pickle.Unpickler):
    """An unpickler that accepts what arrays are made of, and nothing that could run code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in (("numpy", "ndarray"), ("numpy", "dtype")):
            return getattr(np, name)
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name == "_reconstruct":
            return np._core.multiarray._reconstruct  # type: ignore[attr-defined]
        raise ValueError(
            f"a pickle of CIFAR-10 holds arrays and plain data; this one asks for {module}.{name}"
        )


def _load(content: bytes) -> Any:
    return _ArraysOnly(io.BytesIO(content), encoding="bytes").load()
