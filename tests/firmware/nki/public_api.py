"""The public functions of the kernel language: name -> parameters with defaults.

Facts from the public documentation. A default that is a member of an enumeration stands under the
member's name, an operation under its own; ``...`` is one that the documentation leaves open.
"""

ISA = {
    "activate2": (
        "dst, op, data, imm0, imm1, op0, op1, relu_param=0.0, reverse0=False, "
        "reverse1=False, reduce_op=None, reduce_res=None, reduce_cmd=idle, name=None"
    ),
    "activation": (
        "dst, op, data, bias=None, scale=1.0, reduce_op=None, reduce_res=None, "
        "reduce_cmd=idle, name=None"
    ),
    "activation_reduce": "dst, op, data, reduce_op, reduce_res, bias=None, scale=1.0, name=None",
    "affine_select": (
        "dst, pattern, channel_multiplier, on_true_tile, on_false_value, cmp_op=equal, "
        "offset=0, name=None"
    ),
    "bn_aggr": "dst, data, name=None",
    "bn_stats": "dst, data, name=None",
    "core_barrier": "data, cores, engine=gpsimd, name=None",
    "dma_compute": (
        "dst, srcs, reduce_op, scales=None, unique_indices=True, oob_mode=error, name=None"
    ),
    "dma_copy": (
        "dst, src, priority=None, oob_mode=error, dge_mode=unknown, engine=unknown, name=None"
    ),
    "dma_transpose": (
        "dst, src, axes=None, priority=None, dge_mode=unknown, oob_mode=error, name=None"
    ),
    "dropout": "dst, data, prob, name=None",
    "exponential": (
        "dst, src, max_value=0.0, reduce_res=None, reduce_cmd=idle, reduce_init=0.0, name=None"
    ),
    "get_nc_sub_version": "",
    "get_nc_version": "",
    "iota": "dst, pattern, offset=0, channel_multiplier=0, name=None",
    "local_gather": "dst, src_buffer, index, num_elem_per_idx=1, num_valid_indices=None, name=None",
    "max8": "dst, src, name=None",
    "memset": "dst, value, engine=unknown, name=None",
    "nc_find_index8": "dst, data, vals, name=None",
    "nc_match_replace8": "dst, data, vals, imm, dst_idx=None, name=None",
    "nc_matmul": (
        "dst, stationary, moving, is_stationary_onezero=False, is_moving_onezero=False, "
        "is_transpose=False, accumulate=None, tile_position=(), tile_size=(), "
        "perf_mode=none, name=None"
    ),
    "nc_matmul_mx": (
        "dst, stationary, moving, stationary_scale, moving_scale, tile_position=None, "
        "tile_size=None, accumulate=None, name=None"
    ),
    "nc_n_gather": "dst, data, indices, name=None",
    "nc_stream_shuffle": "dst, src, shuffle_mask, name=None",
    "nc_transpose": "dst, data, engine=unknown, name=None",
    "nonzero_with_count": "dst, src, index_offset=0, padding_val=-1, name=None",
    "quantize_mx": "dst, src, dst_scale, name=None",
    "rand2": "dst, min, max, name=None",
    "rand_get_state": "dst, engine=gpsimd, name=None",
    "rand_set_state": "src_seeds, engine=gpsimd, name=None",
    "range_select": (
        "dst, on_true_tile, comp_op0, comp_op1, bound0, bound1, reduce_cmd=reset_reduce, "
        "reduce_res=None, reduce_op=maximum, range_start=0, on_false_value=..., name=None"
    ),
    "reciprocal": "dst, data, name=None",
    "register_alloc": "x=None",
    "register_load": "dst, src",
    "register_move": "dst, src",
    "register_store": "dst, src",
    "rng": "dst, engine=vector, name=None",
    "scalar_tensor_tensor": (
        "dst, data, op0, operand0, op1, operand1, reverse0=False, reverse1=False, name=None"
    ),
    "select_reduce": (
        "dst, predicate, on_true, on_false, reduce_res=None, reduce_cmd=idle, "
        "reduce_op=maximum, reverse_pred=False, name=None"
    ),
    "sendrecv": "src, dst, send_to_rank, recv_from_rank, pipe_id, dma_engine=dma, name=None",
    "sequence_bounds": "dst, segment_ids, name=None",
    "set_rng_seed": "src_seeds, name=None",
    "tensor_copy": "dst, src, engine=unknown, name=None",
    "tensor_copy_predicated": "dst, src, predicate, reverse_pred=False, name=None",
    "tensor_partition_reduce": "dst, op, data, name=None",
    "tensor_reduce": "dst, op, data, axis, negate=False, keepdims=False, name=None",
    "tensor_scalar": (
        "dst, data, op0, operand0, reverse0=False, op1=None, operand1=None, reverse1=False, "
        "engine=unknown, name=None"
    ),
    "tensor_scalar_cumulative": (
        "dst, src, op0, op1, imm0, imm1=None, reduce_cmd=reset_reduce, name=None"
    ),
    "tensor_scalar_reduce": (
        "dst, data, op0, operand0, reduce_op, reduce_res=None, reverse0=False, "
        "reduce_cmd=reset_reduce, reduce_init=None, reduce_res_negate=False, name=None"
    ),
    "tensor_tensor": "dst, data1, data2, op, engine=unknown, name=None",
    "tensor_tensor_scan": (
        "dst, data0, data1, initial, op0, op1, reverse0=False, reverse1=False, name=None"
    ),
    "topk": "val_dst, idx_dst, src, n, name=None",
}

LANGUAGE = {
    "abs": "x, dtype=None",
    "abs_max": "x, y, dtype=None",
    "abs_min": "x, y, dtype=None",
    "add": "x, y, dtype=None",
    "affine_range": "start, stop=None, step=1",
    "all": "x, axis, dtype=None",
    "arctan": "x, dtype=None",
    "bitwise_and": "x, y, dtype=None",
    "bitwise_or": "x, y, dtype=None",
    "bitwise_xor": "x, y, dtype=None",
    "broadcast_to": "x, shape, dtype=None",
    "ceil": "x, dtype=None",
    "copy": "x, dtype=None",
    "cos": "x, dtype=None",
    "device_print": "print_prefix, tensor",
    "divide": "x, y, dtype=None",
    "dropout": "x, rate, dtype=None",
    "ds": "start, size",
    "dynamic_range": "start, stop=None, step=1",
    "empty_like": "x, dtype=None, buffer=None, name=''",
    "equal": "x, y, dtype=None",
    "erf": "x, dtype=None",
    "erf_dx": "x, dtype=None",
    "exp": "x, dtype=None",
    "expand_dims": "x, axis",
    "floor": "x, dtype=None",
    "fmod": "x, y, dtype=None",
    "fori_loop": "lower, upper, body_fun, step=1",
    "full": "shape, fill_value, dtype, buffer=sbuf, name=''",
    "gather_flattened": "data, indices, axis=0, dtype=None",
    "gelu": "x, dtype=None",
    "gelu_apprx_sigmoid": "x, dtype=None",
    "gelu_apprx_sigmoid_dx": "x, dtype=None",
    "gelu_apprx_tanh": "x, dtype=None",
    "gelu_dx": "x, dtype=None",
    "greater": "x, y, dtype=None",
    "greater_equal": "x, y, dtype=None",
    "invert": "x, dtype=None",
    "is_hbm": "buffer",
    "is_on_chip": "buffer",
    "is_psum": "buffer",
    "is_sbuf": "buffer",
    "left_shift": "x, y, dtype=None",
    "less": "x, y, dtype=None",
    "less_equal": "x, y, dtype=None",
    "load": "src, dtype=None",
    "load_transpose2d": "src, dtype=None",
    "log": "x, dtype=None",
    "logical_and": "x, y, dtype=None",
    "logical_not": "x, dtype=None",
    "logical_or": "x, y, dtype=None",
    "logical_xor": "x, y, dtype=None",
    "matmul": "x, y, transpose_x=False",
    "max": "x, axis, dtype=None, keepdims=False",
    "maximum": "x, y, dtype=None",
    "mean": "x, axis, dtype=None, keepdims=False",
    "min": "x, axis, dtype=None, keepdims=False",
    "minimum": "x, y, dtype=None",
    "mish": "x, dtype=None",
    "mod": "x, y, dtype=None",
    "multiply": "x, y, dtype=None",
    "ndarray": "shape, dtype, buffer=sbuf, name='', address=None",
    "negative": "x, dtype=None",
    "no_reorder": "",
    "not_equal": "x, y, dtype=None",
    "num_programs": "axes=0",
    "ones": "shape, dtype, buffer=sbuf, name=''",
    "power": "x, y, dtype=None",
    "prod": "x, axis, dtype=None, keepdims=False",
    "program_id": "axis=0",
    "program_ndim": "",
    "rand": "shape, dtype, buffer=sbuf, name=''",
    "random_seed": "seed",
    "reciprocal": "x, dtype=None",
    "relu": "x, dtype=None",
    "right_shift": "x, y, dtype=None",
    "rms_norm": "x, w, axis, n, epsilon=1e-06, dtype=None, compute_dtype=None",
    "rsqrt": "x, dtype=None",
    "sequential_range": "start, stop=None, step=1",
    "shared_constant": "constant",
    "shared_identity_matrix": "n, dtype=uint8, dst=None",
    "sigmoid": "x, dtype=None",
    "sign": "x, dtype=None",
    "silu": "x, dtype=None",
    "silu_dx": "x, dtype=None",
    "sin": "x, dtype=None",
    "softmax": "x, axis=-1, dtype=None",
    "softplus": "x, dtype=None",
    "sqrt": "x, dtype=None",
    "square": "x, dtype=None",
    "static_range": "start, stop=None, step=1",
    "store": "dst, value",
    "subtract": "x, y, dtype=None",
    "sum": "x, axis, dtype=None, keepdims=False",
    "tan": "x, dtype=None",
    "tanh": "x, dtype=None",
    "transpose": "x, dtype=None",
    "trunc": "x, dtype=None",
    "var": "x, axis, dtype=None, keepdims=False",
    "where": "condition, x, y, dtype=None",
    "while_loop": "init, body_fun",
    "zeros": "shape, dtype, buffer=sbuf, name=''",
    "zeros_like": "x, dtype=None, buffer=None, name=''",
}

TENSOR = {
    "ap": (
        "pattern, offset=None, scalar_offset=None, vector_offset=None, indirect_dim=0, dtype=None"
    ),
    "broadcast": "dim, size",
    "expand_dim": "dim",
    "flatten_dims": "start_dim, end_dim",
    "get_pattern": "",
    "indirect": "index, num_elem=None",
    "is_contiguous": "",
    "is_indirect": "",
    "permute": "dims",
    "rearrange": "src_pattern, dst_pattern, fixed_sizes=None",
    "reshape": "shape",
    "reshape_dim": "dim, shape",
    "select": "dim, index",
    "slice": "dim, start, end, step=1",
    "squeeze_dim": "dim",
    "vector_select": "dim, vector_offset",
    "view": "dtype",
}
"""Methods of a tensor."""
TENSOR_MEMBERS = [
    "shape",
    "strides",
    "offset",
    "name",
    "dtype",
    "buffer",
    "ndim",
    "size",
]
TILE_SIZE = [
    "pmax",
    "psum_fmax",
    "psum_bank_fmax",
    "psum_bank_fmax_bytes",
    "gemm_stationary_fmax",
    "gemm_moving_fmax",
    "bn_stats_fmax",
    "psum_min_align",
    "sbuf_min_align",
    "psum_num_banks",
    "sbuf_size_bytes",
    "sbuf_fmax",
    "sbuf_fmax_bytes",
    "total_available_sbuf_size",
]
ENUMERATIONS = {
    "MemoryRegion": ["sbuf", "psum", "private_hbm", "shared_hbm"],
    "dge_mode": ["unknown", "swdge", "hwdge", "none"],
    "dma_engine": ["dma", "gpsimd_dma"],
    "engine": ["tensor", "vector", "scalar", "gpsimd", "dma", "sync", "unknown"],
    "matmul_perf_mode": ["none", "double_row"],
    "nc_version": ["gen2", "gen3", "gen4"],
    "oob_mode": ["error", "skip"],
    "reduce_cmd": ["idle", "reset", "reduce", "reset_reduce", "load_reduce"],
}
TYPES = [
    "bool_",
    "int8",
    "int16",
    "int32",
    "uint8",
    "uint16",
    "uint32",
    "float16",
    "float32",
    "bfloat16",
    "tfloat32",
    "float8_e4m3",
    "float8_e5m2",
]
LATER_TYPES = [
    "float8_e4m3fn",
    "float8_e5m2_x4",
    "float8_e4m3fn_x4",
    "float8_e8m0fnu",
    "float4_e2m1fn_x4",
]
BUFFERS = [
    "sbuf",
    "psum",
    "hbm",
    "private_hbm",
    "shared_hbm",
]
TOKENS = ["average", "bypass", "prelu"]
"""Operations that are parameters only."""
LATER = {
    "activate2": 4, "core_barrier": 3, "exponential": 4, "nc_matmul_mx": 4, "quantize_mx": 4,
    "rand2": 4, "rand_get_state": 3, "rand_set_state": 3, "sendrecv": 3,
}  # fmt: skip
"""Instructions of later cores -> the first that has them."""
GPSIMD = ["local_gather", "nonzero_with_count", "sequence_bounds", "topk"]
"""Instructions that need a GPSIMD engine."""
