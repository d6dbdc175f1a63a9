"""Cases on two targets: what is compared, what a trap leaves open, where a difference starts."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import decode, encode
from tinyneuron_hw.isa.csr import Trap
from tinyneuron_hw.isa.opcodes import Opcode, RegisterOp, Space, Stream, UpdateMode, WaitMode
from tinyneuron_sim.compare import (
    Bench,
    Case,
    Comparison,
    Extent,
    InvalidProgram,
    compare,
    run_reference,
)
from tinyneuron_sim.compare.locate import locate
from tinyneuron_sim.compare.service import stored_sbuf
from tinyneuron_sim.compare.shrink import shrink
from tinyneuron_sim.compare.straight import executed, straight_case
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.loader import MemoryWindow
from tinyneuron_sim.random_programs import generate

TINY = get_config("tiny")
DATA, CODE = 0x10_0000, 0x20_0000
HALT = encode(Opcode.HALT)
OTHER = MemoryWindow(DATA, 4096)


def case_of(streams: dict[Stream, list[bytes]], **changes: Any) -> Case:
    """A case whose SBUF and PSUM (64 bytes a partition) count up from 0."""
    image = np.arange(4 * 64, dtype=np.uint8).tobytes()
    case = Case(
        config=TINY, streams={s: tuple(code) for s, code in streams.items()}, code_base=CODE,
        windows=(MemoryWindow(CODE, 1 << 16, False, False, True), OTHER),
        memory={DATA: bytes(range(256))}, watched=((DATA, 512),),
        sbuf=Extent(128, 64), psum=Extent(0, 64), sbuf_image=image, psum_image=image,
    )  # fmt: skip
    return dataclasses.replace(case, **changes)


def memset(offset: int, value: int, count: int = 4, **head: Any) -> bytes:
    dst = {"dtype": DType.UINT8, "space": Space.SBUF, "num_partitions": 1, "offset": offset,
           "dims": [{"stride": 1, "size": count}]}  # fmt: skip
    return encode(Opcode.MEMSET, dst=dst, value=value, header=head)


def wait(semaphore: int, value: int) -> dict[str, Any]:
    return {"wait": {"mode": WaitMode.GREATER_EQUAL, "semaphore": semaphore, "value": value}}


def update(semaphore: int, value: int = 1) -> dict[str, Any]:
    return {"update": {"mode": UpdateMode.ADD, "semaphore": semaphore, "value": value}}


def golden() -> GoldenBackend:
    return GoldenBackend(TINY, check_races=False)


class Flipped(GoldenBackend):
    """Golden with another byte at a device address, as a fault in hardware would leave it."""

    at = DATA + 300

    def memory_read(self, address: int, size: int) -> bytes:
        data = bytearray(super().memory_read(address, size))
        if address <= self.at < address + size:
            data[self.at - address] ^= 0x40
        return bytes(data)


def test_start_state_and_outcome_are_complete():
    register = encode(Opcode.REGISTER, op=RegisterOp.ADD, dst=7, a=40, b=2)
    nop = encode(Opcode.NOP, header=update(9, 5))
    case = case_of({Stream.VECTOR: [register, memset(130, 0xEE), nop, HALT]}, semaphores={9: 3})
    outcome = run_reference(case).outcome
    assert outcome.event == "done"
    assert outcome.registers == {(Stream.VECTOR, 7): 42}
    assert outcome.semaphores[9] == 8
    expected = np.arange(256, dtype=np.uint8).reshape(4, 64)
    np.testing.assert_array_equal(outcome.psum, expected)
    expected = expected.copy()
    expected[0, 2:6] = 0xEE
    np.testing.assert_array_equal(outcome.sbuf, expected)
    assert outcome.device[0].tobytes() == bytes(range(256)) + bytes(256)


def test_a_flipped_byte_is_found():
    case = case_of({Stream.VECTOR: [memset(130, 1), HALT]})
    with Bench(lambda: Flipped(TINY, check_races=False)) as bench:
        difference = compare(case, bench).difference
    assert difference is not None
    assert (difference.kind, difference.address) == ("device", Flipped.at)
    assert (difference.expected, difference.actual) == ("0x00", "0x40")
    assert str(difference) == f"device address 0x{Flipped.at:x}: expected 0x00, got 0x40"


def test_two_targets_can_be_compared_with_golden_as_the_judge_of_order_only():
    case = case_of({Stream.VECTOR: [memset(130, 1), HALT]})
    with Bench(golden) as bench, Bench(lambda: Flipped(TINY, check_races=False)) as other:
        difference = compare(case, bench, against=other).difference
    assert difference is not None
    assert (difference.expected, difference.actual) == ("0x40", "0x00")


def test_wrong_programs_are_refused_before_the_target_runs_them():
    racing = {Stream.VECTOR: [memset(130, 1), HALT], Stream.SYNC: [_load(130), HALT]}
    opened = []
    bench = Bench(lambda: opened.append(1) or golden())  # type: ignore[func-returns-value]
    with pytest.raises(InvalidProgram, match="race"):
        compare(case_of(racing), bench)
    assert not opened


def _load(offset: int, **head: Any) -> bytes:
    dst = {"dtype": DType.UINT8, "space": Space.SBUF, "num_partitions": 1, "offset": offset,
           "dims": [{"stride": 1, "size": 4}]}  # fmt: skip
    src = {"dtype": DType.UINT8, "address": DATA, "dims": [{"stride": 1, "size": 4}]}
    return encode(Opcode.DMA_LOAD, dst=dst, src=src, header=head)


BAD = encode(Opcode.LOOP, count=1)  # no body


def test_at_a_trap_only_what_is_ordered_before_it_counts():
    streams = {
        Stream.VECTOR: [memset(130, 1), memset(140, 2, **update(1)), memset(150, 3), HALT],
        Stream.SYNC: [_load(160, **update(2)), encode(Opcode.NOP, header=wait(1, 1)), BAD, HALT],
    }
    reference = run_reference(case_of(streams))
    trap = reference.outcome.trap
    assert trap is not None
    assert (trap.cause, trap.stream, trap.pc) == (Trap.BAD_OPERAND, Stream.SYNC, 2)
    doubtful = {128 + int(i) for i in np.flatnonzero(~reference.certain.sbuf[0])}
    assert doubtful == {*range(150, 154), *range(160, 164)}  # not waited for: may come or not
    assert reference.certain.sbuf[1:].all()
    assert np.flatnonzero(~reference.certain.semaphores).tolist() == [2]
    assert not reference.certain.streams


def test_at_a_deadlock_everything_is_certain():
    streams = {Stream.VECTOR: [memset(130, 1), encode(Opcode.NOP, header=wait(5, 1)), HALT],
               Stream.SYNC: [_load(160), HALT]}  # fmt: skip
    reference = run_reference(case_of(streams, watchdog=100))
    assert reference.outcome.trap is not None
    assert reference.outcome.trap.cause is Trap.WATCHDOG
    assert reference.certain.sbuf.all()


def test_a_transfer_that_fails_half_way_leaves_its_own_bytes_open():
    size = TINY.device_memory_bytes
    store = encode(
        Opcode.DMA_COPY,
        src={"dtype": DType.UINT8, "address": size - 2, "dims": [{"stride": 1, "size": 4}]},
        dst={"dtype": DType.UINT8, "address": DATA + 8, "dims": [{"stride": 1, "size": 4}]},
    )
    code = MemoryWindow(CODE, 1 << 16, False, False, True)
    windows = (code, OTHER, MemoryWindow(size - 64, 128))
    reference = run_reference(case_of({Stream.SYNC: [store, HALT]}, windows=windows))
    assert reference.outcome.trap is not None
    assert reference.outcome.trap.cause is Trap.BUS_ERROR
    assert np.flatnonzero(~reference.certain.device[0]).tolist() == [8, 9, 10, 11]


@pytest.mark.parametrize("serial", [False, True])
def test_straight_line_programs_do_the_same(serial: bool):
    for seed in range(30):
        case = generate(TINY, seed, traps=False).case
        reference = run_reference(case, seed=seed)
        straight = straight_case(case, executed(reference.steps), serial=serial)
        again = run_reference(straight, seed=seed)
        for name in ("sbuf", "psum"):
            mine, theirs = getattr(reference.outcome, name), getattr(again.outcome, name)
            np.testing.assert_array_equal(mine, theirs, f"seed {seed}")
        for mine, theirs in zip(reference.outcome.device, again.outcome.device, strict=True):
            np.testing.assert_array_equal(mine, theirs, f"seed {seed}")
        if not serial:
            assert again.outcome.semaphores == reference.outcome.semaphores
        decoded = [decode(raw) for code in straight.streams.values() for raw in code]
        assert not {item.opcode for item in decoded} & {Opcode.LOOP, Opcode.BRANCH}
        for item in decoded:  # registers only give stores their values
            if item.opcode is Opcode.REGISTER:
                assert not item.fields["a_by_register"]
                assert item.fields["op"] is RegisterOp.ADD
                assert not item.fields["b"]


def test_every_prefix_of_golden_order_is_a_program():
    case = generate(TINY, 11, traps=False).case
    steps = executed(run_reference(case).steps)
    assert len(steps) > 10
    for count in range(len(steps) + 1):
        outcome = run_reference(straight_case(case, steps[:count], serial=False)).outcome
        assert outcome.event == "done"


class Wrong(GoldenBackend):
    """Golden whose MEMSET of 0x77 writes 0x78."""

    def run(self, *arguments: Any, **more: Any) -> Any:
        from tinyneuron_sim.golden import core

        right = core.EXECUTORS[Opcode.MEMSET]

        def wrong(machine: Any, prepared: Any) -> None:
            if prepared.fields["value"] == 0x77:
                fields = {**prepared.fields, "value": 0x78}
                prepared = dataclasses.replace(prepared, fields=fields)
            right(machine, prepared)

        core.EXECUTORS[Opcode.MEMSET] = wrong
        try:
            return super().run(*arguments, **more)
        finally:
            core.EXECUTORS[Opcode.MEMSET] = right


LOOP = encode(Opcode.LOOP, count=3, body=1, counter=1, counter_enable=1, start=0x76, step=1)
STEP = encode(Opcode.MEMSET, value=1, value_by_register=1, dst={
    "dtype": DType.UINT8, "space": Space.SBUF, "num_partitions": 1, "offset": 140,
    "dims": [{"stride": 1, "size": 1}]})  # fmt: skip


def wrong_comparison(streams: dict[Stream, list[bytes]], bench: Bench) -> Comparison:
    comparison = compare(case_of(streams), bench)
    assert comparison.difference is not None
    return comparison


def test_the_first_differing_instruction_is_found_in_the_middle_of_a_loop():
    streams = {Stream.VECTOR: [memset(130, 1), LOOP, STEP, memset(150, 0x77), HALT],
               Stream.SYNC: [_load(160), _load(170), HALT]}  # fmt: skip
    with Bench(lambda: Wrong(TINY, check_races=False)) as bench:
        location = locate(wrong_comparison(streams, bench), bench)
    assert location is not None
    assert (location.stream, location.pc, location.how) == (Stream.VECTOR, 2, "replay")
    assert location.difference.address == 140
    assert (location.difference.expected, location.difference.actual) == ("0x77", "0x78")
    assert location.to_json()["pc"] == 2


def test_a_difference_that_no_replay_shows_goes_to_the_last_writer():
    streams = {Stream.VECTOR: [memset(130, 1, **update(3)), HALT]}

    class Lazy(GoldenBackend):
        """Once only, a byte that is read back is wrong."""

        reads = 0

        def memory_read(self, address: int, size: int) -> bytes:
            data = bytearray(super().memory_read(address, size))
            if size == 4 * 64 and not Lazy.reads:
                Lazy.reads = 1
                data[3] ^= 1  # partition 0, offset 131
            return bytes(data)

    with Bench(lambda: Lazy(TINY, check_races=False)) as bench:
        location = locate(wrong_comparison(streams, bench), bench)
    assert location is not None
    assert (location.stream, location.pc, location.how) == (Stream.VECTOR, 0, "last writer")


def test_shrinking_keeps_loops_that_matter_and_drops_what_does_not():
    loop = encode(Opcode.LOOP, count=2, body=2, counter=1, counter_enable=1, start=0x76, step=1)
    streams = {
        Stream.VECTOR: [memset(130, 1), loop, memset(132, 2), STEP, memset(150, 9, **wait(4, 1)),
                        HALT],
        Stream.SYNC: [_load(160), encode(Opcode.NOP, header=update(4)), HALT],
    }  # fmt: skip
    with Bench(lambda: Wrong(TINY, check_races=False)) as bench:
        small = shrink(wrong_comparison(streams, bench), lambda case: compare(case, bench))
    # Only the second pass writes the value that goes wrong.
    assert {stream: [raw[0] for raw in code] for stream, code in small.case.streams.items()} == {
        Stream.VECTOR: [op.value for op in (Opcode.LOOP, Opcode.MEMSET, Opcode.HALT)]
    }


def test_stored_sbuf_says_what_reading_out_leaves():
    rng = np.random.default_rng(1)
    sbuf, psum = (rng.integers(0, 256, (4, size), np.uint8) for size in (8192, 2048))
    whole = Extent(0, 8192), Extent(0, 2048)
    with Bench(golden) as bench:
        bench.settle()
        bench.write_memories(TINY, *whole, sbuf.tobytes(), psum.tobytes())
        first = bench.read_memories(TINY, *whole)
        bench.settle()
        second = bench.read_memories(TINY, *whole)
    np.testing.assert_array_equal(first[0], sbuf)
    np.testing.assert_array_equal(first[1], psum)
    np.testing.assert_array_equal(second[0], stored_sbuf(TINY, sbuf, psum))
    np.testing.assert_array_equal(second[1], psum)


def test_a_target_that_hangs_is_opened_again():
    opened = []

    def opener() -> GoldenBackend:
        opened.append(1)
        return golden()

    case = case_of({Stream.VECTOR: [LOOP, STEP, HALT]})
    with Bench(opener, max_cycles=2) as bench:
        outcome = bench.run(case)
        assert outcome.event == "timeout"
        bench.max_cycles = 100
        assert bench.run(case).event == "done"
    assert len(opened) == 2
