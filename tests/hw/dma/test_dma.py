"""Whole transfers through the DMA block."""

import random

import numpy as np
import pytest
from amaranth.hdl import Const

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.formats import FORMATS, DType
from tinyneuron_hw.isa.access import element_offsets
from tinyneuron_hw.isa.opcodes import Opcode, Space

CONFIG = CoreConfig(
    name="dma_test", partitions=4, columns=4, sbuf_partition_bytes=2048, psum_bank_bytes=64,
    dma_engines=2, dma_buffer_beats=32, device_memory_bytes=1 << 16,
)  # fmt: skip


def device(address, dims, dtype=DType.FP32, **more):
    return {"dtype": dtype, "address": address,
            "dims": [{"stride": t, "size": s} for t, s in dims], **more}  # fmt: skip


def chip(offset, dims, dtype=DType.FP32, partition=0, count=1):
    return {"dtype": dtype, "space": Space.SBUF, "start_partition": partition,
            "num_partitions": count, "offset": offset,
            "dims": [{"stride": t, "size": s} for t, s in dims]}  # fmt: skip


def test_loads_a_contiguous_row(dma_bench):
    bench = dma_bench(CONFIG, seed=1)
    bench.add(Opcode.DMA_LOAD, {"src": device(64, [(4, 32)]), "dst": chip(0, [(1, 32)])},
              semaphore=5, pc=7)  # fmt: skip
    bench.run()
    assert bench.sbuf[0, :128].tobytes() == bytes(bench.memory[64:192])
    assert bench.updates == [(0, 5, 1)]
    assert [event[1:4] for event in bench.events] == [(16, 0, 7), (16, 1, 7)]
    assert (bench.read_bytes, bench.write_bytes) == (128, 0)
