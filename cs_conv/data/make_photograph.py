"""How photograph.npz was made: half the size of a CC0 picture, cropped to the cup.

The original is the file skimage/data/coffee.png in the wheel of scikit-image 0.26.0:

    pip download --no-deps scikit-image==0.26.0
    python -m cs_conv.data.make_photograph scikit_image-0.26.0-*.whl
"""

import hashlib
import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.image import imread
from numpy.typing import NDArray

MEMBER = "skimage/data/coffee.png"
SHA256 = "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7"
LEFT, RIGHT = 24, 280  # columns kept after halving: the saucer and some of the table


def reduce(original: NDArray[Any]) -> NDArray[np.uint8]:
    """Average each 2x2 block of a (400, 600, 3) picture in [0, 1] and crop it to (200, 256, 3), 0 to 255."""
    H, W, C = original.shape
    halved = original.reshape(H // 2, 2, W // 2, 2, C).mean(axis=(1, 3))  # (200, 300, 3)
    return (halved[:, LEFT:RIGHT] * 255).round().astype(np.uint8)


def main(wheel: str) -> None:
    """Write photograph.npz beside this file from the given wheel."""
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(MEMBER)
    found = hashlib.sha256(content).hexdigest()
    if found != SHA256:
        raise ValueError(
            f"{MEMBER} has sha256 {found}, expected {SHA256}: use the wheel of scikit-image 0.26.0"
        )
    original = imread(io.BytesIO(content), format="png").astype(np.float64)
    np.savez_compressed(Path(__file__).with_name("photograph.npz"), photograph=reduce(original))


if __name__ == "__main__":
    main(*sys.argv[1:])
