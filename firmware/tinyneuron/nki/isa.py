"""``nki.isa``: one call, one instruction (``nc_matmul``: LOAD_STATIONARY and MULTIPLY_MOVING).

Names, parameters and defaults of the public module; parameters this slice does not have are left
out, so passing them is a ``TypeError``. Every rule of the hardware is checked when the kernel is
traced.
"""

from .accumulate import reduce_cmd
from .activation import activation, activation_reduce
from .chained import (
    scalar_tensor_tensor,
    tensor_scalar_cumulative,
    tensor_scalar_reduce,
    tensor_tensor_scan,
)
from .engines import engine, scalar_engine, tensor_engine, unknown_engine, vector_engine
from .matrix import nc_matmul, nc_transpose
from .moves import max8, nc_find_index8, nc_match_replace8, nc_stream_shuffle
from .random import dropout, rng, set_rng_seed
from .register_moves import register_load, register_store
from .registers import VirtualRegister, register_alloc, register_move
from .select import affine_select, iota, range_select, select_reduce, tensor_copy_predicated
from .statistics import bn_aggr, bn_stats
from .transfer import dma_compute, dma_copy, dma_transpose, oob_mode
from .vector import memset, reciprocal, tensor_copy, tensor_reduce, tensor_scalar, tensor_tensor

__all__ = [
    "VirtualRegister", "activation", "activation_reduce", "affine_select", "bn_aggr", "bn_stats",
    "dma_compute",
    "dma_copy", "dma_transpose", "dropout", "engine", "iota", "max8", "memset", "nc_find_index8",
    "nc_match_replace8", "nc_matmul", "nc_stream_shuffle", "nc_transpose", "oob_mode",
    "range_select", "reciprocal", "reduce_cmd", "register_alloc", "register_load", "register_move",
    "register_store", "rng", "scalar_engine", "scalar_tensor_tensor",
    "select_reduce", "set_rng_seed", "tensor_copy", "tensor_copy_predicated", "tensor_engine",
    "tensor_reduce", "tensor_scalar",
    "tensor_scalar_cumulative", "tensor_scalar_reduce", "tensor_tensor", "tensor_tensor_scan",
    "unknown_engine", "vector_engine",
]  # fmt: skip
