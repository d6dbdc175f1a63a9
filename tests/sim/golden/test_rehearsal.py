"""A rehearsal checks what execution accesses, and finds the same errors."""

from __future__ import annotations

import pytest

from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import AluOp, Opcode, OperandKind, Space, Stream
from tinyneuron_sim.golden.backend import GoldenBackend
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.golden.machine import Machine
from tinyneuron_sim.golden.schedules import rehearse_schedules

from .programs import HALT, TINY, device, memset, nop, on_chip, run, update, wait

PSUM = Space.PSUM
BF16 = DType.BF16


def _at(offset: int, words: int = 4, **more) -> dict:
    return on_chip(0, 4, offset, [(1, words)], **more)


def _value(offset: int) -> dict:
    return {"kind": OperandKind.PER_PARTITION, "dtype": DType.FP32.value, "value": offset}


def _bank(offset: int) -> dict:
    return on_chip(0, 4, offset, [(1, 8)], space=PSUM)


MOVE = [
    encode(Opcode.DMA_LOAD, src=device(0, [(4, 16)]), dst=_at(0), queue=0),
    encode(Opcode.DMA_LOCAL, src=_at(0), dst=_at(16), queue=0),
    encode(Opcode.DMA_STORE, src=_at(16), dst=device(0x100, [(4, 16)]), queue=0),
    encode(Opcode.DMA_COPY, src=device(0x100, [(8, 4)]), dst=device(0x2001, [(-4, 4)]), queue=0),
]  # fmt: skip
COMPUTE = {
    Stream.SYNC: [*MOVE, HALT],
    Stream.VECTOR: [
        memset(_at(64, 8)),
        memset(on_chip(0, 4, 128, [(1, 8)], BF16), then=update(0)),
        encode(Opcode.TENSOR_TENSOR, in0=_at(64), in1=_at(80), dst=_at(64), op=AluOp.ADD),
        encode(Opcode.TENSOR_SCALAR, in0=_at(64), dst=_at(160), operand0=_value(64),
               operand1=_value(0x1000), op0=AluOp.MULTIPLY, op1=AluOp.BYPASS),
        encode(Opcode.TENSOR_REDUCE, in0=_at(64, 8), dst=_at(200, 1), op=AluOp.MAX, reduce_dims=1),
        encode(Opcode.TENSOR_COPY, in0=_at(64), dst=on_chip(0, 4, 208, [(2, 4)], BF16)),
        nop(then=update(1)),
        HALT,
    ],
    Stream.SCALAR: [
        nop(wait(1, 1)),
        encode(Opcode.ACTIVATE, in0=_at(64), dst=_at(300, 4), bias=_value(80), scale=_value(64)),
        nop(wait(2, 1)),
        encode(Opcode.ACTIVATE, in0=_bank(0), dst=_at(400, 8), scale={"value": 1}),
        HALT,
    ],
    Stream.TENSOR: [
        nop(wait(0, 1)),
        encode(Opcode.LOAD_STATIONARY, src=on_chip(0, 4, 128, [(1, 4)], BF16)),
        encode(Opcode.MULTIPLY_MOVING, src=on_chip(0, 4, 128, [(1, 8)], BF16), dst=_bank(0)),
        encode(Opcode.MULTIPLY_MOVING, src=on_chip(0, 4, 128, [(1, 8)], BF16), dst=_bank(0),
               accumulate=1),
        nop(then=update(2)),
        HALT,
    ],
}  # fmt: skip


def accesses(monkeypatch, **options) -> dict:
    """Instruction -> what it read and wrote."""
    seen: dict = {}

    def listen(name: str):
        check = getattr(Machine, name)

        def record(self, footprint):
            check(self, footprint)
            what = (name, footprint.memory.name, footprint.start, footprint.dims)
            seen.setdefault((self.where.stream, self.where.pc), []).append(what)

        return record

    with monkeypatch.context() as patch:
        for name in ("check_read", "check_write"):
            patch.setattr(Machine, name, listen(name))
        assert run(COMPUTE, GoldenBackend(TINY, **options)).event == "done"
    return {where: sorted(what) for where, what in seen.items()}


def test_a_rehearsal_checks_what_execution_accesses(monkeypatch):
    executed = accesses(monkeypatch)
    opcodes = {COMPUTE[stream][pc][0] for stream, pc in executed}
    assert len(opcodes) == 12, "every opcode that has operands"
    assert accesses(monkeypatch, rehearses=True) == executed


def test_a_rehearsal_moves_no_data():
    backend = GoldenBackend(TINY, rehearses=True)
    backend.memory_write(0, bytes(range(64)))
    assert run(COMPUTE, backend).event == "done"
    assert backend.memory_read(0x100, 64) == bytes(64)


@pytest.mark.parametrize(
    ("streams", "message"),
    [
        ({Stream.VECTOR: [memset(_at(0)), HALT], Stream.SYNC: [MOVE[0], HALT]}, "race on SBUF"),
        ({Stream.SYNC: [MOVE[1], HALT]}, "which was never written"),
        ({Stream.SYNC: [nop(wait(3, 1)), HALT]}, "deadlock"),
        ({Stream.SYNC: [nop()]}, "OUT_OF_RANGE"),
    ],
)
def test_a_rehearsal_finds_what_execution_finds(streams, message):
    with pytest.raises(GoldenError, match=f"schedule 3: .*{message}"):
        rehearse_schedules(TINY, streams, seeds=[3])


def test_every_schedule_starts_with_empty_memories():
    first = [nop(wait(0, 1)), MOVE[1], HALT]
    streams = {Stream.SYNC: first, Stream.VECTOR: [memset(_at(0), then=update(0)), HALT]}
    rehearse_schedules(TINY, streams, seeds=range(3))
    streams[Stream.SYNC] = first[1:]
    for seed in range(3):
        with pytest.raises(GoldenError, match=r"race on|never written"):
            rehearse_schedules(TINY, streams, seeds=[seed])


def test_a_program_that_leaves_a_semaphore_set_fails_in_its_second_run():
    streams = {
        Stream.VECTOR: [memset(_at(0), then=update(0)), HALT],
        Stream.SYNC: [nop(wait(0, 1)), MOVE[1], HALT],
    }
    rehearse_schedules(TINY, streams)
    with pytest.raises(GoldenError, match="race on SBUF"):
        rehearse_schedules(TINY, streams, runs=2)
