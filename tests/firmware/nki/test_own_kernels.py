"""Kernels that do what public ones do, on golden and on the RTL, against NumPy."""

import ml_dtypes
import numpy as np
import pytest

from tinyneuron import nki

from . import own_kernels as own

BF16 = np.dtype(ml_dtypes.bfloat16)
SEED = 23
RNG = np.random.default_rng(SEED)


def _normal(*shape, dtype=np.float32):
    return RNG.standard_normal(shape).astype(np.float32).astype(dtype)


def _product(dtype, **options):
    left, right = _normal(8, 8, dtype=dtype), _normal(8, 128, dtype=dtype)
    exact = left.astype(np.float64).T @ right.astype(np.float64)
    return own.blocked_product, [left, right], options, [exact], 8e-3


def _state_space(piece):
    delta, u = np.abs(_normal(1, 8, 12)) * np.float32(0.3), _normal(1, 8, 12)
    a, b, c = -np.abs(_normal(8, 2)), _normal(1, 2, 12), _normal(1, 2, 12)
    state, exact = np.zeros((8, 2)), np.zeros((1, 8, 12))
    for t in range(12):
        step = delta[0, :, t].astype(np.float64)
        state = np.exp(step[:, None] * a) * state
        state += (step * u[0, :, t])[:, None] * b[0, None, :, t]
        exact[0, :, t] = state @ c[0, :, t]
    return own.state_space, [delta, u, a, b, c], {"piece": piece}, [exact], 1e-5


def _rotated(grid):
    x, angles = _normal(2, 8, 6), _normal(8, 6)
    cos, sin = angles[:, :3], angles[:, 3:]
    low, high = x[..., :3], x[..., 3:]
    exact = np.concatenate([low * cos - high * sin, high * cos + low * sin], axis=-1)
    return own.rotated[grid], [x, np.zeros_like(x), angles], {}, [exact], 1e-6


def _losses(grid):
    scores, labels = _normal(8, 11), RNG.integers(0, 11, 8).astype(np.int32)
    logs = np.log(np.exp(scores.astype(np.float64)).sum(axis=1))
    exact = [logs - scores[np.arange(8), labels], logs]
    return own.losses[grid], [scores, labels, 4], {}, exact, 1e-5


def _gradient():
    scores, labels = _normal(8, 11), RNG.integers(0, 11, 8).astype(np.int32)
    logs = np.log(np.exp(scores.astype(np.float64)).sum(axis=1))
    exact = np.exp(scores - logs[:, None])
    exact[np.arange(8), labels] -= 1
    return own.loss_gradient, [scores, labels, logs.astype(np.float32), 4], {}, [exact / 8], 1e-5


def _depthwise(stride):
    image, weights = _normal(2, 3, 1, 9), _normal(3, 1, 1, 4)
    windows = np.lib.stride_tricks.sliding_window_view(image, 4, axis=-1)[..., ::stride, :]
    exact = (windows.astype(np.float64) * weights[:, :, :, None].squeeze(2)).sum(-1)
    return own.depthwise, [image, weights], {"stride": stride}, [exact], 1e-5


def _pairs():
    x, cos, sin = _normal(4, 2, 5), _normal(2, 5), _normal(2, 5)
    exact = np.empty_like(x)
    exact[::2] = x[::2] * cos[:, None] - x[1::2] * sin[:, None]
    exact[1::2] = x[1::2] * cos[:, None] + x[::2] * sin[:, None]
    return own.rotated_pairs, [x, cos, sin], {}, [exact], 1e-6


def _cases():
    image, row, table = _normal(4, 4, 6), _normal(4, 9), _normal(8, 128)
    windows = image.astype(np.float64).reshape(4, 2, 2, 3, 2)
    turned = row[:, :8].reshape(4, 2, 4).transpose(0, 2, 1).reshape(4, 8)
    depth, tall = _normal(4, 6, dtype=BF16), _normal(2, 3, 10)
    vector = RNG.permutation(48).astype(np.float32)
    vector[[7, 30]] = 100
    return {
        "tiled sum": (own.tiled_sum, [table, -2 * table], {}, [-table], 1e-6),
        "turned rows": (own.turned_rows, [row[:, :8].copy(), (2, 4)], {}, [turned], 0),
        "average pooling": (own.pooled, [image, 2, True], {}, [windows.mean((2, 4))], 1e-6),
        "max pooling": (own.pooled, [image, 2, False], {}, [windows.max((2, 4))], 0),
        "split": (own.parted, [row], {}, [row[:, ::2], row[:, 1::2]], 0),
        "exp": (own.powers_of_e, [_flat := _normal(6, 5)], {}, [np.exp(_flat)], 1e-6),
        "product": _product(BF16),
        "hoisted product": _product(np.float16, hoisted=True),
        "blocked product": _product(BF16, rows_in_block=2, columns_in_block=2, hoisted=True),
        "product in blocks of rows": _product(np.float32, rows_in_block=2),
        "state space": _state_space(None),
        "state space in pieces": _state_space(4),
        "rotation": _rotated(1),
        "rotation on a grid": _rotated(2),
        "losses": _losses(1),
        "losses on a grid": _losses(2),
        "gradient of losses": _gradient(),
        "depthwise convolution": _depthwise(1),
        "depthwise convolution with a stride": _depthwise(2),
        "running sum": (own.running_sum, [tall, 4], {}, [tall.astype(np.float64).cumsum(-1)], 1e-5),
        "rotation of pairs": _pairs(),
        "interleaving": (own.interleaved_by_a_product, [depth], {}, [depth[[0, 2, 1, 3]]], 0),
        "largest": (own.largest, [vector, 4], {}, [np.array([100.0]), np.array([7])], 0),
    }


CASES = _cases()


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("target", ["golden", "verilator"])
def test_a_kernel_that_does_what_a_public_one_does(name, target):
    kernel, args, options, expected, bound = CASES[name]
    given = [item.copy() if isinstance(item, np.ndarray) else item for item in args]
    with nki.use(target, "tiny"):
        found = kernel(*given, **options)
    outputs = list(found) if isinstance(found, tuple) else [found]
    for output, exact in zip(outputs, expected, strict=True):
        assert output.shape == exact.shape
        apart = np.abs(output.astype(np.float64) - exact.astype(np.float64)).max()
        assert apart <= bound * max(1.0, np.abs(exact.astype(np.float64)).max())
