"""Every trap: cause, stream, program counter, address, and what is done before it."""

from __future__ import annotations

import pytest

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import Csr, Trap, semaphore_address
from tinyneuron_hw.isa.opcodes import Condition, Opcode, OperandKind, Space, Stream, WaitMode
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.loader import MemoryWindow

from .programs import FP32, HALT, TINY, device, memset, nop, on_chip, run, update, wait

BASE = 0x10000
GUARD = 9
"""Semaphore counting the instructions done before the trap."""
MEMORY = TINY.device_memory_bytes


def _trap(instruction: bytes, stream: Stream = Stream.VECTOR, **loading) -> tuple:
    """(cause, pc, address) of a stream whose instruction 2 traps; checks the CSRs agree."""
    backend = GoldenBackend(TINY)
    stream_of = [nop(then=update(GUARD)), nop(then=update(GUARD)), instruction,
                 nop(then=update(GUARD)), HALT]  # fmt: skip
    assert run({stream: stream_of}, backend, base=BASE, **loading).event == "trap"
    assert backend.csr_read(Csr.STATUS) == 4
    assert backend.csr_read(Csr.INTERRUPT_STATUS) == 2
    assert backend.csr_read(semaphore_address(GUARD)) == 2
    assert backend.csr_read(Csr.TRAP_STREAM) == stream.value
    address = backend.csr_read(Csr.TRAP_ADDRESS_LO) | backend.csr_read(Csr.TRAP_ADDRESS_HI) << 32
    return Trap(backend.csr_read(Csr.TRAP_CAUSE)), backend.csr_read(Csr.TRAP_PC), address


HERE = BASE + 2 * 128


def _copy(**changes) -> bytes:
    fields = {"in0": on_chip(0, 4, 0, [(1, 4)]), "dst": on_chip(0, 4, 64, [(1, 4)]), **changes}
    return encode(Opcode.TENSOR_COPY, fields)


def _patched(raw: bytes, byte: int, value: int) -> bytes:
    changed = bytearray(raw)
    changed[byte] = value
    return bytes(changed)


@pytest.mark.parametrize(
    "instruction",
    [bytes(128), _patched(nop(), 0, 0x77), _patched(nop(), 127, 1),
     encode(Opcode.ACTIVATE, in0=on_chip(0, 4, 0, [(1, 4)]), dst=on_chip(0, 4, 0, [(1, 4)]))],
    ids=["zeros", "unknown", "reserved bits", "another engine's"],
)  # fmt: skip
def test_bad_opcode(instruction):
    assert _trap(instruction) == (Trap.BAD_OPCODE, 2, HERE)


def _register_named(register: int) -> bytes:
    dst = {**on_chip(0, 4, 0, [(1, 4)]), "offset": register, "offset_by_register": 1}
    return encode(Opcode.MEMSET, dst=dst)


BAD_OPERANDS = {
    "unknown dtype": _patched(_copy(), 16, 0),
    "register number": _patched(_register_named(1), 67, 0xF0),
    "partitions": _copy(in0=on_chip(0, 0, 0, [(1, 4)])),
    "start partition": _copy(in0=on_chip(1, 4, 0, [(1, 4)])),
    "misaligned": _copy(in0=on_chip(0, 4, 2, [(1, 4)])),
    "counts differ": _copy(in0=on_chip(0, 4, 0, [(1, 5)])),
    "size 0": _copy(in0=on_chip(0, 4, 0, [(1, 0)]), dst=on_chip(0, 4, 0, [(1, 0)])),
    "no such queue": encode(Opcode.DMA_LOAD, src=device(0, [(4, 4)]),
                            dst=on_chip(0, 4, 0, [(1, 1)]), queue=7),
    "stochastic rounding of a transfer": encode(
        Opcode.DMA_LOAD, src=device(0, [(4, 4)]), dst=on_chip(0, 4, 0, [(1, 1)]), round_mode=1
    ),
    "loop without body": encode(Opcode.LOOP, count=1, body=0),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_OPERANDS)
def test_bad_operand(name):
    assert _trap(BAD_OPERANDS[name]) == (Trap.BAD_OPERAND, 2, HERE)


def test_a_register_value_must_fit_its_field():
    stream = [encode(Opcode.REGISTER, dst=3, a=1 << 24), _register_named(3), HALT]
    backend = GoldenBackend(TINY)
    assert run({Stream.VECTOR: stream}, backend, base=BASE).event == "trap"
    assert backend.trap is not None
    assert (backend.trap.cause, backend.trap.pc) == (Trap.BAD_OPERAND, 1)
    assert backend.trap.message == ("dst.offset: register 3 holds 16777216, not from 0 to 16777215")


def test_a_ninth_nested_loop():
    loops = [encode(Opcode.LOOP, count=2, body=20 - depth) for depth in range(9)]
    backend = GoldenBackend(TINY)
    assert run({Stream.SYNC: [*loops, *[nop()] * 12, HALT]}, backend).event == "trap"
    assert backend.trap is not None
    assert (backend.trap.cause, backend.trap.pc) == (Trap.BAD_OPERAND, 8)


OUT_OF_RANGE = {
    "sbuf bytes": (_copy(in0=on_chip(0, 4, 8180, [(1, 4)])), 8180),
    "sbuf below": (_copy(in0=on_chip(0, 4, 8, [(-1, 4)])), 8),
    "psum bytes": (_copy(in0=on_chip(0, 4, 2044, [(1, 4)], FP32, Space.PSUM)), 2044),
    "destination": (_copy(dst=on_chip(0, 4, 9000, [(1, 4)])), 9000),
    "scalar operand": (
        encode(Opcode.TENSOR_SCALAR, in0=on_chip(0, 4, 0, [(1, 4)]), dst=on_chip(0, 4, 0, [(1, 4)]),
               operand1={"kind": OperandKind.PER_PARTITION, "dtype": 1, "value": 8192}), 8192),
    "dma partitions": (
        encode(Opcode.DMA_LOAD, src=device(0, [(4, 5)]), dst=on_chip(1, 5, 12, [(1, 1)])), 12),
    "device window": (
        encode(Opcode.DMA_LOAD, src=device(MEMORY - 8, [(4, 4)]), dst=on_chip(0, 4, 0, [(1, 1)])),
        MEMORY - 8),
    "device below 0": (
        encode(Opcode.DMA_LOAD, src=device(8, [(-4, 4)]), dst=on_chip(0, 4, 0, [(1, 1)])), 8),
}  # fmt: skip


@pytest.mark.parametrize("name", OUT_OF_RANGE)
def test_out_of_range(name):
    instruction, address = OUT_OF_RANGE[name]
    assert _trap(instruction) == (Trap.OUT_OF_RANGE, 2, address)


@pytest.mark.parametrize(
    ("windows", "wrong"),
    [
        ([MemoryWindow(0x8000, 0x100, write=False)], None),
        ([MemoryWindow(0x8000, 0x100, read=False)], 0x8000),
        ([MemoryWindow(0x8000, 0xFF)], 0x8000),
        ([MemoryWindow(0x8001, 0x100)], 0x8000),
        ([MemoryWindow(0x8000, 0x80), MemoryWindow(0x8080, 0x80)], 0x8000),
    ],
)
def test_a_transfer_must_lie_in_one_window_that_allows_it(windows, wrong):
    load = encode(Opcode.DMA_LOAD, src=device(0x8000, [(1, 256)], DType.UINT8),
                  dst=on_chip(0, 4, 0, [(1, 64)], DType.UINT8))  # fmt: skip
    code = MemoryWindow(BASE, 0x1000, read=False, write=False)
    if wrong is None:
        backend = GoldenBackend(TINY)
        assert run({Stream.SYNC: [load, HALT]}, backend, base=BASE,
                   windows=[code, *windows]).event == "done"  # fmt: skip
    else:
        trap = _trap(load, Stream.SYNC, windows=[code, *windows])
        assert trap == (Trap.OUT_OF_RANGE, 2, wrong)


def test_a_negative_register_offset_below_zero_reports_the_address_modulo_2_to_the_48():
    below = device(4, [(4, 4)], address_uses_register=1, register=1, scale=-1)
    load = encode(Opcode.DMA_COPY, src=below, dst=device(0, [(4, 4)]))
    backend = GoldenBackend(TINY)
    stream = [encode(Opcode.REGISTER, dst=1, a=12), load, HALT]
    assert run({Stream.SYNC: stream}, backend).event == "trap"
    assert backend.trap is not None
    assert backend.trap.address == (1 << 48) - 8


def test_bad_operands_come_before_out_of_range():
    both = _copy(in0=on_chip(0, 4, 9000, [(1, 4)]), dst=on_chip(0, 4, 66, [(1, 4)]))
    assert _trap(both) == (Trap.BAD_OPERAND, 2, HERE)


def test_running_past_the_end_of_a_stream():
    backend = GoldenBackend(TINY)
    assert run({Stream.SYNC: [nop(), nop()]}, backend, base=BASE).event == "trap"
    assert backend.trap is not None
    assert (backend.trap.cause, backend.trap.pc) == (Trap.OUT_OF_RANGE, 2)
    assert backend.trap.address == BASE + 256


def test_branching_past_the_end_of_a_stream():
    jump = encode(Opcode.BRANCH, condition=Condition.ALWAYS, target=40)
    assert _trap_of_last([nop(), jump]) == (Trap.OUT_OF_RANGE, 40, BASE + 40 * 128)


def _trap_of_last(stream: list[bytes], **loading) -> tuple:
    backend = GoldenBackend(TINY)
    assert run({Stream.SYNC: stream}, backend, base=BASE, **loading).event == "trap"
    assert backend.trap is not None
    return backend.trap.cause, backend.trap.pc, backend.trap.address


def test_instructions_must_lie_in_a_window_that_allows_execution():
    windows = [MemoryWindow(BASE, 128), MemoryWindow(BASE + 128, 4096, execute=False)]
    trap = _trap_of_last([nop(), nop(), HALT], windows=windows)
    assert trap == (Trap.OUT_OF_RANGE, 1, BASE + 128)


def test_a_window_past_the_end_of_device_memory_gives_a_bus_error():
    load = encode(Opcode.DMA_LOAD, src=device(MEMORY - 61, [(1, 256)], DType.UINT8),
                  dst=on_chip(0, 4, 0, [(1, 64)], DType.UINT8))  # fmt: skip
    trap = _trap_of_last([load, nop(wait(0, 1)), HALT], windows=[MemoryWindow(0, 2 * MEMORY)])
    assert trap == (Trap.BUS_ERROR, 0, MEMORY)


def test_a_trap_waits_for_the_instructions_semaphore():
    bad = bytearray(_copy(in0=on_chip(0, 4, 2, [(1, 4)])))
    good = bytes(_copy(header={"wait": wait(4, 1)}))
    bad[1:6] = good[1:6]
    other = [memset(on_chip(0, 4, 0, [(1, 4)])), nop(then=update(4)), HALT]
    for seed in range(5):
        backend = GoldenBackend(TINY, schedule_seed=seed)
        streams = {Stream.VECTOR: [bytes(bad), HALT], Stream.SYNC: other[1:]}
        assert run(streams, backend).event == "trap"
        assert backend.csr_read(semaphore_address(4)) == 1


def test_the_watchdog_names_the_lowest_stream_that_has_not_halted():
    backend = GoldenBackend(TINY)
    streams = {Stream.TENSOR: [HALT], Stream.SCALAR: [nop(), nop(wait(1, 1)), HALT],
               Stream.SYNC: [nop(wait(2, 5, WaitMode.EQUAL)), HALT]}  # fmt: skip
    assert run(streams, backend, watchdog=1000).event == "trap"
    assert backend.trap is not None
    assert (backend.trap.cause, backend.trap.stream) == (Trap.WATCHDOG, Stream.SCALAR)
    assert (backend.trap.pc, backend.trap.address) == (1, 0)
    assert "SYNC pc 0 `NOP wait(s2 == 5)` while semaphore 2 is 0" in backend.trap.message


def test_start_clears_the_trap():
    backend = GoldenBackend(TINY)
    assert run({Stream.SYNC: [bytes(128)]}, backend).event == "trap"
    assert run({Stream.SYNC: [HALT]}, backend).event == "done"
    assert backend.csr_read(Csr.TRAP_CAUSE) == 0
    assert backend.csr_read(Csr.STATUS) == 2
