"""The matrix that the array holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.matmul import MatmulKind

__all__ = ["Stationary"]


@dataclass(frozen=True)
class Stationary:
    """``values`` [rows, columns]: float32 of kind FLOAT and FP32; int64 patterns; of kind INTEGER
    int64 [rows, columns, 2]."""

    kind: MatmulKind
    values: np.ndarray

    @classmethod
    def zero(cls, config: CoreConfig, kind: MatmulKind = MatmulKind.FLOAT) -> Stationary:
        """A matrix of zeros; by default the one after reset."""
        shape: tuple[int, ...] = (config.partitions, config.columns)
        if kind in (MatmulKind.FLOAT, MatmulKind.FP32):
            return cls(kind, np.zeros(shape, np.float32))
        return cls(kind, np.zeros((*shape, 2) if kind is MatmulKind.INTEGER else shape, np.int64))

    @classmethod
    def loaded(
        cls, config: CoreConfig, kind: MatmulKind, part: np.ndarray, row: int, column: int
    ) -> Stationary:
        """``part`` [K, M, ...] from ``row`` and ``column`` on, 0 elsewhere."""
        values = np.zeros((config.partitions, config.columns, *part.shape[2:]), part.dtype)
        values[row : row + part.shape[0], column : column + part.shape[1]] = part
        return cls(kind, values)
