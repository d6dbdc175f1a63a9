"""Register moves, barriers and notifications in golden: values, order, races, deadlocks, traps."""

from __future__ import annotations

import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.csr import NOTIFICATIONS, Csr, Trap
from tinyneuron_hw.isa.opcodes import Opcode, RegisterOp, Space, Stream
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.golden.schedules import run_schedules
from tinyneuron_sim.loader import MemoryWindow, load_and_start
from tinyneuron_sim.notifications import read_notifications

TINY = get_config("tiny")
HALT = encode(Opcode.HALT)


def far(opcode: Opcode, first: int, address: int, count: int, stride: int = 4, **more) -> bytes:
    path = "src" if opcode is Opcode.REGISTER_LOAD else "dst"
    operand = {"dtype": DType.INT32, "address": address,
               "dims": [{"stride": stride, "size": count}], **more}  # fmt: skip
    return encode(opcode, {path: operand, "first": first})


def near(opcode: Opcode, first: int, partition: int, offset: int, count: int) -> bytes:
    path = "src" if opcode is Opcode.REGISTER_LOAD_SBUF else "dst"
    operand = {"dtype": DType.FP32, "space": Space.SBUF, "num_partitions": 1,
               "start_partition": partition, "offset": offset,
               "dims": [{"stride": 1, "size": count}]}  # fmt: skip
    return encode(opcode, {path: operand, "first": first})


def put(register: int, value: int) -> bytes:
    return encode(Opcode.REGISTER, op=RegisterOp.ADD, dst=register, a=value)


def barrier(*streams: Stream) -> bytes:
    return encode(Opcode.BARRIER, streams=sum(1 << stream.value for stream in streams))


def run(streams: dict[Stream, list[bytes]], *, memory: dict[int, bytes] | None = None,
        windows=None, watchdog: int = 0) -> GoldenBackend:  # fmt: skip
    backend = GoldenBackend(TINY)
    for address, data in (memory or {}).items():
        backend.memory_write(address, data)
    load_and_start(backend, streams, windows=windows, watchdog=watchdog)
    backend.run(1 << 30)
    return backend


def test_words_go_through_registers_and_sbuf_and_back():
    words = bytes(range(32))
    code = [
        put(3, 2),
        far(Opcode.REGISTER_LOAD, 8, 0x1000, 8, address_uses_register=1, register=3, scale=-8),
        near(Opcode.REGISTER_STORE_SBUF, 8, 3, 0x20, 8),
        near(Opcode.REGISTER_LOAD_SBUF, 24, 3, 0x24, 7),
        far(Opcode.REGISTER_STORE, 24, 0x2018, 7, -4),
        HALT,
    ]
    backend = run({Stream.GPSIMD: code}, memory={0xFF0: words})
    stored = backend.memory_read(0x2000, 28)
    assert [stored[i : i + 4] for i in range(24, -4, -4)] == [
        words[i : i + 4] for i in range(4, 32, 4)
    ]


def test_what_sbuf_never_held_is_not_loaded():
    with pytest.raises(GoldenError, match="SBUF partition 1 offset 0x8, which was never written"):
        run({Stream.SYNC: [near(Opcode.REGISTER_LOAD_SBUF, 0, 1, 8, 1), HALT]})


@pytest.mark.parametrize(
    ("instruction", "cause", "address"),
    [
        (far(Opcode.REGISTER_LOAD, 0, 0x3FFC, 2), Trap.OUT_OF_RANGE, 0x3FFC),
        (far(Opcode.REGISTER_STORE, 0, 0x2000, 2, -4), Trap.OUT_OF_RANGE, 0x2000),
        (far(Opcode.REGISTER_STORE, 0, 0x5000, 1), Trap.OUT_OF_RANGE, 0x5000),
        (far(Opcode.REGISTER_LOAD, 0, TINY.device_memory_bytes - 4, 2), Trap.BUS_ERROR,
         TINY.device_memory_bytes),
        (near(Opcode.REGISTER_STORE_SBUF, 0, 4, 0x10, 1), Trap.OUT_OF_RANGE, 0x10),
    ],
)  # fmt: skip
def test_traps(instruction, cause, address):
    code = TINY.device_memory_bytes - (1 << 16)
    windows = [MemoryWindow(0x2000, 0x2000), MemoryWindow(0x5000, 0x1000, True, False, False),
               MemoryWindow(code, 1 << 18)]  # fmt: skip
    backend = GoldenBackend(TINY)
    load_and_start(backend, {Stream.SYNC: [instruction, HALT]}, base=code, windows=windows)
    backend.run(100)
    assert backend.trap is not None
    assert (backend.trap.cause, backend.trap.pc, backend.trap.address) == (cause, 0, address)


def test_a_barrier_orders_everything_before_with_everything_after():
    writes = [put(4, 99), far(Opcode.REGISTER_STORE, 4, 0x2000, 1)]
    reads = [far(Opcode.REGISTER_LOAD, 5, 0x2000, 1), far(Opcode.REGISTER_STORE, 5, 0x3000, 1)]
    both = barrier(Stream.SYNC, Stream.VECTOR)
    ordered = {Stream.SYNC: [*writes, both, HALT], Stream.VECTOR: [both, *reads, HALT]}
    (result,) = run_schedules(TINY, ordered, [(0x3000, 4)])
    assert int.from_bytes(result, "little") == 99
    apart = {Stream.SYNC: [*writes, HALT], Stream.VECTOR: [*reads, HALT]}
    with pytest.raises(GoldenError, match="race on device memory address 0x2000"):
        run_schedules(TINY, apart, [(0x3000, 4)])


def test_a_barrier_of_others_orders_nothing():
    writes = [put(4, 99), far(Opcode.REGISTER_STORE, 4, 0x2000, 1)]
    reads = [far(Opcode.REGISTER_LOAD, 5, 0x2000, 1)]
    streams = {
        Stream.SYNC: [*writes, barrier(Stream.SYNC, Stream.SCALAR), HALT],
        Stream.SCALAR: [barrier(Stream.SYNC, Stream.SCALAR), HALT],
        Stream.VECTOR: [barrier(Stream.VECTOR), *reads, HALT],
    }
    with pytest.raises(GoldenError, match="race on device memory address 0x2000"):
        run_schedules(TINY, streams, [(0x3000, 4)])


def test_a_deadlock_names_who_is_not_there():
    both = barrier(Stream.SYNC, Stream.VECTOR)
    with pytest.raises(GoldenError, match="deadlock: SYNC pc 0 `BARRIER VECTOR, SYNC` without VEC"):
        run({Stream.SYNC: [both, HALT], Stream.VECTOR: [HALT]})
    backend = run({Stream.SYNC: [both, HALT], Stream.VECTOR: [HALT]}, watchdog=5)
    assert backend.trap is not None
    assert (backend.trap.cause, backend.trap.stream) == (Trap.WATCHDOG, Stream.SYNC)


def test_a_barrier_that_leaves_out_its_own_stream_traps():
    backend = run({Stream.SYNC: [barrier(Stream.VECTOR), HALT]})
    assert backend.trap is not None
    assert (backend.trap.cause, backend.trap.pc) == (Trap.BAD_OPERAND, 0)


def test_notifications_are_kept_up_to_what_fits():
    loop = encode(Opcode.LOOP, count=NOTIFICATIONS + 3, body=1, counter=2, counter_enable=1, step=2)
    notify = encode(Opcode.NOTIFY, value=2, value_by_register=1)
    backend = run({Stream.SCALAR: [loop, notify, HALT]})
    assert backend.csr_read(Csr.INTERRUPT_STATUS) == 0b101
    found, lost = read_notifications(backend)
    assert found == {Stream.SCALAR: tuple(range(0, 2 * NOTIFICATIONS, 2))}
    assert lost == 3
    load_and_start(backend, {Stream.SCALAR: [notify, HALT]})
    backend.run(100)
    assert read_notifications(backend) == ({Stream.SCALAR: (2 * NOTIFICATIONS + 6,)}, 0)


def test_a_delay_changes_nothing():
    backend = run({Stream.SYNC: [encode(Opcode.DELAY, cycles=(1 << 32) - 1), HALT]})
    assert backend.csr_read(Csr.STATUS) == 2
