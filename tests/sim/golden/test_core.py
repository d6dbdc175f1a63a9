"""Registers, loops, branches, semaphores and the CSR interface."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron_hw.config import PRESETS
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import (
    ID_VALUE,
    Csr,
    config_words,
    counter_address,
    semaphore_address,
)
from tinyneuron_hw.isa.opcodes import (
    Condition,
    Opcode,
    RegisterOp,
    Stream,
    UpdateMode,
    WaitMode,
)
from tinyneuron_sim.backend import BackendError, RunResult, TraceEvent, open_backend
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.golden.sequencer import branch_taken, register_result
from tinyneuron_sim.loader import load_and_start

from .programs import FP32, HALT, TINY, device, header, memset, nop, on_chip, run, update, wait


def _set(register: int, value: int) -> bytes:
    return encode(Opcode.REGISTER, op=RegisterOp.ADD, dst=register, a=value)


def _add(register: int, amount: int) -> bytes:
    return encode(Opcode.REGISTER, op=RegisterOp.ADD, dst=register, a=register, a_by_register=1,
                  b=amount)  # fmt: skip


def _show(register: int, semaphore: int) -> bytes:
    """Puts a register's value into a semaphore, where the host can read it."""
    return encode(Opcode.NOP, header={"update": {
        "mode": UpdateMode.SET, "semaphore": semaphore, "value": register,
        "value_by_register": 1}})  # fmt: skip


def _registers(*instructions: bytes, shown: tuple[int, ...]) -> list[int]:
    """Values of registers after the instructions ran."""
    backend = GoldenBackend(TINY)
    tail = [_show(register, index) for index, register in enumerate(shown)]
    assert run({Stream.SYNC: [*instructions, *tail, HALT]}, backend).event == "done"
    return [backend.csr_read(semaphore_address(index)) for index in range(len(shown))]


VALUES = (0, 1, 5, 31, 32, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1234_5678)


def _signed(value: int) -> int:
    return int(np.uint32(value).view(np.int32))


@pytest.mark.parametrize("op", RegisterOp)
def test_register_operations_wrap_at_32_bits(op):
    expected = {
        RegisterOp.ADD: lambda a, b: a + b,
        RegisterOp.SUBTRACT: lambda a, b: a - b,
        RegisterOp.AND: lambda a, b: a & b,
        RegisterOp.OR: lambda a, b: a | b,
        RegisterOp.XOR: lambda a, b: a ^ b,
        RegisterOp.SHIFT_LEFT: lambda a, b: a * 2 ** (b % 32),
        RegisterOp.SHIFT_RIGHT: lambda a, b: a // 2 ** (b % 32),
        RegisterOp.SHIFT_RIGHT_ARITHMETIC: lambda a, b: _signed(a) // 2 ** (b % 32),
        RegisterOp.MULTIPLY: lambda a, b: a * b,
        RegisterOp.MIN_SIGNED: lambda a, b: min(_signed(a), _signed(b)),
        RegisterOp.MAX_SIGNED: lambda a, b: max(_signed(a), _signed(b)),
        RegisterOp.MIN_UNSIGNED: lambda a, b: a if a < b else b,
        RegisterOp.MAX_UNSIGNED: lambda a, b: b if a < b else a,
        RegisterOp.NOT_EQUAL: lambda a, b: bool(a ^ b),
        RegisterOp.GREATER_EQUAL_SIGNED: lambda a, b: _signed(b) <= _signed(a),
        RegisterOp.GREATER_EQUAL_UNSIGNED: lambda a, b: b <= a,
        RegisterOp.AND_NOT: lambda a, b: a - (a & b),
        RegisterOp.MULTIPLY_HIGH_SIGNED: lambda a, b: _signed(a) * _signed(b) // 2**32,
        RegisterOp.MULTIPLY_HIGH_UNSIGNED: lambda a, b: a * b // 2**32,
        RegisterOp.LESS_SIGNED: lambda a, b: _signed(a) < _signed(b),
        RegisterOp.LESS_UNSIGNED: lambda a, b: a < b,
        RegisterOp.EQUAL: lambda a, b: a == b,
    }[op]
    for a in VALUES:
        for b in VALUES:
            assert register_result(op, a, b) == int(expected(a, b)) % 2**32


@pytest.mark.parametrize("condition", Condition)
def test_branch_conditions(condition):
    expected = {
        Condition.ALWAYS: lambda a, b: True,
        Condition.EQUAL: lambda a, b: a == b,
        Condition.NOT_EQUAL: lambda a, b: a != b,
        Condition.LESS_SIGNED: lambda a, b: _signed(a) < _signed(b),
        Condition.GREATER_EQUAL_SIGNED: lambda a, b: _signed(a) >= _signed(b),
        Condition.LESS_UNSIGNED: lambda a, b: a < b,
        Condition.GREATER_EQUAL_UNSIGNED: lambda a, b: a >= b,
    }[condition]
    assert all(branch_taken(condition, a, b) == expected(a, b) for a in VALUES for b in VALUES)


def test_registers_hold_results_of_both_kinds_of_operands():
    values = _registers(
        _set(1, 7), encode(Opcode.REGISTER, op=RegisterOp.MULTIPLY, dst=2, a=1, a_by_register=1,
                           b=1, b_by_register=1), _add(2, 0xFFFF_FFFF), shown=(1, 2, 3),
    )  # fmt: skip
    assert values == [7, 48, 0]


def test_a_loop_counts_and_leaves_its_counter_one_step_past_the_last():
    loop = encode(Opcode.LOOP, count=5, body=2, counter_enable=1, counter=3, start=100, step=-7)
    total = encode(Opcode.REGISTER, dst=1, a=1, a_by_register=1, b=3, b_by_register=1)
    values = _registers(loop, total, _add(2, 1), shown=(1, 2, 3))
    assert values == [sum(range(100, 65, -7)), 5, 65]


def test_nested_loops_that_end_together():
    outer = encode(Opcode.LOOP, count=3, body=3)
    inner = encode(Opcode.LOOP, count=4, body=2, counter_enable=1, counter=5, step=1)
    assert _registers(outer, inner, _add(1, 1), _add(2, 2), shown=(1, 2, 5)) == [12, 24, 4]


def test_a_loop_of_no_passes_is_skipped():
    skipped = encode(Opcode.LOOP, count=9, count_by_register=1, body=2, counter_enable=1, counter=4,
                     start=44)  # fmt: skip
    assert _registers(skipped, _add(1, 1), _add(1, 1), _add(2, 1), shown=(1, 2, 4)) == [0, 1, 44]


def test_a_skipped_loop_at_the_end_of_an_outer_body_ends_that_pass():
    outer = encode(Opcode.LOOP, count=3, body=3)
    skipped = encode(Opcode.LOOP, count=0, body=1)
    assert _registers(outer, _add(1, 1), skipped, _add(2, 1), shown=(1, 2)) == [3, 0]


def test_eight_loops_nest():
    loops = [encode(Opcode.LOOP, count=2, body=8 - depth) for depth in range(8)]
    assert _registers(*loops, _add(1, 1), shown=(1,)) == [256]


def test_a_branch_out_of_a_loop_ends_it_and_one_inside_does_not():
    # 0 loop 10 x (1..4): count, leave at 4, jump over 4 -> 3 is skipped by a branch to 4.
    loop = encode(Opcode.LOOP, count=10, body=4)
    leave = encode(Opcode.BRANCH, condition=Condition.EQUAL, a=1, a_by_register=1, b=4, target=5)
    over = encode(Opcode.BRANCH, condition=Condition.ALWAYS, target=4)
    values = _registers(loop, _add(1, 1), leave, over, _add(2, 1), _add(3, 1), shown=(1, 2, 3))
    assert values == [4, 3, 1]


def test_a_backward_branch_makes_a_loop():
    again = encode(Opcode.BRANCH, condition=Condition.LESS_UNSIGNED, a=1, a_by_register=1, b=6,
                   target=0)  # fmt: skip
    assert _registers(_add(1, 2), again, shown=(1,)) == [6]


def test_registers_and_semaphores_keep_their_values_between_programs_but_not_across_reset():
    backend = GoldenBackend(TINY)
    run({Stream.SYNC: [_set(9, 77), HALT]}, backend)
    run({Stream.SYNC: [_show(9, 5), HALT]}, backend)
    assert backend.csr_read(semaphore_address(5)) == 77
    backend.reset()
    assert backend.csr_read(semaphore_address(5)) == 0
    run({Stream.SYNC: [_show(9, 5), HALT]}, backend)
    assert backend.csr_read(semaphore_address(5)) == 0


def test_register_named_fields_take_the_registers_value():
    backend = GoldenBackend(TINY)
    loop = encode(Opcode.LOOP, count=3, body=1, counter_enable=1, counter=2, start=0, step=8)
    fill = encode(Opcode.MEMSET, value=2, value_by_register=1, dst={
        **on_chip(0, 4, 0, [(1, 2)]), "offset": 2, "offset_by_register": 1})  # fmt: skip
    store = encode(Opcode.DMA_STORE, src=on_chip(3, 1, 0, [(1, 6)]), dst=device(0, [(4, 6)]))
    assert run({Stream.VECTOR: [loop, fill, store, HALT]}, backend).event == "done"
    words = np.frombuffer(backend.memory_read(0, 24), "<u4")
    assert words.tolist() == [0, 0, 8, 8, 16, 16]


@pytest.mark.parametrize(
    ("mode", "start", "value", "after"),
    [(UpdateMode.ADD, 5, 3, 8), (UpdateMode.SUBTRACT, 5, 7, 2**32 - 2), (UpdateMode.SET, 5, 2, 2),
     (UpdateMode.ADD, 2**32 - 1, 2, 1)],
)  # fmt: skip
def test_updates_are_modulo_two_to_the_32(mode, start, value, after):
    backend = GoldenBackend(TINY)
    backend.csr_write(semaphore_address(9), start)
    run({Stream.GPSIMD: [nop(then=update(9, value, mode)), HALT]}, backend)
    assert backend.csr_read(semaphore_address(9)) == after


def test_waits_compare_unsigned_and_may_subtract():
    backend = GoldenBackend(TINY)
    backend.csr_write(semaphore_address(0), 2**31)
    stream = [nop(wait(0, 5)), nop(wait(0, 2**31 - 2, WaitMode.GREATER_EQUAL_SUBTRACT)),
              nop(wait(0, 2, WaitMode.EQUAL)), HALT]  # fmt: skip
    assert run({Stream.SYNC: stream}, backend).event == "done"
    assert backend.csr_read(semaphore_address(0)) == 2


def test_streams_hand_tokens_to_each_other():
    token = WaitMode.GREATER_EQUAL_SUBTRACT
    loop = encode(Opcode.LOOP, count=50, body=1)
    producer = [loop, nop(wait(1, 1, token), update(0)), HALT]
    consumer = [loop, nop(wait(0, 1, token), update(1)), HALT]
    for seed in range(4):
        backend = GoldenBackend(TINY, schedule_seed=seed)
        backend.csr_write(semaphore_address(1), 3)
        result = run({Stream.SYNC: producer, Stream.TENSOR: consumer}, backend)
        assert result.event == "done"
        assert backend.csr_read(semaphore_address(0)) == 0
        assert backend.csr_read(semaphore_address(1)) == 3


def test_deadlock_is_an_error_that_says_who_waits_for_what():
    streams = {
        Stream.SYNC: [nop(wait(3, 2), update(4)), HALT],
        Stream.SCALAR: [nop(wait(4, 1)), HALT],
    }
    with pytest.raises(GoldenError) as caught:
        run(streams)
    message = str(caught.value)
    assert "SYNC pc 0 `NOP wait(s3 >= 2) update(s4 += 1)` while semaphore 3 is 0" in message
    assert "SCALAR pc 0 `NOP wait(s4 >= 1)` while semaphore 4 is 0" in message


def test_endless_loops_meet_the_instruction_limit():
    endless = [encode(Opcode.BRANCH, condition=Condition.ALWAYS, target=0)]
    with pytest.raises(GoldenError, match="1000 instructions and transfers executed without"):
        run({Stream.SYNC: endless}, GoldenBackend(TINY, instruction_limit=1000))


def test_run_stops_after_max_cycles_and_goes_on():
    backend = GoldenBackend(TINY)
    seen: list[int] = []
    load_and_start(backend, {Stream.SYNC: [nop()] * 600 + [HALT]})
    assert backend.csr_read(Csr.STATUS) == 1
    assert backend.run(500, seen.append) == RunResult("timeout", 500)
    assert seen == [256]
    assert backend.run(500).event == "done"
    assert backend.csr_read(Csr.STATUS) == 2
    assert backend.run(500) == RunResult("done", 0)
    assert backend.csr_read(counter_address("sync_instructions")) == 601


def test_trace_events_pair_starts_and_ends():
    backend = GoldenBackend(TINY)
    load = encode(Opcode.DMA_LOAD, src=device(0, [(4, 4)]), dst=on_chip(0, 4, 0, [(1, 1)]), queue=1)
    run({Stream.SYNC: [load, HALT]}, backend)
    events = backend.trace_events()
    assert TraceEvent(0, 4, Stream.SYNC, "start", 0) in events
    assert {(e.source, e.pc) for e in events if e.kind == "end"} == {(4, 0), (4, 1), (17, 0)}
    assert len([e for e in events if e.kind == "start"]) == 3


@pytest.mark.parametrize("name", PRESETS)
def test_csrs_describe_the_configuration(name):
    config = PRESETS[name]
    backend = GoldenBackend(config)
    assert backend.csr_read(Csr.ID) == ID_VALUE
    for address, value in config_words(config).items():
        assert backend.csr_read(address) == value
        backend.csr_write(address, 0)
        assert backend.csr_read(address) == value
    backend.csr_write(Csr.STREAM_ENABLE, 0xFF)
    assert backend.csr_read(Csr.STREAM_ENABLE) == (0x1F if config.has_gpsimd else 0x17)


def test_semaphores_are_written_only_while_the_core_stands():
    backend = GoldenBackend(TINY)
    load_and_start(backend, {Stream.SYNC: [nop(), HALT]})
    backend.csr_write(semaphore_address(7), 9)
    assert backend.csr_read(semaphore_address(7)) == 0
    backend.run(100)
    backend.csr_write(semaphore_address(7), 9)
    assert backend.csr_read(semaphore_address(7)) == 9


def test_interrupt_status_is_cleared_by_writing_one():
    backend = GoldenBackend(TINY)
    backend.csr_write(Csr.INTERRUPT_ENABLE, 15)
    assert backend.csr_read(Csr.INTERRUPT_ENABLE) == 7
    run({Stream.SYNC: [HALT]}, backend)
    assert backend.csr_read(Csr.INTERRUPT_STATUS) == 1
    backend.csr_write(Csr.INTERRUPT_STATUS, 2)
    assert backend.csr_read(Csr.INTERRUPT_STATUS) == 1
    backend.csr_write(Csr.INTERRUPT_STATUS, 1)
    assert backend.csr_read(Csr.INTERRUPT_STATUS) == 0


def test_start_while_running_is_ignored_and_reset_stops():
    backend = GoldenBackend(TINY)
    load_and_start(backend, {Stream.SYNC: [nop()] * 10 + [HALT]})
    backend.run(5)
    backend.csr_write(Csr.CONTROL, 1)
    assert backend.csr_read(counter_address("sync_instructions")) == 5
    backend.csr_write(Csr.CONTROL, 2)
    assert backend.csr_read(Csr.STATUS) == 0
    assert backend.csr_read(Csr.STREAM_ENABLE) == 0


def test_values_and_addresses_out_of_range_are_named():
    with open_backend("golden", "tiny") as backend:
        with pytest.raises(BackendError, match=r"0x3ffffff\.\.0x4000001 are outside"):
            backend.memory_write(TINY.device_memory_bytes - 1, b"ab")
        with pytest.raises(BackendError, match="takes 32 bits, not 0x100000000"):
            backend.csr_write(Csr.WATCHDOG, 1 << 32)


def test_memory_never_written_reads_as_zero():
    assert GoldenBackend(TINY).memory_read(12345, 10) == bytes(10)


def test_an_uninitialised_read_names_the_instruction_and_the_place():
    stream = [memset(on_chip(0, 4, 16, [(1, 4)])),
              encode(Opcode.TENSOR_COPY, in0=on_chip(0, 4, 16, [(1, 5)]),
                     dst=on_chip(0, 4, 64, [(1, 5)])), HALT]  # fmt: skip
    with pytest.raises(GoldenError) as caught:
        run({Stream.VECTOR: stream})
    assert str(caught.value) == (
        "VECTOR pc 1 `TENSOR_COPY in0=SBUF[0:4, 0x10] 1x1x1x5 fp32, dst=SBUF[0:4, 0x40] 1x1x1x5 "
        "fp32` reads SBUF partition 0 offset 0x20, which was never written"
    )


OVERLAPS = [
    # in0 offset, in0 dims, dst offset, dst dims, dst type, whether it is an error
    (0, [(1, 8)], 0, [(1, 8)], FP32, False),
    (0, [(1, 8)], 4, [(1, 8)], FP32, True),
    (4, [(1, 8)], 0, [(1, 8)], FP32, False),
    (0, [(1, 8)], 0, [(1, 8)], DType.BF16, False),
    (0, [(2, 8)], 4, [(2, 8)], FP32, False),
    (28, [(-1, 8)], 0, [(1, 8)], FP32, True),
    (0, [(0, 8)], 0, [(0, 8)], FP32, True),
    (0, [(1, 4), (4, 2)], 16, [(1, 4), (-4, 2)], FP32, True),
]


@pytest.mark.parametrize(("start", "dims", "target", "target_dims", "dtype", "wrong"), OVERLAPS)
def test_a_destination_must_not_overlap_a_source_read_later(
    start, dims, target, target_dims, dtype, wrong
):
    stream = [memset(on_chip(0, 4, 0, [(1, 32)])),
              encode(Opcode.TENSOR_COPY, in0=on_chip(0, 4, start, dims),
                     dst=on_chip(0, 4, target, target_dims, dtype)), HALT]  # fmt: skip
    if wrong:
        with pytest.raises(GoldenError, match=r"VECTOR pc 1 .* before it reads it as a source"):
            run({Stream.VECTOR: stream})
    else:
        assert run({Stream.VECTOR: stream}).event == "done"


@pytest.mark.parametrize(("distance", "wrong"), [(0, False), (1, True), (-1, False), (64, False)])
def test_dma_overlap(distance, wrong):
    copy = encode(Opcode.DMA_COPY, src=device(1024, [(1, 64)], DType.UINT8),
                  dst=device(1024 + distance, [(1, 64)], DType.UINT8))  # fmt: skip
    if wrong:
        with pytest.raises(GoldenError, match=r"DMA queue 0.* before it reads it as a source"):
            run({Stream.SYNC: [copy, HALT]})
    else:
        assert run({Stream.SYNC: [copy, HALT]}).event == "done"


def test_a_scalar_operand_must_stay_until_the_end():
    stream = [memset(on_chip(0, 4, 0, [(1, 32)])),
              encode(Opcode.TENSOR_SCALAR, in0=on_chip(0, 4, 32, [(1, 8)]),
                     dst=on_chip(0, 4, 0, [(1, 8)]), op0=1,
                     operand0={"kind": 1, "dtype": 1, "value": 8}), HALT]  # fmt: skip
    with pytest.raises(GoldenError, match="before it reads it as a source"):
        run({Stream.VECTOR: stream})


def test_header_helper_builds_both_halves():
    fields = header(wait(1, 2), update(3))
    assert fields["wait"]["semaphore"] == 1
    assert fields["update"]["semaphore"] == 3
