"""``nki.language.tile_size``: limits of the configuration."""

from __future__ import annotations

from tinyneuron_hw.config import CoreConfig

from .objects import NKIObject
from .settings import settings
from .trace import active, current

__all__ = ["tile_size"]


class _TileSize(NKIObject):
    """Largest tile extents of the configuration being compiled for; outside of a kernel, of the
    one that kernels are launched on (:func:`tinyneuron.nki.use`)."""

    @property
    def _config(self) -> CoreConfig:
        return current().config if active() else settings().config

    @property
    def pmax(self) -> int:
        """SBUF partitions, lanes, and rows of a matmul."""
        return self._config.partitions

    @property
    def psum_fmax(self) -> int:
        """FP32 elements of one PSUM bank of one partition."""
        return self._config.psum_bank_words

    @property
    def psum_bank_fmax(self) -> int:
        """A second name of ``psum_fmax``."""
        return self.psum_fmax

    @property
    def psum_bank_fmax_bytes(self) -> int:
        """Bytes of one PSUM bank of one partition."""
        return self._config.psum_bank_bytes

    @property
    def psum_num_banks(self) -> int:
        """PSUM banks of one partition."""
        return self._config.psum_partition_bytes // self._config.psum_bank_bytes

    @property
    def psum_min_align(self) -> int:
        """Bytes that the place of a tile in PSUM is a multiple of, at the least."""
        return 4

    @property
    def sbuf_min_align(self) -> int:
        """Bytes that the place of a tile in SBUF is a multiple of, at the least."""
        return 1

    @property
    def gemm_stationary_fmax(self) -> int:
        """Columns of a stationary tile."""
        return self._config.columns

    @property
    def gemm_moving_fmax(self) -> int:
        """Columns of a moving tile."""
        return self._config.psum_bank_words

    @property
    def bn_stats_fmax(self) -> int:
        """Elements of one partition that ``bn_stats`` takes; the public limit is one bank, too."""
        return self._config.psum_bank_words

    @property
    def sbuf_size_bytes(self) -> int:
        """SBUF bytes of all partitions."""
        return self._config.partitions * self._config.sbuf_partition_bytes

    @property
    def sbuf_fmax(self) -> int:
        """FP32 elements of one partition of SBUF."""
        return self._config.sbuf_partition_bytes // 4

    @property
    def sbuf_fmax_bytes(self) -> int:
        """SBUF bytes of one partition."""
        return self._config.sbuf_partition_bytes

    @property
    def total_available_sbuf_size(self) -> int:
        """SBUF bytes of one partition."""
        return self._config.sbuf_partition_bytes


tile_size = _TileSize()
