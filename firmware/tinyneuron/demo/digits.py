"""The handwritten digits, the network that reads them, and its stored weights.

Three convolutions, each with bias: 3x3 1 -> 16 (ReLU), 3x3 stride 2 16 -> 32 (ReLU), 4x4 32 -> 10
(the dense layer). Weights are BF16, made by ``examples/train_digits.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import ml_dtypes
import numpy as np

__all__ = ["HELD_OUT", "LAYERS", "ConvLayer", "load_digits_split", "load_weights"]

HELD_OUT = 200
"""Digits kept out of training."""

_SPLIT_SEED = 20


@dataclass(frozen=True)
class ConvLayer:
    """Shape of one convolution."""

    name: str
    cin: int
    cout: int
    kernel: int
    stride: int
    pad: int
    relu: bool


LAYERS = (
    ConvLayer("conv1", 1, 16, 3, 1, 1, True),
    ConvLayer("conv2", 16, 32, 3, 2, 1, True),
    ConvLayer("dense", 32, 10, 4, 1, 0, False),
)


def load_digits_split() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Training images and labels, held-out images and labels.

    Images are float32[N, 1, 8, 8] from 0 to 1 (scikit-learn's digits, 1797 of them).
    """
    from sklearn.datasets import load_digits

    digits: Any = load_digits()  # without return_X_y: a Bunch, which is not annotated as one
    order = np.random.default_rng(_SPLIT_SEED).permutation(len(digits.target))
    images = (digits.images[order, None] / 16.0).astype(np.float32)
    labels = digits.target[order]
    return images[HELD_OUT:], labels[HELD_OUT:], images[:HELD_OUT], labels[:HELD_OUT]


def load_weights() -> dict[str, np.ndarray]:
    """``NAME.weight`` bfloat16[Cin, kh, kw, Cout] and ``NAME.bias`` float32[Cout] by layer."""
    with files("tinyneuron.demo").joinpath("digits.npz").open("rb") as file:
        stored = np.load(file)
        return {
            name: array.view(ml_dtypes.bfloat16) if name.endswith(".weight") else array
            for name, array in stored.items()
        }
