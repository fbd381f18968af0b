"""One axis of an image with a window that slides along it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """One axis of an image with a window that slides along it; all lengths in pixels."""

    size: int
    window: int
    stride: int
    pad: tuple[int, int]
    dilation: int

    @property
    def extent(self) -> int:
        """Pixels from the window's first tap to its last."""
        return self.dilation * (self.window - 1) + 1

    @property
    def span(self) -> int:
        """How far the window can move; negative if it is larger than the padded image."""
        return self.size + sum(self.pad) - self.extent

    @property
    def fits(self) -> bool:
        """Whether whole strides lead from the first pixel to the last."""
        return self.span >= 0 and self.span % self.stride == 0

    @property
    def steps(self) -> int:
        """How many places the window visits: (size - extent + pads) / stride + 1."""
        return self.span // self.stride + 1
