"""The photograph and the filters that run over it."""

from __future__ import annotations

from pathlib import Path

import ml_dtypes
import numpy as np

from ..files import write_atomically

__all__ = ["FILTERS", "PHOTO_ROWS", "filter_weights", "load_photo", "write_picture"]

FILTERS: dict[str, np.ndarray] = {
    "blur": np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]]) / 16,
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "edges": np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    "sobel x": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "sobel y": np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
}
"""Name -> 3 x 3 coefficients, every one exact in BF16."""

PHOTO_ROWS = 427
"""Height of the photograph."""


def load_photo(rows: int = PHOTO_ROWS) -> np.ndarray:
    """The middle ``rows`` of scikit-learn's china.jpg in grey, bfloat16[1, 1, rows, 640] from 0 to
    1."""
    from sklearn.datasets import load_sample_image

    top = (PHOTO_ROWS - rows) // 2
    colour = load_sample_image("china.jpg")[top : top + rows].astype(np.float32) / 255
    grey = colour @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return grey.astype(ml_dtypes.bfloat16)[None, None]


def filter_weights() -> np.ndarray:
    """The filters as convolution weights, bfloat16[1, 3, 3, filters]."""
    return np.stack(list(FILTERS.values()), axis=-1)[None].astype(ml_dtypes.bfloat16)


def write_picture(path: Path, photo: np.ndarray, filtered: np.ndarray) -> None:
    """A PNG with the photograph and each filtered picture, two a row.

    ``photo`` is [1, 1, H, W], ``filtered`` [1, filters, H, W]. Filters that sum to 0 are shown
    around mid-grey.
    """
    from PIL import Image, ImageDraw

    tiles = [("photograph", photo[0, 0].astype(np.float32))]
    for (name, weights), plane in zip(FILTERS.items(), filtered[0], strict=True):
        shift = 0.5 if abs(weights.sum()) < 1e-6 else 0.0
        tiles.append((name, plane.astype(np.float32) + shift))
    height, width = photo.shape[2:]
    sheet = Image.new("L", (2 * width, -(-len(tiles) // 2) * height))
    for index, (name, plane) in enumerate(tiles):
        grey = (np.clip(plane, 0, 1) * 255).round().astype(np.uint8)
        tile = Image.fromarray(grey)
        ImageDraw.Draw(tile).text((6, 4), name, fill=255, stroke_width=2, stroke_fill=0)
        sheet.paste(tile, (index % 2 * width, index // 2 * height))
    write_atomically(path, lambda file: sheet.save(file, format="PNG"))
