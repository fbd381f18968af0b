"""How fashion_mnist.npz was made: from equally many images of each class, the first ones of the original.

The originals are in Debian's package dataset-fashion-mnist:

    apt-get install dataset-fashion-mnist
    python -m cs_conv.data.make_fashion /usr/share/datasets/fashion-mnist
"""

import gzip
import hashlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# SHA-256 of what is in the packed files: Debian packs the authors' bytes anew.
SHA256 = {
    "train-images-idx3-ubyte.gz": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "train-labels-idx1-ubyte.gz": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "t10k-images-idx3-ubyte.gz": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "t10k-labels-idx1-ubyte.gz": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
}
TRAIN_A_CLASS, TEST_A_CLASS = 1000, 200


def read_idx(content: bytes) -> NDArray[np.uint8]:
    """Read MNIST's format: two zeros, an 8 (for bytes), the number of axes, their sizes, the bytes."""
    if content[:3] != b"\x00\x00\x08":
        raise ValueError(f"this is not an idx file of bytes: it starts with {content[:4]!r}")
    axes = content[3]
    sizes = np.frombuffer(content, ">u4", count=axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(*sizes)


def first_of_each_class(labels: NDArray[Any], count: int) -> NDArray[np.intp]:
    """Return the indices, in order, of the first `count` of each class."""
    chosen = [np.flatnonzero(labels == label)[:count] for label in np.unique(labels)]
    return np.sort(np.concatenate(chosen))


def _read(folder: Path, name: str) -> NDArray[np.uint8]:
    content = gzip.decompress((folder / name).read_bytes())
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256[name]:
        raise ValueError(f"the content of {name} has sha256 {found}, expected {SHA256[name]}")
    return read_idx(content)


def main(folder: str) -> None:
    """Write fashion_mnist.npz beside this file from the four original files."""
    arrays: dict[str, Any] = {}
    for part, prefix, count in (("train", "train", TRAIN_A_CLASS), ("test", "t10k", TEST_A_CLASS)):
        images = _read(Path(folder), f"{prefix}-images-idx3-ubyte.gz")  # (N, 28, 28)
        labels = _read(Path(folder), f"{prefix}-labels-idx1-ubyte.gz")  # (N,)
        chosen = first_of_each_class(labels, count)
        arrays[f"{part}_images"] = images[chosen, np.newaxis]  # (N, 1, 28, 28)
        arrays[f"{part}_labels"] = labels[chosen]
    np.savez_compressed(Path(__file__).with_name("fashion_mnist.npz"), **arrays)


if __name__ == "__main__":
    main(*sys.argv[1:])
