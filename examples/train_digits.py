"""Trains the demo's digit network in NumPy and stores its weights (half a minute).

Run ``python examples/train_digits.py``; it prints the held-out accuracy with BF16 weights.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import ml_dtypes
import numpy as np

import tinyneuron.demo
from tinyneuron.demo.digits import LAYERS, load_digits_split

SEED = 7
EPOCHS = 80
BATCH = 64
RATE = 3e-3


def patches(x: np.ndarray, kernel: int, stride: int, pad: int) -> np.ndarray:
    """[N, Ho, Wo, C * kernel * kernel] windows of x[N, C, H, W]."""
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    view = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), axis=(2, 3))
    view = view[:, :, ::stride, ::stride]
    n, _, out_h, out_w = view.shape[:4]
    return view.transpose(0, 2, 3, 1, 4, 5).reshape(n, out_h, out_w, -1)


def forward(x: np.ndarray, weights: dict[str, np.ndarray]) -> tuple[np.ndarray, list]:
    """Logits[N, 10] and what the backward pass needs."""
    saved = []
    for layer in LAYERS:
        columns = patches(x, layer.kernel, layer.stride, layer.pad)
        matrix = weights[f"{layer.name}.weight"].reshape(-1, layer.cout)
        y = columns @ matrix + weights[f"{layer.name}.bias"]
        if layer.relu:
            y = np.maximum(y, 0)
        saved.append((x.shape, columns, y))
        x = y.transpose(0, 3, 1, 2)
    return x.reshape(len(x), 10), saved


def backward(grad: np.ndarray, weights: dict[str, np.ndarray], saved: list) -> dict:
    """Gradient of every weight from the gradient of the logits."""
    grads = {}
    grad = grad.reshape(len(grad), 1, 1, 10)
    for layer, (shape, columns, y) in zip(reversed(LAYERS), reversed(saved), strict=True):
        if layer.relu:
            grad = grad * (y > 0)
        matrix = weights[f"{layer.name}.weight"].reshape(-1, layer.cout)
        flat = grad.reshape(-1, layer.cout)
        gradient = columns.reshape(-1, matrix.shape[0]).T @ flat
        grads[f"{layer.name}.weight"] = gradient.reshape(weights[f"{layer.name}.weight"].shape)
        grads[f"{layer.name}.bias"] = flat.sum(axis=0)
        spread = (grad @ matrix.T).reshape(*grad.shape[:3], shape[1], layer.kernel, layer.kernel)
        padded = np.zeros((shape[0], shape[1], shape[2] + 2 * layer.pad, shape[3] + 2 * layer.pad))
        for i in range(layer.kernel):
            for j in range(layer.kernel):
                rows = slice(i, i + layer.stride * grad.shape[1], layer.stride)
                cols = slice(j, j + layer.stride * grad.shape[2], layer.stride)
                padded[:, :, rows, cols] += spread[..., i, j].transpose(0, 3, 1, 2)
        inner = slice(layer.pad, layer.pad + shape[2])
        grad = padded[:, :, inner, inner].transpose(0, 2, 3, 1)
    return grads


def shifted(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Half of the images moved by up to one pixel each way."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    out = np.empty_like(x)
    moves = np.where(rng.random((len(x), 1)) < 0.5, rng.integers(0, 3, (len(x), 2)), 1)
    for index, (i, j) in enumerate(moves):
        out[index] = padded[index, :, i : i + 8, j : j + 8]
    return out


def train() -> dict[str, np.ndarray]:
    """Adam on cross-entropy; weights named as the demo loads them, float64."""
    rng = np.random.default_rng(SEED)
    images, labels, _, _ = load_digits_split()
    weights: dict[str, np.ndarray] = {}
    for layer in LAYERS:
        fan_in = layer.cin * layer.kernel**2
        # [Cin, kh, kw, Cout], the layout of the convolution kernel
        shape = (layer.cin, layer.kernel, layer.kernel, layer.cout)
        weights[f"{layer.name}.weight"] = rng.standard_normal(shape) * np.sqrt(2 / fan_in)
        weights[f"{layer.name}.bias"] = np.zeros(layer.cout)
    first = {name: np.zeros_like(value) for name, value in weights.items()}
    second = {name: np.zeros_like(value) for name, value in weights.items()}
    step = 0
    for epoch in range(EPOCHS):
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        order = rng.permutation(len(images))
        for start in range(0, len(order), BATCH):
            pick = order[start : start + BATCH]
            logits, saved = forward(shifted(images[pick], rng), weights)
            odds = np.exp(logits - logits.max(axis=1, keepdims=True))
            odds /= odds.sum(axis=1, keepdims=True)
            odds[np.arange(len(pick)), labels[pick]] -= 1
            step += 1
            for name, grad in backward(odds / len(pick), weights, saved).items():
                first[name] += 0.1 * (grad - first[name])
                second[name] += 0.001 * (grad**2 - second[name])
                scale = np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8
                weights[name] -= rate * first[name] / (1 - 0.9**step) / scale
    return weights


def main() -> None:
    """Train, quantise, report and store."""
    default = Path(tinyneuron.demo.__file__).parent / "digits.npz"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=default)
    path = parser.parse_args().out
    trained = train()
    stored: dict[str, np.ndarray] = {}
    rounded: dict[str, np.ndarray] = {}
    for name, value in trained.items():
        if name.endswith(".weight"):
            narrow = value.astype(ml_dtypes.bfloat16)
            stored[name] = narrow.view(np.uint16)
            rounded[name] = narrow.astype(np.float64)
        else:
            stored[name] = value.astype(np.float32)
            rounded[name] = stored[name].astype(np.float64)
    _, _, images, labels = load_digits_split()
    logits, _ = forward(images, rounded)
    accuracy = (logits.argmax(axis=1) == labels).mean()
    np.savez_compressed(path, **stored)
    print(f"held-out accuracy {accuracy:.1%}, stored {path} ({path.stat().st_size} bytes)")


if __name__ == "__main__":
    main()
