"""Rotary position embedding."""

from __future__ import annotations

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl

from .rows import matrix, row_tiles_of

__all__ = ["rope"]


@nki.jit
def rope(x: nl.Tensor, cos: nl.Tensor, sin: nl.Tensor) -> nl.Tensor:
    """Rotates the pairs (i, i + D / 2) of the last axis: ``out[s, h, i] = a cos[s, i] - b sin[s,
    i]`` and ``out[s, h, i + D / 2] = b cos[s, i] + a sin[s, i]`` with ``a = x[s, h, i]``, ``b =
    x[s, h, i + D / 2]``.

    ``x`` is ``[S, heads, D]`` or ``[S, D]`` of floats, ``cos`` and ``sin`` are ``[S, D / 2]``.

    Raises
    ------
    KernelError
        ``x`` holds integers or has another rank, D is odd, or the tables have another shape.
    """
    half = x.shape[-1] // 2
    if x.ndim not in (2, 3) or x.shape[-1] % 2:
        raise nki.KernelError(f"rope: x must be [S, D] or [S, heads, D] with D even, not {x!r}")
    for name, table in (("cos", cos), ("sin", sin)):
        if table.shape != (x.shape[0], half):
            raise nki.KernelError(f"rope: {name} must be [{x.shape[0]}, {half}], not {table!r}")
    heads = x.shape[1] if x.ndim == 3 else 1
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    flat, target = x.reshape((x.shape[0], heads * 2 * half)), out
    target = matrix("rope", "out", out.reshape((x.shape[0], heads * 2 * half)))
    for tile, cosines, sines in zip(
        row_tiles_of(matrix("rope", "x", flat)), row_tiles_of(cos), row_tiles_of(sin), strict=True
    ):
        rows = tile.rows
        pairs = tile.data.reshape((rows, heads, 2, half))
        result = nl.ndarray((rows, heads * 2 * half), x.dtype, name="result")
        turned = result.reshape((rows, heads, 2, half))
        for head in range(heads):
            a, b = pairs[:, head, 0], pairs[:, head, 1]
            for side, (first, second, operation) in enumerate(
                ((a, b, nl.subtract), (b, a, nl.add))
            ):
                left, right = (nl.ndarray((rows, half), nl.float32) for _ in range(2))
                nisa.tensor_tensor(left, first, cosines.data, nl.multiply)
                nisa.tensor_tensor(right, second, sines.data, nl.multiply)
                nisa.tensor_tensor(turned[:, head, side], left, right, operation)
        tile.store(target, result)
    return out
