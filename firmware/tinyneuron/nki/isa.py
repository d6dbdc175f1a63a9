"""``nki.isa``: one call, one instruction (``nc_matmul``: LOAD_STATIONARY and MULTIPLY_MOVING).

Names, parameters and defaults of the public module; parameters this slice does not have are left
out, so passing them is a ``TypeError``. Every rule of the hardware is checked when the kernel is
traced.
"""

from .activation import activation, activation_reduce, reduce_cmd
from .engines import engine, scalar_engine, tensor_engine, unknown_engine, vector_engine
from .matrix import nc_matmul, nc_transpose
from .moves import max8, nc_find_index8, nc_match_replace8, nc_stream_shuffle
from .transfer import dma_copy
from .vector import memset, tensor_copy, tensor_reduce, tensor_scalar, tensor_tensor

__all__ = [
    "activation", "activation_reduce", "dma_copy", "engine", "max8", "memset", "nc_find_index8",
    "nc_match_replace8", "nc_matmul", "nc_stream_shuffle", "nc_transpose", "reduce_cmd",
    "scalar_engine", "tensor_copy", "tensor_engine", "tensor_reduce", "tensor_scalar",
    "tensor_tensor", "unknown_engine", "vector_engine",
]  # fmt: skip
