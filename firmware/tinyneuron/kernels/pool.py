"""Pooling of images: the largest or the mean element of each window."""

from __future__ import annotations

from tinyneuron import nki
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron_hw.formats import FORMATS

__all__ = ["average_pool", "max_pool"]

Pair = int | tuple[int, int]


@nki.jit
def max_pool(x: nl.Tensor, window: Pair, stride: Pair | None = None, pad: Pair = 0) -> nl.Tensor:
    """``out[n, c, i, j] = max over the window of x[n, c, i sh - ph + a, j sw - pw + b]``; outside
    the image there is -inf.

    ``x`` is ``[N, C, H, W]`` of floats; ``window``, ``stride`` (default: the window) and ``pad``
    are one number or one for rows and one for columns.

    Raises
    ------
    KernelError
        ``x`` has another rank or holds integers, a number is out of range, no window fits, or a
        row of windows does not fit SBUF.
    """
    return _Pooling("max_pool", x, window, stride, pad).run(nl.maximum, -float("inf"))


@nki.jit
def average_pool(
    x: nl.Tensor, window: Pair, stride: Pair | None = None, pad: Pair = 0,
    count_include_pad: bool = True,
) -> nl.Tensor:  # fmt: skip
    """The mean of each window, with zeros outside the image; without ``count_include_pad`` of the
    elements inside the image only. Otherwise as :func:`max_pool`; sums are FP32.
    """
    pooling = _Pooling("average_pool", x, window, stride, pad)
    return pooling.run(nl.add, 0.0, count_include_pad)


def _pair(call: str, name: str, value: Pair, least: int) -> tuple[int, int]:
    pair = (value, value) if isinstance(value, int) else tuple(value)
    if len(pair) != 2 or any(not isinstance(n, int) or n < least for n in pair):
        raise nki.KernelError(f"{call}: {name} must be one or two numbers of at least {least}, not "
                              f"{value!r}")  # fmt: skip
    return pair[0], pair[1]


class _Pooling:
    """Bands of windows: channels on partitions, a band's rows along the free axis."""

    def __init__(self, call: str, x: nl.Tensor, window: Pair, stride: Pair | None, pad: Pair):
        if x.ndim != 4 or not FORMATS[x.dtype].is_float:
            raise nki.KernelError(f"{call}: x must be [N, C, H, W] of floats, not {x!r}")
        self.x = x
        self.window = _pair(call, "window", window, 1)
        self.stride = _pair(call, "stride", window if stride is None else stride, 1)
        self.pad = _pair(call, "pad", pad, 0)
        for window_size, pad_size in zip(self.window, self.pad, strict=True):
            if 2 * pad_size > window_size:
                raise nki.KernelError(f"{call}: pad must be at most half the window, not {pad!r} "
                                      f"with {window!r}")  # fmt: skip
        self.padded = tuple(n + 2 * p for n, p in zip(x.shape[2:], self.pad, strict=True))
        self.size = tuple(
            (n - w) // s + 1
            for n, w, s in zip(self.padded, self.window, self.stride, strict=True)
        )  # fmt: skip
        if min(self.size) < 1:
            raise nki.KernelError(f"{call}: a window of {self.window} does not fit an image of "
                                  f"{self.padded}, padding included")  # fmt: skip
        room = nl.tile_size.total_available_sbuf_size // 4
        row = self.padded[1] * FORMATS[x.dtype].bytes
        fits = (room // row - self.window[0]) // self.stride[0] + 1
        if fits < 1:
            raise nki.KernelError(f"{call}: {self.window[0]} rows of {row} bytes exceed the {room} "
                                  "bytes of SBUF that a band may take")  # fmt: skip
        self.band = min(fits, self.size[0])

    def run(self, op: nl.Op, outside: float, count_include_pad: bool = True) -> nl.Tensor:
        images, channels = self.x.shape[:2]
        out = nl.ndarray((images, channels, *self.size), self.x.dtype, buffer=nl.shared_hbm)
        for image in range(images):
            for first in range(0, channels, nl.tile_size.pmax):
                lanes = nl.ds(first, min(nl.tile_size.pmax, channels - first))
                for row in range(0, self.size[0], self.band):
                    rows = min(self.band, self.size[0] - row)
                    tile = self._band(self.x[image, lanes], row, rows, outside)
                    result = self._pooled(tile, rows, op, row, count_include_pad)
                    nisa.dma_copy(out[image, lanes, nl.ds(row, rows)], result)
        return out

    def _band(self, source: nl.Tensor | None, row: int, rows: int, outside: float) -> nl.Tensor:
        """Rows that ``rows`` windows from ``row`` on see; without ``source``, ones."""
        height = (rows - 1) * self.stride[0] + self.window[0]
        lanes = nl.tile_size.pmax if source is None else source.shape[0]
        tile = nl.ndarray((lanes, height, self.padded[1]), self.x.dtype, name="band")
        top = row * self.stride[0] - self.pad[0]
        inside = max(top, 0), min(top + height, self.x.shape[2])
        if any(self.pad):
            nisa.memset(tile, outside)
        here = tile[:, nl.ds(inside[0] - top, inside[1] - inside[0]),
                    nl.ds(self.pad[1], self.x.shape[3])]  # fmt: skip
        if source is None:
            nisa.memset(here, 1.0)
        else:
            nisa.dma_copy(here, source[:, inside[0] : inside[1]])
        return tile

    def _pooled(
        self, tile: nl.Tensor, rows: int, op: nl.Op, row: int, count_include_pad: bool
    ) -> nl.Tensor:
        shape = (tile.shape[0], rows, self.size[1])
        result = nl.ndarray(shape, self.x.dtype, name="pooled")
        if op is nl.maximum:
            nisa.tensor_reduce(result, op, self._windows(tile, rows), axis=(3, 4))
            return result
        total = nl.ndarray(shape, nl.float32, name="total")
        nisa.tensor_reduce(total, op, self._windows(tile, rows), axis=(3, 4))
        if count_include_pad or not any(self.pad):
            nisa.tensor_scalar(result, total, nl.divide, float(self.window[0] * self.window[1]))
            return result
        counts = nl.ndarray((nl.tile_size.pmax, *shape[1:]), nl.float32, name="counts")
        ones = self._band(None, row, rows, 0.0)
        nisa.tensor_reduce(counts, nl.add, self._windows(ones, rows), axis=(3, 4))
        nisa.tensor_tensor(result, total, counts[0 : shape[0]], nl.divide)
        return result

    def _windows(self, tile: nl.Tensor, rows: int) -> nl.Tensor:
        """``[C, rows, columns, kh, kw]`` over the band; windows may overlap."""
        lanes, height, width = tile.shape
        (down, right), (tall, wide) = self.stride, self.window
        return tile.ap([[height * width, lanes], [down * width, rows], [right, self.size[1]],
                        [width, tall], [1, wide]])  # fmt: skip
