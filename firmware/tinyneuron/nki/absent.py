"""``nki.isa``: functions that this core does not have. Each raises with the reason; names,
parameters and defaults are the public ones."""

from __future__ import annotations

from typing import Any, Never

from .accumulate import reduce_cmd
from .engines import dma_engine, engine, gpsimd_engine
from .later import needs
from .trace import KernelError

__all__ = [
    "activate2", "core_barrier", "exponential", "local_gather", "nc_matmul_mx",
    "nonzero_with_count", "quantize_mx", "rand2", "rand_get_state", "rand_set_state", "sendrecv",
    "sequence_bounds", "topk",
]  # fmt: skip


def _needs_gpsimd(call: str) -> KernelError:
    return KernelError(f"needs a GPSIMD engine, which this core does not have yet: {call}")


def nc_matmul_mx(
    dst: Any, stationary: Any, moving: Any, stationary_scale: Any, moving_scale: Any,
    tile_position: Any = None, tile_size: Any = None, accumulate: Any = None, name: Any = None,
) -> Never:  # fmt: skip
    """Products of micro-scaled numbers."""
    raise needs(4, "nc_matmul_mx")


def quantize_mx(dst: Any, src: Any, dst_scale: Any, name: Any = None) -> Never:
    """Rounding to micro-scaled numbers."""
    raise needs(4, "quantize_mx")


def activate2(
    dst: Any, op: Any, data: Any, imm0: Any, imm1: Any, op0: Any, op1: Any, relu_param: Any = 0.0,
    reverse0: bool = False, reverse1: bool = False, reduce_op: Any = None, reduce_res: Any = None,
    reduce_cmd: reduce_cmd = reduce_cmd.idle, name: Any = None,
) -> Never:  # fmt: skip
    """An activation after two operations of one's choice."""
    raise needs(4, "activate2")


def exponential(
    dst: Any, src: Any, max_value: Any = 0.0, reduce_res: Any = None,
    reduce_cmd: reduce_cmd = reduce_cmd.idle, reduce_init: Any = 0.0, name: Any = None,
) -> Never:  # fmt: skip
    """Exponentials on the Vector engine."""
    raise needs(4, "exponential")


def rand2(dst: Any, min: Any, max: Any, name: Any = None) -> Never:
    """Evenly distributed random numbers."""
    raise needs(4, "rand2")


def rand_set_state(src_seeds: Any, engine: engine = gpsimd_engine, name: Any = None) -> Never:
    """Sets the state of a generator."""
    raise needs(3, "rand_set_state")


def rand_get_state(dst: Any, engine: engine = gpsimd_engine, name: Any = None) -> Never:
    """The state of a generator."""
    raise needs(3, "rand_get_state")


def core_barrier(data: Any, cores: Any, engine: engine = gpsimd_engine, name: Any = None) -> Never:
    """Cores wait for each other."""
    raise needs(3, "core_barrier")


def sendrecv(
    src: Any, dst: Any, send_to_rank: Any, recv_from_rank: Any, pipe_id: Any,
    dma_engine: dma_engine = dma_engine.dma, name: Any = None,
) -> Never:  # fmt: skip
    """Cores exchange tiles."""
    raise needs(3, "sendrecv")


def local_gather(
    dst: Any, src_buffer: Any, index: Any, num_elem_per_idx: int = 1,
    num_valid_indices: int | None = None, name: Any = None,
) -> Never:  # fmt: skip
    """Gathers among the partitions of one GPSIMD processor."""
    raise _needs_gpsimd("local_gather")


def sequence_bounds(dst: Any, segment_ids: Any, name: Any = None) -> Never:
    """Where the segment of each element begins and ends."""
    raise _needs_gpsimd("sequence_bounds")


def nonzero_with_count(
    dst: Any, src: Any, index_offset: int = 0, padding_val: int = -1, name: Any = None
) -> Never:
    """Where elements are not 0, and how many."""
    raise _needs_gpsimd("nonzero_with_count")


def topk(val_dst: Any, idx_dst: Any, src: Any, n: Any, name: Any = None) -> Never:
    """The n largest elements."""
    raise _needs_gpsimd("topk")
