"""Operands that break a rule: each is a legal instruction with one piece changed."""

from __future__ import annotations

from tinyneuron_hw.isa.csr import Trap

from .specimen import Bad, bad

__all__ = ["BASES", "OPERANDS"]

_RM = "round_mode=nearest_even"
BASES: dict[str, tuple[str, str]] = {
    "memset": ("vector", "memset dst=sbuf.bf16[0+4, 0x0, 1x8] value=1"),
    "tensor_copy": (
        "vector", f"tensor_copy in0=sbuf.bf16[0+4, 0x0, 1x8] dst=sbuf.bf16[0+4, 0x40, 1x8] {_RM}"),
    "tensor_tensor": (
        "vector", "tensor_tensor in0=sbuf.fp32[0+4, 0x0, 1x8] in1=sbuf.fp32[0+4, 0x20, 1x8] "
        f"dst=sbuf.fp32[0+4, 0x40, 1x8] op=add {_RM}"),
    "tensor_scalar": (
        "vector", "tensor_scalar in0=sbuf.fp32[0+4, 0x0, 1x8] dst=sbuf.fp32[0+4, 0x40, 1x8] "
        f"operand0=2.0 operand1=1.0 op0=multiply op1=add reverse0=0 reverse1=0 {_RM} "
        "reduce_cmd=idle reduce_op=add"),
    "tensor_reduce": (
        "vector", "tensor_reduce in0=sbuf.fp32[0+4, 0x0, 1x8] dst=sbuf.fp32[0+4, 0x40, 1x1] "
        f"op=add reduce_dims=1 negate=0 {_RM}"),
    "select": (
        "vector", "select in0=sbuf.fp32[0+4, 0x0, 1x8] in1=sbuf.fp32[0+4, 0x20, 1x8] "
        f"dst=sbuf.fp32[0+4, 0x40, 1x8] operand0=0.0 keep=0 {_RM} reduce_cmd=idle reduce_op=add"),
    "read_accumulator": (
        "vector",
        f"read_accumulator dst=sbuf.fp32[0+4, 0x40, 1x1] reduce_op=add negate=0 {_RM}"),
    "set_seed": ("vector", "set_seed in0=sbuf.uint32[0+4, 0x0, 1x1]"),
    "max8": (
        "vector", f"max8 in0=sbuf.fp32[0+4, 0x0, 1x16] dst=sbuf.fp32[0+4, 0x40, 1x8] {_RM}"),
    "find_index8": (
        "vector", "find_index8 in0=sbuf.fp32[0+4, 0x0, 1x16] in1=sbuf.fp32[0+4, 0x80, 1x8] "
        "dst=sbuf.uint32[0+4, 0x40, 1x8]"),
    "transpose": (
        "vector", "transpose in0=sbuf.bf16[0+4, 0x0, 1x4] dst=sbuf.bf16[0+4, 0x40, 1x4]"),
    "load_stationary": (
        "tensor", "load_stationary src=sbuf.bf16[0+4, 0x0, 1x4] column_start=0"),
    "multiply_moving": (
        "tensor", "multiply_moving src=sbuf.bf16[0+4, 0x0, 1x8] dst=psum.fp32[0+4, 0x0, 1x8] "
        "accumulate=0"),
    "activate": (
        "scalar", "activate in0=sbuf.fp32[0+4, 0x0, 1x8] dst=sbuf.fp32[0+4, 0x40, 1x8] bias=0.0 "
        f"scale=1.0 function=relu {_RM}"),
    "load_table": ("scalar", "load_table in0=sbuf.uint32[0+4, 0x0, 1x64] slot=0"),
    "activate_read": ("scalar", f"activate_read dst=sbuf.fp32[0+4, 0x40, 1x1] {_RM}"),
    "activate_seed": ("scalar", "activate_seed in0=sbuf.uint32[0+4, 0x0, 1x1]"),
    "dma_load": (
        "sync", "dma_load dst=sbuf.uint8[0+4, 0x0, 1x16] src=dev.uint8[x+0x0, 1x64] queue=0 "
        f"{_RM}"),
    "dma_store": (
        "gpsimd", "dma_store src=sbuf.uint8[0+4, 0x0, 1x16] dst=dev.uint8[y+0x0, 1x64] queue=1 "
        f"{_RM}"),
    "dma_copy": (
        "sync", f"dma_copy src=dev.uint8[x+0x0, 1x64] dst=dev.uint8[y+0x0, 1x64] queue=0 {_RM}"),
    "dma_local": (
        "gpsimd", "dma_local src=sbuf.uint8[0+4, 0x0, 1x16] dst=sbuf.uint8[0+4, 0x40, 1x16] "
        f"queue=1 {_RM}"),
    "dma_ring": ("sync", "dma_ring ring=ring[x+0x0, 0+2, 4] queue=0"),
}  # fmt: skip
"""Legal instructions and a stream that may run them."""

_CHANGES: list[tuple[str, str, str, str, str]] = [
    # name, instruction, piece, what it becomes, what the error says
    ("no partitions", "memset", "0+4", "0+0", "memset"),
    ("two partitions from an odd one", "memset", "0+4", "1+2", "memset"),
    ("three partitions not from 0", "memset", "0+4", "2+3", "memset"),
    ("more partitions than lanes", "memset", "0+4", "0+5", "memset"),
    ("size 0", "memset", "1x8", "1x0", "memset"),
    ("outer size 0", "memset", "1x8", "8x0, 1x8", "memset"),
    ("offset is no multiple of the element", "memset", "0x0", "0x1", "memset"),
    ("offset is no multiple of four", "memset", "bf16[0+4, 0x0", "fp32[0+4, 0x6", "memset"),
    ("too many elements", "memset", "1x8", "0x64, 0x256, 0x65", "memset"),
    ("sizes differ by one", "tensor_copy", "0x40, 1x8", "0x40, 1x9", "tensor_copy"),
    ("partitions differ", "tensor_copy", "bf16[0+4, 0x40", "bf16[0+2, 0x40", "tensor_copy"),
    ("source starts between lanes", "tensor_copy", "bf16[0+4, 0x0", "bf16[2+4, 0x0", ""),
    ("source offset is odd", "tensor_copy", "0+4, 0x0", "0+4, 0x3", "tensor_copy"),
    ("second operand is shorter", "tensor_tensor", "0x20, 1x8", "0x20, 1x7", "op=add"),
    ("result is longer", "tensor_tensor", "0x40, 1x8", "0x40, 2x3, 1x3", "op=add"),
    ("second operand has fewer partitions", "tensor_tensor", "0+4, 0x20", "0+1, 0x20", ""),
    ("operations on bits of numbers", "tensor_tensor", "op=add", "op=bitwise_and", "bitwise_and"),
    ("two divisions", "tensor_scalar", "op0=multiply op1=add", "op0=divide op1=divide", "divide"),
    ("bits and arithmetic", "tensor_scalar", "op0=multiply op1=add", "op0=bitwise_or op1=add", ""),
    ("loads with an operation", "tensor_scalar", "reduce_cmd=idle", "reduce_cmd=load_reduce", ""),
    ("subtracting accumulator", "tensor_scalar", "reduce_cmd=idle reduce_op=add",
     "reduce_cmd=reduce reduce_op=subtract", ""),
    ("scalar operand at an odd byte", "tensor_scalar", "operand0=2.0",
     "operand0=sbuf.fp32[0, 0x2]", ""),
    ("scalar operand between lanes", "tensor_scalar", "operand0=2.0",
     "operand0=sbuf.fp32[1, 0x0]", ""),
    ("reduces no dimension", "tensor_reduce", "reduce_dims=1", "reduce_dims=0", "reduce_dims=0"),
    ("reduces five dimensions", "tensor_reduce", "reduce_dims=1", "reduce_dims=5", ""),
    ("result of a reduction is too long", "tensor_reduce", "0x40, 1x1", "0x40, 1x2", ""),
    ("no reduction by subtracting", "tensor_reduce", "op=add", "op=subtract", "subtract"),
    ("keeps and accumulates", "select", f"keep=0 {_RM} reduce_cmd=idle",
     f"keep=1 {_RM} reduce_cmd=reduce", "keep=1"),
    ("loads nothing", "select", "reduce_cmd=idle", "reduce_cmd=load_reduce", "load_reduce"),
    ("two results of an accumulator", "read_accumulator", "1x1", "1x2", ""),
    ("accumulator that takes the difference", "read_accumulator", "reduce_op=add",
     "reduce_op=subtract", ""),
    ("two seeds in a partition", "set_seed", "1x1", "1x2", "set_seed"),
    ("a seed that is a number", "set_seed", "uint32", "fp32", "set_seed"),
    ("seven elements for eight largest", "max8", "1x16", "1x7", "max8"),
    ("nine largest", "max8", "0x40, 1x8", "0x40, 1x9", "max8"),
    ("indices that are bytes", "find_index8", "dst=sbuf.uint32", "dst=sbuf.uint8", ""),
    ("four to look for", "find_index8", "0x80, 1x8", "0x80, 1x4", "find_index8"),
    ("transpose of two types", "transpose", "dst=sbuf.bf16", "dst=sbuf.fp16", "transpose"),
    ("transpose of another shape", "transpose", "0x0, 1x4", "0x0, 1x8", "transpose"),
    ("too many columns", "load_stationary", "column_start=0", "column_start=1", ""),
    ("five elements for four columns", "load_stationary", "1x4", "1x5", ""),
    ("stationary of integers of 32 bits", "load_stationary", "bf16", "int32", "load_stationary"),
    ("exponent bias without cFP8", "load_stationary", "column_start=0",
     "column_start=0 exponent_bias=3", "exponent_bias=3"),
    ("stationary from PSUM", "load_stationary", "sbuf", "psum", "psum"),
    ("moving from PSUM", "multiply_moving", "src=sbuf", "src=psum", "src=psum"),
    ("products into SBUF", "multiply_moving", "dst=psum", "dst=sbuf", "dst=sbuf"),
    ("products of another type", "multiply_moving", "psum.fp32", "psum.bf16", "psum.bf16"),
    ("across two banks", "multiply_moving", "psum.fp32[0+4, 0x0", "psum.fp32[0+4, 0xf0", ""),
    ("more than a bank", "multiply_moving", "1x8", "1x65", ""),
    ("result is shorter than the moving operand", "multiply_moving",
     "psum.fp32[0+4, 0x0, 1x8]", "psum.fp32[0+4, 0x0, 1x7]", "multiply_moving"),
    ("accumulate is no flag", "multiply_moving", "accumulate=0", "accumulate=2", "accumulate=2"),
    ("moving of another kind", "multiply_moving", "sbuf.bf16", "sbuf.fp32", "sbuf.fp32"),
    ("activation of unequal counts", "activate", "0x40, 1x8", "0x40, 1x4", "activate"),
    ("activation between lanes", "activate", "fp32[0+4, 0x0", "fp32[1+3, 0x0", "activate"),
    ("activation to an odd byte", "activate", "0x40", "0x41", "activate"),
    ("activation that loads", "activate", _RM, f"{_RM} reduce_cmd=load_reduce", "load_reduce"),
    ("image in two partitions", "load_table", "0+4", "0+2", "load_table"),
    ("image of numbers", "load_table", "uint32", "fp32", "load_table"),
    ("image without a segment", "load_table", "1x64", "1x1", "load_table"),
    ("image too long for its slot", "load_table", "slot=0", "slot=7", "slot=7"),
    ("two sums", "activate_read", "1x1", "1x2", "activate_read"),
    ("two starts", "activate_seed", "1x1", "1x2", "activate_seed"),
    ("start that is a number", "activate_seed", "uint32", "fp32", "activate_seed"),
    ("queue 2 of 2", "dma_load", "queue=0", "queue=2", "queue=2"),
    ("queue 15", "dma_load", "queue=0", "queue=15", "queue=15"),
    ("one element too many on chip", "dma_load", "1x16", "1x17", "1x17"),
    ("one element too few in memory", "dma_load", "1x64", "1x63", "1x63"),
    ("load into PSUM", "dma_load", "sbuf", "psum", "psum"),
    ("casts bytes", "dma_load", "dst=sbuf.uint8", "dst=sbuf.fp32", "sbuf.fp32"),
    ("rounds at random", "dma_load", _RM, "round_mode=stochastic", "stochastic"),
    ("no partitions of a load", "dma_load", "0+4", "0+0", "dma_load"),
    ("store from PSUM", "dma_store", "sbuf", "psum", "psum"),
    ("store of size 0", "dma_store", "1x16", "1x0", "1x0"),
    ("accumulates bytes", "dma_store", _RM, f"{_RM} accumulate=add", "accumulate=add"),
    ("copy of unequal counts", "dma_copy", "y+0x0, 1x64", "y+0x0, 2x33", "2x33"),
    ("transposes bytes", "dma_copy", _RM, f"{_RM} transpose=1", "transpose=1"),
    ("local move of unequal counts", "dma_local", "0x40, 1x16", "0x40, 1x15", "1x15"),
    ("local move of another type", "dma_local", "dst=sbuf.uint8", "dst=sbuf.int16", "int16"),
    ("ring begins past its end", "dma_ring", "0+2, 4", "4+1, 4", "4+1, 4"),
    ("ring of nothing", "dma_ring", "0+2", "0+0", "dma_ring"),
    ("more descriptors than entries", "dma_ring", "0+2, 4", "0+5, 4", "0+5, 4"),
    ("ring between descriptors", "dma_ring", "x+0x0", "x+0x40", "x+0x40"),
    ("ring on a queue that is not there", "dma_ring", "queue=0", "queue=9", "queue=9"),
]  # fmt: skip


def _changed(name: str, base: str, piece: str, new: str, says: str) -> Bad:
    stream, line = BASES[base]
    assert piece in line, name
    says = says.replace("x+", "")
    return bad(f"{base}: {name}", stream, line.replace(piece, new, 1), Trap.BAD_OPERAND,
               before=len(name) % 4, says=says if "+" not in new else "")  # fmt: skip


def _by_register(name: str, base: str, piece: str, new: str, value: int) -> Bad:
    """The value comes from r5."""
    stream, line = BASES[base]
    assert piece in line, name
    lines = ["nop", f"register op=add dst=5 a={value:#x} b=0", line.replace(piece, new, 1)]
    return Bad(f"{base} by register: {name}", {stream: lines}, Trap.BAD_OPERAND, stream, 2)


_LOOP = "loop counter=0 counter_enable=0 count={} start=0 step=0 body={}"

OPERANDS: list[Bad] = [
    *(_changed(*change) for change in _CHANGES),
    _by_register("size of 17 bits", "memset", "1x8", "1xr5", 70000),
    _by_register("size 0", "memset", "1x8", "1xr5", 0),
    _by_register("odd offset", "memset", "0x0", "r5", 3),
    _by_register("start between lanes", "memset", "0+4", "r5+2", 1),
    _by_register("start of nine bits", "memset", "0+4", "r5+4", 1 << 20),
    _by_register("flag 2", "multiply_moving", "accumulate=0", "accumulate=r5", 2),
    _by_register("count beyond the bank", "multiply_moving", "1x8", "1xr5", 65),
    _by_register("offset across banks", "multiply_moving", "psum.fp32[0+4, 0x0",
                 "psum.fp32[0+4, r5", 0xFC),
    bad("tensor_reduce: bits have no sign", "vector",
        "tensor_reduce in0=sbuf.int32[0+4, 0x0, 1x8] dst=sbuf.int32[0+4, 0x40, 1x1] "
        f"op=bitwise_or reduce_dims=1 negate=1 {_RM}", Trap.BAD_OPERAND, says="negate=1"),
    bad("dma_load: unequal counts, and outside the windows", "sync",
        BASES["dma_load"][1].replace("1x16", "1x17").replace("x+0x0", "x+0x900000"),
        Trap.BAD_OPERAND, says="1x17"),
    bad("loop without a body", "sync", _LOOP.format(2, 0), Trap.BAD_OPERAND, before=1,
        says="body=0"),
    bad("loop without a body or a pass", "tensor", _LOOP.format(0, 0), Trap.BAD_OPERAND),
    Bad("ninth nested loop", {"vector": [_LOOP.format(2, 9 - depth) for depth in range(9)]},
        Trap.BAD_OPERAND, "vector", 8, says=("body=1",)),
    Bad("the third pass of a loop",
        {"vector": ["loop counter=2 counter_enable=1 count=5 start=6 step=1 body=2", "nop",
                    "memset dst=sbuf.bf16[0+4, 0x0, 1x8] value=1",
                    "memset dst=sbuf.bf16[0+r2, 0x0, 1x8] value=1"]},
        Trap.BAD_OPERAND, "vector", 3),
]  # fmt: skip
