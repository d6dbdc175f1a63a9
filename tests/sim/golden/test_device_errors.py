"""Inverted bits in device memory: one is corrected and counted once, two are a trap until the word
is written as a whole."""

from __future__ import annotations

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Csr, Trap, counter_address
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_sim.backend import BackendError
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.loader import load_and_start

DATA, OUT = 0x1000, 0x2000
WORDS = bytes(range(64))


def copy(source: int, target: int, size: int) -> bytes:
    dims = [{"stride": 1, "size": size}]
    src, dst = ({"dtype": DType.UINT8, "address": at, "dims": dims} for at in (source, target))
    return encode(Opcode.DMA_COPY, src=src, dst=dst)


@pytest.fixture
def golden():
    with GoldenBackend(get_config("tiny,memory=hbm")) as backend:
        backend.memory_write(DATA, WORDS)
        yield backend


def run(golden: GoldenBackend, *code: bytes) -> tuple[Trap, int]:
    """Cause and address of the trap, and words corrected."""
    golden.reset()
    load_and_start(golden, {Stream.SYNC: [*code, encode(Opcode.HALT)]}, 0x10000)
    golden.run(1000)
    return Trap(golden.csr_read(Csr.TRAP_CAUSE)), golden.csr_read(Csr.TRAP_ADDRESS_LO)


def corrected(golden: GoldenBackend) -> int:
    return golden.csr_read(counter_address("memory_corrected"))


def test_single_errors_are_corrected_and_written_back(golden: GoldenBackend):
    for word, bit in ((0, 3), (5, 63), (6, 70)):
        golden.memory_flip(DATA + 8 * word, 1 << bit)
    for count in (3, 0):
        assert run(golden, copy(DATA, OUT, 64)) == (Trap.NONE, 0)
        assert corrected(golden) == count
    assert golden.memory_read(OUT, 64) == WORDS


def test_two_errors_trap_at_their_word_in_the_order_of_reading(golden: GoldenBackend):
    golden.memory_flip(DATA + 8, 0b11)
    golden.memory_flip(DATA + 40, 1 << 71 | 1)
    assert run(golden, copy(DATA, OUT, 64)) == (Trap.ECC_ERROR, DATA + 8)
    assert run(golden, copy(DATA + 20, OUT, 44)) == (Trap.ECC_ERROR, DATA + 40)
    assert run(golden, copy(DATA + 48, OUT, 16)) == (Trap.NONE, 0)


def test_a_word_that_is_written_is_whole(golden: GoldenBackend):
    for word in (2, 3, 4):
        golden.memory_flip(DATA + 8 * word, 0b11)
    golden.memory_write(DATA + 16, b"x")  # past the core
    assert run(golden, copy(DATA, DATA + 24, 8), copy(DATA + 16, OUT, 16)) == (Trap.NONE, 0)
    assert run(golden, copy(DATA, DATA + 32, 7)) == (Trap.NONE, 0)
    assert run(golden, copy(DATA + 32, OUT, 1)) == (Trap.ECC_ERROR, DATA + 32)


def test_a_bit_that_is_inverted_twice_is_right(golden: GoldenBackend):
    golden.memory_flip(DATA, 0b1011)
    golden.memory_flip(DATA, 0b1011)
    assert run(golden, copy(DATA, OUT, 8)) == (Trap.NONE, 0)
    assert corrected(golden) == 0


def test_an_instruction_can_be_lost(golden: GoldenBackend):
    golden.reset()
    nop = encode(Opcode.NOP)
    load_and_start(golden, {Stream.SYNC: [nop, nop, encode(Opcode.HALT)]}, 0x10000)
    golden.memory_flip(0x10000 + 128 + 16, 1)
    golden.memory_flip(0x10000 + 256 + 24, 3)
    golden.run(1000)
    assert golden.csr_read(Csr.TRAP_CAUSE) == Trap.ECC_ERROR.value
    assert golden.csr_read(Csr.TRAP_PC) == 2
    assert golden.csr_read(Csr.TRAP_ADDRESS_LO) == 0x10000 + 256 + 24
    assert corrected(golden) == 1


def test_memory_without_check_bits_has_no_errors():
    with GoldenBackend(get_config("tiny")) as golden:
        with pytest.raises(BackendError, match="has no check bits"):
            golden.memory_flip(0, 1)
