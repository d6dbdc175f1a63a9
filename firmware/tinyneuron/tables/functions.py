"""The functions that the standard tables stand for, in float64."""

from __future__ import annotations

import math

import numpy as np

__all__ = [
    "erf", "erf_dx", "gelu", "gelu_apprx_sigmoid", "gelu_apprx_sigmoid_dx",
    "gelu_apprx_tanh", "gelu_apprx_tanh_dx", "gelu_dx", "mish", "sigmoid", "silu", "silu_dx",
    "softplus",
]  # fmt: skip

Array = np.ndarray
_erf = np.vectorize(math.erf, otypes=[np.float64])
_erfc = np.vectorize(math.erfc, otypes=[np.float64])
_SQRT_HALF = math.sqrt(0.5)
_TANH = math.sqrt(2 / math.pi)
_CUBIC = 0.044715
_SIGMOID = 1.702


def _times(x: Array, y: Array) -> Array:
    """x * y where y = 0 wins over infinity."""
    return np.where(y == 0, 0.0, x * y)


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    small = np.exp(-np.abs(x))
    return np.where(x < 0, small, 1.0) / (1 + small)


def sigmoid_dx(x: Array) -> Array:
    """sigmoid(x) * sigmoid(-x)."""
    small = np.exp(-np.abs(x))
    return small / (1 + small) ** 2


def erf(x: Array) -> Array:
    """The error function."""
    return _erf(x)


def erf_dx(x: Array) -> Array:
    """2 / sqrt(pi) * exp(-x**2)."""
    return 2 / math.sqrt(math.pi) * np.exp(-x * x)


def _normal(x: Array) -> Array:
    """Distribution function of the normal distribution."""
    return 0.5 * _erfc(-x * _SQRT_HALF)


def gelu(x: Array) -> Array:
    """x times the normal distribution function."""
    return _times(x, _normal(x))


def gelu_dx(x: Array) -> Array:
    """Derivative of :func:`gelu`."""
    return _normal(x) + _times(x, np.exp(-x * x / 2) / math.sqrt(2 * math.pi))


def _tanh_argument(x: Array) -> Array:
    return 2 * _TANH * (x + _CUBIC * x**3)


def gelu_apprx_tanh(x: Array) -> Array:
    """x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x**3)))."""
    return _times(x, sigmoid(_tanh_argument(x)))


def gelu_apprx_tanh_dx(x: Array) -> Array:
    """Derivative of :func:`gelu_apprx_tanh`."""
    z = _tanh_argument(x)
    return sigmoid(z) + _times(2 * _TANH * x * (1 + 3 * _CUBIC * x * x), sigmoid_dx(z))


def gelu_apprx_sigmoid(x: Array) -> Array:
    """x * sigmoid(1.702 x)."""
    return _times(x, sigmoid(_SIGMOID * x))


def gelu_apprx_sigmoid_dx(x: Array) -> Array:
    """Derivative of :func:`gelu_apprx_sigmoid`."""
    return silu_dx(_SIGMOID * x)


def silu(x: Array) -> Array:
    """x * sigmoid(x)."""
    return _times(x, sigmoid(x))


def silu_dx(x: Array) -> Array:
    """Derivative of :func:`silu`."""
    return sigmoid(x) + _times(x, sigmoid_dx(x))


def softplus(x: Array) -> Array:
    """log(1 + exp(x))."""
    return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)


def mish(x: Array) -> Array:
    """x * tanh(softplus(x))."""
    grown = np.exp(np.minimum(x, 40.0))
    part = grown * (grown + 2)
    return _times(x, np.where(x > 40, 1.0, part / (part + 2)))
