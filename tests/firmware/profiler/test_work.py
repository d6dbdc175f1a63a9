"""Operations, bytes and floors of single instructions."""

from __future__ import annotations

from typing import Any

import pytest

from tinyneuron.profiler.work import NOTHING, Work, total, work
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import decode, encode
from tinyneuron_hw.isa.opcodes import Accumulate, AluOp, Opcode, Space

BF16, FP32, INT8 = DType.BF16, DType.FP32, DType.INT8


def pattern(path: str, partitions: int, *sizes: int, dtype: DType = BF16,
            space: Space = Space.SBUF) -> dict[str, Any]:  # fmt: skip
    return {
        f"{path}.space": space, f"{path}.dtype": dtype, f"{path}.num_partitions": partitions,
        **{f"{path}.dims.{k}.size": size for k, size in enumerate(sizes)},
    }  # fmt: skip


def device(path: str, *sizes: int, dtype: DType = BF16) -> dict[str, Any]:
    return {f"{path}.dtype": dtype,
            **{f"{path}.dims.{k}.size": size for k, size in enumerate(sizes)}}  # fmt: skip


def of(opcode: Opcode, *parts: dict[str, Any], **fields: Any) -> Work:
    """The work of an instruction; sizes that are not given are 1, as in a decoded one."""
    for part in parts:
        fields |= part
    decoded = decode(encode(opcode, fields))
    return work(opcode, decoded.fields)


@pytest.mark.parametrize(
    ("dtype", "result", "cycles", "macs"),
    [(BF16, FP32, 40, 4 * 3 * 40), (FP32, FP32, 160, 4 * 3 * 40),
     (INT8, DType.INT32, 40, 2 * 4 * 3 * 40)],
)  # fmt: skip
def test_multiplies_go_through_the_array_once_or_in_passes(dtype, result, cycles, macs):
    found = of(Opcode.MULTIPLY_MOVING, pattern("src", 4, 8, 5, dtype=dtype),
               pattern("dst", 3, 8, 5, dtype=result, space=Space.PSUM))  # fmt: skip
    assert found == Work(cycles=cycles, macs=macs)


def test_transposes_multiply_nothing():
    found = of(Opcode.MULTIPLY_MOVING, pattern("src", 4, 4),
               pattern("dst", 4, 4, space=Space.PSUM), transpose=1)  # fmt: skip
    assert found == Work(cycles=4)


def test_loads_take_four_columns_a_cycle():
    assert of(Opcode.LOAD_STATIONARY, pattern("src", 4, 9)).cycles == 3


@pytest.mark.parametrize(
    ("op", "space", "cycles"),
    [(AluOp.ADD, Space.SBUF, 60), (AluOp.ADD, Space.PSUM, 30), (AluOp.DIVIDE, Space.PSUM, 240)],
)
def test_vector_takes_one_input_a_cycle_from_each_memory(op, space, cycles):
    found = of(Opcode.TENSOR_TENSOR, pattern("in0", 4, 30), pattern("in1", 4, 30, space=space),
               pattern("dst", 4, 30), op=op)  # fmt: skip
    assert found == Work(cycles=cycles, elements=120)


def test_transfers_count_device_bytes_each_way():
    assert of(Opcode.DMA_LOAD, device("src", 5, 4), pattern("dst", 4, 5)) == Work(read=40)
    store = (pattern("src", 4, 5), device("dst", 5, 4, dtype=FP32))
    assert of(Opcode.DMA_STORE, *store) == Work(written=80)
    assert of(Opcode.DMA_COPY, device("src", 6), device("dst", 6)) == Work(read=12, written=12)
    assert of(Opcode.DMA_LOCAL, pattern("src", 2, 8), pattern("dst", 2, 8)) == NOTHING


def test_what_is_accumulated_in_is_read_too():
    store = (pattern("src", 4, 5), device("dst", 5, 4))
    found = of(Opcode.DMA_STORE, *store, accumulate=Accumulate.ADD)
    assert found == Work(read=40, written=40)


def test_rows_that_an_index_chooses_count_for_each_index():
    found = of(Opcode.DMA_GATHER, device("src", 6), pattern("dst", 3, 6),
               pattern("index", 3, 2, dtype=DType.UINT32))  # fmt: skip
    assert found.read == 3 * 2 * 6 * 2


def test_lists_count_the_bytes_of_the_other_side():
    found = of(Opcode.DMA_LOAD, device("src", 3), pattern("dst", 4, 10), **{"src.list": 1})
    assert found.read == 4 * 10 * 2


def test_control_does_nothing():
    assert of(Opcode.NOP) == of(Opcode.HALT) == NOTHING


def test_totals():
    assert total([]) == NOTHING
    assert total([Work(1, 2, 3, 4, 5), Work(cycles=9)]) == Work(10, 2, 3, 4, 5)
