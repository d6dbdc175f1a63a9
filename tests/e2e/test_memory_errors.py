"""Errors in device memory behind the controller: single ones are corrected, written back and
counted, double ones trap with the address of their word."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest

from tinyneuron.program.assembler import assemble
from tinyneuron.runtime.device import open_device
from tinyneuron.runtime.errors import TrapError
from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_sim.rtl.verilator import VerilatorBackend

from ..every_option import EVERY_OPTION

SEED = 12
SIZE = 4096
TEXT = f"""
.config {EVERY_OPTION}
.tensor x output uint8 {SIZE}
.tensor y output uint8 {SIZE}
.stream sync
nop
dma_copy src=dev.uint8[x+0x0, 1x{SIZE}] dst=dev.uint8[y+0x0, 1x{SIZE}] queue=0 \
round_mode=nearest_even
halt
"""


class Flips:
    """Copies a tensor with bits of its codewords inverted. It counts as an output, so that a run
    does not write it."""

    def __init__(self) -> None:
        print(f"seed {SEED}")
        self.rng = random.Random(SEED)
        self.device = open_device("verilator", get_config(EVERY_OPTION))
        self.model = self.device.load(assemble(TEXT))
        self.x = np.frombuffer(self.rng.randbytes(SIZE), np.uint8)
        self.base = self.model.address("x")

    def invert(self, words: list[int], bits: int) -> None:
        """The tensor is right but for so many bits of each of the words."""
        backend = self.device.backend
        assert isinstance(backend, VerilatorBackend)
        backend.memory_write(self.base, self.x.tobytes())
        for word in words:
            mask = sum(1 << bit for bit in self.rng.sample(range(72), bits))
            backend.memory_flip(self.base + 8 * word, mask)

    def single(self, count: int) -> None:
        self.invert(self.rng.sample(range(SIZE // 8), count), 1)
        for corrected in (count, 0):  # they are written back
            result = self.model.run()
            assert (result.outputs["y"] == self.x).all()
            assert result.counters["memory_corrected"] == corrected

    def double(self) -> None:
        word = self.rng.randrange(SIZE // 8)
        self.invert([word], 2)
        with pytest.raises(TrapError) as caught:
            self.model.run()
        trap = caught.value
        assert (trap.cause, trap.stream, trap.pc) == (Trap.ECC_ERROR, Stream.SYNC, 1)
        assert trap.address == self.base + 8 * word


@pytest.fixture
def flips() -> Iterator[Flips]:
    flips = Flips()
    yield flips
    flips.device.close()


def test_two_thousand_single_and_five_hundred_double_errors(flips: Flips) -> None:
    for _ in range(40):
        flips.single(50)
    for _ in range(500):
        flips.double()
    flips.single(1)  # a trap leaves nothing behind
