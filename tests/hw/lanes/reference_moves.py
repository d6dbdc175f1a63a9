"""What MAX8, FIND_INDEX8, MATCH_REPLACE8, TRANSPOSE and SHUFFLE do, one number at a time."""

import numpy as np

from tinyneuron_hw.config import CoreConfig


def _number(value: np.float32):
    """What is equal as a number: all NaNs are, and both zeros."""
    return "nan" if np.isnan(value) else float(value)


def _rank(value: np.float32):
    """A key in ascending order."""
    return (1, 0.0, 0) if np.isnan(value) else (0, float(value), 0 if np.signbit(value) else 1)


def largest(values: np.ndarray) -> np.ndarray:
    """float32[p, 8] of float32[p, n]."""
    return np.array([sorted(row, key=_rank, reverse=True)[:8] for row in values], np.float32)


def find(values: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """int64[p, 8]; -1 for what is not there."""
    found = np.full(wanted.shape, -1)
    for row, (line, eight) in enumerate(zip(values, wanted, strict=True)):
        numbers = [_number(value) for value in line]
        for k, value in enumerate(eight):
            if _number(value) in numbers:
                found[row, k] = numbers.index(_number(value))
                numbers[found[row, k]] = None
    return found


def replace(values: np.ndarray, wanted: np.ndarray, new: np.float32) -> np.ndarray:
    """float32[p, n]."""
    result = values.copy()
    for row, eight in enumerate(find(values, wanted)):
        for index in eight:
            if index >= 0:
                result[row, index] = new
    return result


def transpose(config: CoreConfig, raw: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Raw elements of ``shape`` (partitions, elements) of raw elements."""
    quadrant, result = config.quadrant, np.zeros(shape, raw.dtype)
    height = min(len(raw), quadrant)
    for partition in range(shape[0]):
        for n in range(shape[1]):
            block, j = divmod(n, height)
            strip, i = divmod(partition, quadrant)
            result[partition, n] = raw[strip * quadrant + j, block * quadrant + i]
    return result


def shuffle(config: CoreConfig, raw: np.ndarray, mask: int, old: np.ndarray) -> np.ndarray:
    """Raw elements for the partitions of ``old``, which is what these hold."""
    result = old.copy()
    for partition in range(len(old)):
        strip, i = divmod(partition, config.quadrant)
        entry = mask >> 6 * i & 0x3F
        source = strip * config.quadrant + entry
        if entry < 32:
            result[partition] = raw[source] if source < len(raw) else 0
    return result
