"""Bounded proof that an addition in PSUM reads what every earlier write of its word left.

The scoreboard that lets elements enter the array, a path of fixed length, and the accumulator, with
one word of PSUM, any word, followed. Every order of words, additions, overwrites, gaps and byte
masks is tried at once. The sums are integers: the floats take the same way through the same
stages.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from amaranth.hdl import Assert, Assume, Cat, Module, Mux, Signal, Value
from amaranth.lib import data

from tinyneuron_hw.config import get_config
from tinyneuron_hw.memory.accumulator import ACCUMULATE_LATENCY, Accumulator
from tinyneuron_hw.tensor.scoreboard import Scoreboard

from ..formal import counterexample

CONFIG = get_config("tiny,psum_bank_bytes=64")
PATH = 2
"""Cycles from the issue to the accumulator; any number does the same to every element."""


def _bits(byte_mask: Value) -> Value:
    return Cat(byte.replicate(8) for byte in byte_mask)


def _merged(old: Value, new: Value, byte_mask: Value) -> Value:
    return (old & ~_bits(byte_mask)) | (new & _bits(byte_mask))


def pipeline(window: int) -> tuple[Module, list[Value]]:
    """The design with its assertion, and its inputs."""
    m = Module()
    m.submodules.accumulator = accumulator = Accumulator(CONFIG)
    word_bits = len(accumulator.request.word)
    m.submodules.scoreboard = scoreboard = Scoreboard(word_bits, window)
    element = data.StructLayout(
        {"valid": 1, "word": word_bits, "accumulate": 1, "data": 32, "mask": 4}
    )
    wanted, followed = Signal(element), Signal(word_bits)
    arriving = Signal(element)
    m.d.comb += [
        scoreboard.word.eq(wanted.word),
        scoreboard.accumulate.eq(wanted.accumulate),
        scoreboard.issue.eq(wanted.valid & ~scoreboard.blocked),
        arriving.eq(wanted),
        arriving.valid.eq(scoreboard.issue),
    ]
    for stage in range(PATH):
        passed = Signal(element, name=f"passed{stage}")
        m.d.sync += passed.eq(arriving)
        arriving = passed
    request = accumulator.request
    m.d.comb += [
        request.valid.eq(arriving.valid),
        request.word.eq(arriving.word),
        request.accumulate.eq(arriving.accumulate),
        request.integer.eq(1),
        request.data[0].eq(arriving.data),
        request.byte_mask.eq(arriving.mask),
        request.partition_mask.eq(1),
    ]
    other = _follow(m, accumulator, followed)
    _require_atomic(m, accumulator, arriving, followed)
    return m, [Value.cast(wanted), followed, other]


def _follow(m: Module, accumulator: Accumulator, followed: Signal) -> Signal:
    """The followed word, in PSUM; a read of another gives anything."""
    before, started = Signal.like(followed), Signal()
    m.d.sync += [before.eq(followed), started.eq(1)]
    m.d.comb += Assume(~started | (before == followed))
    cell, read, other = Signal(32), Signal(32), Signal(32)
    with m.If(accumulator.write & (accumulator.write_word == followed)):
        m.d.sync += cell.eq(_merged(cell, accumulator.data[0], accumulator.bytes))
    m.d.sync += read.eq(Mux(accumulator.read_word == followed, cell, other))
    m.d.comb += accumulator.lanes[0].eq(read)
    return other


def _require_atomic(m: Module, accumulator: Accumulator, arriving, followed: Signal) -> None:
    """What an addition to the followed word reads is what it held if every element before it had
    been read, added and written in one step."""
    atomic, expected, reads = Signal(32), Signal(32), Signal()
    here = arriving.valid & (arriving.word == followed)
    value = Mux(arriving.accumulate, atomic + arriving.data, arriving.data)
    with m.If(here):
        m.d.sync += atomic.eq(_merged(atomic, value[:32], arriving.mask))
    m.d.sync += [reads.eq(here & arriving.accumulate), expected.eq(atomic)]
    m.d.comb += Assert(~reads | (accumulator.lanes[0] == expected))


@pytest.mark.parametrize("cycles", [12, pytest.param(18, marks=pytest.mark.slow)])
def test_additions_to_one_word_never_overlap(cycles: int, tmp_path: Path):
    assert counterexample(*pipeline(ACCUMULATE_LATENCY - 1), cycles, tmp_path) is None


def test_a_window_that_is_a_cycle_short_is_found(tmp_path: Path):
    found = counterexample(*pipeline(ACCUMULATE_LATENCY - 2), 12, tmp_path)
    assert found is not None
    assert "Assert failed in top" in found
