"""``nki.isa``: one call, one instruction (``nc_matmul``: LOAD_STATIONARY and MULTIPLY_MOVING).

Names, parameters and defaults of the public module; parameters of our own are keyword-only. What
this core does not have raises with the reason. Every rule of the hardware is checked when the
kernel is traced.
"""

from . import engines as constants
from .absent import (
    activate2,
    core_barrier,
    exponential,
    local_gather,
    nc_matmul_mx,
    nonzero_with_count,
    quantize_mx,
    rand2,
    rand_get_state,
    rand_set_state,
    sendrecv,
    sequence_bounds,
    topk,
)
from .accumulate import reduce_cmd
from .activation import activation, activation_reduce
from .chained import (
    scalar_tensor_tensor,
    tensor_scalar_cumulative,
    tensor_scalar_reduce,
    tensor_tensor_scan,
)
from .engines import (
    dge_mode,
    dma_engine,
    engine,
    gpsimd_engine,
    matmul_perf_mode,
    nc_version,
    oob_mode,
    scalar_engine,
    tensor_engine,
    unknown_engine,
    vector_engine,
)
from .gather import nc_n_gather, tensor_partition_reduce
from .handle import NkiInstruction
from .matrix import nc_matmul, nc_transpose
from .moves import max8, nc_find_index8, nc_match_replace8, nc_stream_shuffle
from .random import dropout, rng, set_rng_seed
from .register_moves import register_load, register_store
from .registers import VirtualRegister, register_alloc, register_move
from .select import affine_select, iota, range_select, select_reduce, tensor_copy_predicated
from .statistics import bn_aggr, bn_stats
from .trace import KernelError as NkiValidationError
from .transfer import dma_compute, dma_copy, dma_transpose
from .vector import memset, reciprocal, tensor_copy, tensor_reduce, tensor_scalar, tensor_tensor

__all__ = [
    "NkiInstruction",
    "NkiValidationError",
    "VirtualRegister",
    "activate2",
    "activation",
    "activation_reduce",
    "affine_select",
    "bn_aggr",
    "bn_stats",
    "constants",
    "core_barrier",
    "dge_mode",
    "dma_compute",
    "dma_copy",
    "dma_engine",
    "dma_transpose",
    "dropout",
    "engine",
    "exponential",
    "get_nc_sub_version",
    "get_nc_version",
    "gpsimd_engine",
    "iota",
    "local_gather",
    "matmul_perf_mode",
    "max8",
    "memset",
    "nc_find_index8",
    "nc_match_replace8",
    "nc_matmul",
    "nc_matmul_mx",
    "nc_n_gather",
    "nc_stream_shuffle",
    "nc_transpose",
    "nc_version",
    "nonzero_with_count",
    "oob_mode",
    "quantize_mx",
    "rand2",
    "rand_get_state",
    "rand_set_state",
    "range_select",
    "reciprocal",
    "reduce_cmd",
    "register_alloc",
    "register_load",
    "register_move",
    "register_store",
    "rng",
    "scalar_engine",
    "scalar_tensor_tensor",
    "select_reduce",
    "sendrecv",
    "sequence_bounds",
    "set_rng_seed",
    "tensor_copy",
    "tensor_copy_predicated",
    "tensor_engine",
    "tensor_partition_reduce",
    "tensor_reduce",
    "tensor_scalar",
    "tensor_scalar_cumulative",
    "tensor_scalar_reduce",
    "tensor_tensor",
    "tensor_tensor_scan",
    "topk",
    "unknown_engine",
    "vector_engine",
]  # fmt: skip


def get_nc_version() -> nc_version:
    """The generation of the core."""
    return nc_version.gen2


def get_nc_sub_version() -> int:
    """The revision within the generation."""
    return 0
