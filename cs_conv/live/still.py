"""The picture that stands where no kernel answers: matrices as SVG text."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

CELL = 26
POSITIVE, NEGATIVE = "#7b5bb0", "#e08214"


def svg(matrices: Sequence[tuple[str, np.ndarray]] | str, words: str) -> str:
    """Matrices with their titles, side by side in rows, and `words` below; or a sentence in their place."""
    parts: list[str] = []
    left, top, tallest, widest = 10.0, 24.0, 0.0, max(300.0, 7.0 * len(words))
    for title, matrix in () if isinstance(matrices, str) else matrices:
        rows, columns = matrix.shape
        wide = max(columns * CELL, 7 * len(title)) + 14
        if left + wide > 900:
            left, top, tallest = 10.0, top + tallest + 34, 0.0
        parts.append(f'<text x="{left}" y="{top - 8}">{escape(title)}</text>')
        parts += _cells(matrix, left, top)
        left, tallest = left + wide, max(tallest, rows * CELL)
        widest = max(widest, left)
    if isinstance(matrices, str):
        parts.append(f'<text x="10" y="24">{escape(matrices)}</text>')
    height = top + tallest + 34
    said = escape(words)
    size = f'viewBox="0 0 {widest:g} {height:g}" width="{widest:g}"'
    font = 'font-family="sans-serif" font-size="12"'
    ground = '<rect width="100%" height="100%" fill="#fff"/>'
    below = f'<text x="10" y="{height - 12:g}">{said}</text>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" {font}><title>{said}</title>'
    return f"{head}{ground}{''.join(parts)}{below}</svg>"


def _cells(matrix: np.ndarray, left: float, top: float) -> list[str]:
    most = max(float(np.abs(matrix).max(initial=0.0)), 1e-9)
    cells = []
    for (i, j), value in np.ndenumerate(matrix):
        x, y = left + j * CELL, top + i * CELL
        middle, low = x + CELL / 2, y + CELL * 0.65
        box = f'x="{x:g}" y="{y:g}" width="{CELL}" height="{CELL}"'
        colour, strength = POSITIVE if value > 0 else NEGATIVE, 0.75 * abs(float(value)) / most
        cells.append(
            f'<rect {box} fill="#fff" stroke="#888"/>'
            f'<rect {box} fill="{colour}" fill-opacity="{strength:.2f}"/>'
            f'<text x="{middle:g}" y="{low:g}" text-anchor="middle" font-size="10">{value:.3g}</text>'
        )
    return cells
