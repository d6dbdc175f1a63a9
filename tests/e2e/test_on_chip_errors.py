"""Errors in SBUF and PSUM: every reader corrects one bit and traps at two, golden and RTL alike."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tinyneuron.program.assembler import assemble
from tinyneuron.program.program import Program
from tinyneuron.runtime.dtypes import numpy_dtype
from tinyneuron.runtime.errors import TrapError
from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import get_dtype
from tinyneuron_hw.isa.csr import Csr, Trap
from tinyneuron_hw.isa.opcodes import Stream

from ..every_option import EVERY_OPTION

SEED = 8
PLACE = 0x40
"""Offset of the line that every program reads."""
_LOAD = (
    ".stream sync\ndma_load dst=sbuf.bf16[0+4, 0x40, 1x8] src=dev.bf16[x+0x0, 2x32] queue=0 "
    "round_mode=nearest_even update(s0 += 1)\nhalt\n"
)
_STORE = (
    "dma_store src=sbuf.bf16[0+4, 0x80, 1x8] dst=dev.bf16[y+0x0, 2x32] queue=1 "
    "round_mode=nearest_even wait(s1 >= 1)\nhalt\n"
)
_COPY = ".stream gpsimd\n" + _STORE
READERS: dict[str, tuple[str, Stream]] = {
    "dma": (
        ".stream gpsimd\ndma_store src=sbuf.bf16[0+4, 0x40, 1x8] dst=dev.bf16[y+0x0, 2x32] "
        "queue=1 round_mode=nearest_even wait(s0 >= 1)\nhalt\n",
        Stream.GPSIMD,
    ),
    "vector": (
        ".stream vector\ntensor_copy in0=sbuf.bf16[0+4, 0x40, 1x8] dst=sbuf.bf16[0+4, 0x80, 1x8] "
        "round_mode=nearest_even wait(s0 >= 1) update(s1 += 1)\nhalt\n" + _COPY,
        Stream.VECTOR,
    ),
    "scalar": (
        ".stream scalar\nactivate in0=sbuf.bf16[0+4, 0x40, 1x8] dst=sbuf.bf16[0+4, 0x80, 1x8] "
        "bias=0.0 scale=1.0 function=identity round_mode=nearest_even wait(s0 >= 1) "
        "update(s1 += 1)\nhalt\n" + _COPY,
        Stream.SCALAR,
    ),
    "stationary": (
        ".stream tensor\nload_stationary src=sbuf.bf16[0+4, 0x40, 1x4] column_start=0 "
        "wait(s0 >= 1) update(s1 += 1)\nhalt\n.stream gpsimd\nnop wait(s1 >= 1)\nhalt\n",
        Stream.TENSOR,
    ),
    "moving": (
        ".stream tensor\nload_stationary src=sbuf.bf16[0+4, 0x140, 1x4] column_start=0\n"
        "multiply_moving src=sbuf.bf16[0+4, 0x40, 1x8] dst=psum.fp32[0+4, 0x0, 1x8] accumulate=0 "
        "wait(s0 >= 1) update(s1 += 1)\nhalt\n.stream gpsimd\nnop wait(s1 >= 1)\nhalt\n",
        Stream.TENSOR,
    ),
}
"""What reads the line of SBUF, and the stream that traps."""
_TO_PSUM = (
    ".stream vector\ntensor_copy in0=sbuf.bf16[0+4, 0x40, 1x8] dst=psum.bf16[0+4, 0x40, 1x8] "
    "round_mode=nearest_even wait(s0 >= 1) update(s2 += 1)\n"
)
PSUM_READERS: dict[str, tuple[str, Stream]] = {
    "vector_psum": (
        _TO_PSUM + "tensor_copy in0=psum.bf16[0+4, 0x40, 1x8] dst=sbuf.bf16[0+4, 0x80, 1x8] "
        "round_mode=nearest_even update(s1 += 1)\nhalt\n" + _COPY,
        Stream.VECTOR,
    ),
    "scalar_psum": (
        _TO_PSUM + "halt\n.stream scalar\nactivate in0=psum.bf16[0+4, 0x40, 1x8] "
        "dst=sbuf.bf16[0+4, 0x80, 1x8] bias=0.0 scale=1.0 function=identity "
        "round_mode=nearest_even wait(s2 >= 1) update(s1 += 1)\nhalt\n" + _COPY,
        Stream.SCALAR,
    ),
    "accumulation": (
        ".stream vector\nmemset dst=sbuf.bf16[0+4, 0x140, 1x4] value=0\n"
        "memset dst=psum.fp32[0+4, 0x40, 1x4] value=0 update(s2 += 1)\nhalt\n"
        ".stream tensor\nload_stationary src=sbuf.bf16[0+4, 0x140, 1x4] column_start=0 "
        "wait(s2 >= 1)\nmultiply_moving src=sbuf.bf16[0+4, 0x40, 1x4] "
        "dst=psum.fp32[0+4, 0x40, 1x4] accumulate=1 wait(s0 >= 1) update(s1 += 1)\nhalt\n"
        ".stream gpsimd\nnop wait(s1 >= 1)\nhalt\n",
        Stream.TENSOR,
    ),
}
"""What reads PSUM, and the stream that traps."""
CLEAR = ".stream vector\nmemset dst=sbuf.bf16[0+4, 0x140, 1x4] value=0 update(s2 += 1)\nhalt\n"
HEADER = f".config {EVERY_OPTION}\n.tensor x input bf16 32\n.tensor y output bf16 32\n"
SECOND = ("moving", "vector_psum", "accumulation")
"""Where the second instruction of the stream reads."""


def program_of(reader: str) -> Program:
    text = (READERS | PSUM_READERS)[reader][0]
    if reader == "moving":  # its stationary matrix must have been written
        first, rest = text.split("column_start=0\n", 1)
        text = CLEAR + first + "column_start=0 wait(s2 >= 1)\n" + rest
    return assemble(HEADER + _LOAD + text)


class Flips:
    """Runs a program on a target with bits inverted of what its reader reads."""

    def __init__(self, device, target: str, reader: str, seed: int):
        self.reader, self.rng = reader, random.Random(seed)
        self.in_psum = reader in PSUM_READERS
        self.model = device(target, get_config(EVERY_OPTION)).load(program_of(reader))
        values = np.random.default_rng(SEED).integers(-99, 99, 32)
        self.address = 0
        self.x = values.astype(numpy_dtype(get_dtype("bf16")))

    def run(self, count: int):
        """Inverts ``count`` bits of a codeword, whose trap address is kept."""
        partition = self.rng.randrange(4)
        offset = PLACE + (self.rng.randrange(16) if self.in_psum else 8 * self.rng.randrange(2))
        self.address = partition << 24 | offset
        flips = sum(1 << bit for bit in self.rng.sample(range(13 if self.in_psum else 72), count))
        registers = {
            Csr.INJECT_ADDRESS: self.address,
            Csr.INJECT_LO: flips & 0xFFFF_FFFF,
            Csr.INJECT_HI: flips >> 32 & 0xFFFF_FFFF,
            Csr.INJECT_CHECK: flips >> 64,
            Csr.INJECT: 1 | self.in_psum << 1,
        }
        return self.model.run({"x": self.x}, registers=registers)

    def single(self) -> None:
        result = self.run(1)
        expected = {"sbuf_corrected": int(not self.in_psum), "psum_corrected": int(self.in_psum)}
        assert expected.items() <= result.counters.items()
        if "gpsimd\ndma" in (READERS | PSUM_READERS)[self.reader][0]:
            assert (result.outputs["y"] == self.x).all()

    def double(self) -> None:
        with pytest.raises(TrapError) as caught:
            self.run(2)
        trap = caught.value
        assert trap.cause is (Trap.PSUM_ECC_ERROR if self.in_psum else Trap.SBUF_ECC_ERROR)
        assert trap.address == self.address
        assert trap.stream is (READERS | PSUM_READERS)[self.reader][1]
        assert trap.pc == (1 if self.reader in SECOND else 0)


def flip_many(device, target: str, reader: str, singles: int, doubles: int) -> None:
    flips = Flips(device, target, reader, SEED)
    try:
        for _ in range(singles):
            flips.single()
        for _ in range(doubles):
            flips.double()
        flips.single()  # a trap leaves nothing behind
    finally:
        flips.model.unload()


@pytest.mark.parametrize("target", ["golden", "verilator"])
@pytest.mark.parametrize("reader", READERS | PSUM_READERS)
def test_flips(device, target: str, reader: str) -> None:
    flip_many(device, target, reader, singles=40, doubles=20)


@pytest.mark.parametrize("reader", READERS | PSUM_READERS)
def test_flips_on_icarus(device, reader: str) -> None:
    flip_many(device, "icarus", reader, singles=1, doubles=1)


@pytest.mark.slow
@pytest.mark.parametrize("reader", READERS | PSUM_READERS)
def test_many_flips(device, reader: str) -> None:
    """2,000 single and 500 double errors of SBUF, 1,200 and 300 of PSUM."""
    flip_many(device, "verilator", reader, singles=400, doubles=100)
