"""Tiles of whole tensors."""

from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl


def load(tensor, dtype=None):
    """All of a tensor in SBUF."""
    tile = nl.ndarray(tensor.shape, dtype or tensor.dtype)
    nisa.dma_copy(tile, tensor)
    return tile


def save(tile, dtype=None, shape=None):
    """An output with all of a tile."""
    out = nl.ndarray(shape or tile.shape, dtype or tile.dtype, buffer=nl.shared_hbm)
    nisa.dma_copy(out, tile)
    return out
