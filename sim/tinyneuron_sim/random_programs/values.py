"""Random bytes that are interesting numbers in many types."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np

from tinyneuron_hw.formats import FORMATS, Format

__all__ = ["random_bytes", "special_patterns"]

_GRAIN = 16
"""Bytes that are numbers of one kind."""


def special_patterns(fmt: Format) -> list[int]:
    """Bit patterns at the edges of a type: zeros, ones, the largest and smallest numbers of each
    sign, for floats also infinities, NaNs (one with a payload) and subnormals."""
    bits = fmt.storage_bits
    sign, ones = 1 << (bits - 1), (1 << bits) - 1
    patterns = [0, 1, sign, ones, sign - 1, sign | 1]
    if fmt.is_float:
        unused = bits - 1 - fmt.exponent - fmt.fraction
        infinity = ((1 << fmt.exponent) - 1) << (bits - 1 - fmt.exponent)
        step = 1 << unused
        one = fmt.bias << (bits - 1 - fmt.exponent)
        smallest = 1 << (bits - 1 - fmt.exponent)
        magnitudes = [infinity, fmt.canonical_nan, infinity | step, infinity - step, one,
                      smallest, smallest - step, step]  # fmt: skip
        patterns += [value | s for value in magnitudes for s in (0, sign)]
    return patterns


_SPECIALS = [
    np.array(special_patterns(fmt), dtype=np.uint64).astype(f"<u{fmt.bytes}")
    for fmt in FORMATS.values()
]


def _kinds(rng: np.random.Generator, size: int) -> Iterator[np.ndarray]:
    """``size`` bytes of each kind of number."""
    words = size // 4
    magnitude = np.exp2(rng.integers(-20, 20, words))
    yield (rng.standard_normal(words) * magnitude).astype("<f4").view(np.uint8)
    yield rng.standard_normal(words).astype("<f4").view(np.uint8)
    yield rng.standard_normal(size // 2).astype("<f2").view(np.uint8)
    high = rng.standard_normal(size // 2).astype("<f4").view("<u4") >> 16
    yield high.astype("<u2").view(np.uint8)
    yield rng.integers(-100, 100, words).astype("<i4").view(np.uint8)
    yield rng.integers(0, 1 << 32, words, dtype=np.uint64).astype("<u4").view(np.uint8)
    for index in rng.integers(len(_SPECIALS), size=3):
        specials = _SPECIALS[index]
        yield rng.choice(specials, size // specials.itemsize).view(np.uint8)


def random_bytes(rng: random.Random, size: int) -> bytes:
    """Grains of 16 bytes, each a kind of number: floats of every width around 1 and over a wide
    range, small integers, random bits, and the special patterns of every type."""
    source = np.random.default_rng(rng.getrandbits(64))
    grains = -(-size // _GRAIN)
    kinds = [kind.reshape(grains, _GRAIN) for kind in _kinds(source, grains * _GRAIN)]
    chosen = np.stack(kinds)[source.integers(len(kinds), size=grains), np.arange(grains)]
    return chosen.tobytes()[:size]
