"""Golden's Vector opcodes that chain, accumulate, select and count, against a model that goes
element by element."""

from __future__ import annotations

import numpy as np
import pytest

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import (
    STREAM_OPCODES,
    AluOp,
    Comparison,
    Opcode,
    ReduceCommand,
    Space,
    Stream,
)
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.golden.executors import EXECUTORS
from tinyneuron_sim.golden.machine import Machine
from tinyneuron_sim.golden.numerics import quiet
from tinyneuron_sim.golden.prepared import Preparer

from ...hw.lanes.programs import RandomProgram, immediate, pattern, random_memory
from ...hw.lanes.reference import Reference

CONFIG = get_config("tiny").with_changes(sbuf_partition_bytes=1024, psum_bank_bytes=64)
OPCODES = [code for code in STREAM_OPCODES[Stream.VECTOR] if 0x60 <= code.value < 0x6C]


class Golden:
    """A machine on random memories; ``expected`` is the other model on the same bytes."""

    def __init__(self, seed: int):
        rng = np.random.default_rng(seed)
        images = [
            random_memory(rng, CONFIG.partitions, CONFIG.sbuf_partition_bytes),
            random_memory(rng, CONFIG.columns, CONFIG.psum_partition_bytes),
        ]
        self.machine = Machine(CONFIG, None)
        self.memories = {Space.SBUF: self.machine.sbuf, Space.PSUM: self.machine.psum}
        for memory, image in zip(self.memories.values(), images, strict=True):
            memory.write_bytes(0, image.tobytes())
        self.expected = Reference(CONFIG, *images)
        self.preparer = Preparer(CONFIG, lambda *_: True)

    def execute(self, raw: bytes) -> None:
        prepared = self.preparer.prepare(raw, Stream.VECTOR, [0] * 32)
        assert prepared.error is None
        assert prepared.opcode is not None
        with quiet():
            EXECUTORS[prepared.opcode](self.machine, prepared)

    def bytes(self, space: Space) -> np.ndarray:
        image = self.expected.memories[space]
        raw = self.memories[space].read_bytes(0, image.size)
        return np.frombuffer(raw, np.uint8).reshape(image.shape)

    def check(self, raw: bytes) -> None:
        self.execute(raw)
        self.expected.execute(raw)
        for space, image in self.expected.memories.items():
            np.testing.assert_array_equal(self.bytes(space), image)


@pytest.mark.parametrize("opcode", OPCODES, ids=lambda opcode: opcode.name.lower())
def test_random_instructions_of_one_opcode(opcode):
    draw, golden = RandomProgram(CONFIG, seed=opcode.value), Golden(opcode.value)
    for _ in range(60):
        golden.check(draw.instruction(opcode))


def test_random_mixture_of_all_opcodes():
    draw, golden = RandomProgram(CONFIG, seed=3), Golden(3)
    for _ in range(40):
        for opcode in draw.random.sample(OPCODES, len(OPCODES)):
            golden.check(draw.instruction(opcode))


def test_commands_of_the_accumulator():
    golden = Golden(4)
    source, result = pattern(dims=[(1, 11)]), pattern(offset=900)
    values = np.frombuffer(golden.memories[Space.SBUF].read_bytes(0, 44), "<f4").copy()

    def run(command: ReduceCommand, op: AluOp = AluOp.MAX, **more) -> None:
        golden.execute(encode(Opcode.TENSOR_SCALAR, in0=source, dst=pattern(offset=512,
                       dims=[(1, 11)]), reduce_cmd=command, reduce_op=op, **more))  # fmt: skip

    def read(op: AluOp = AluOp.MAX, **more) -> np.float32:
        golden.execute(encode(Opcode.READ_ACCUMULATOR, dst=result, reduce_op=op, **more))
        return np.frombuffer(golden.memories[Space.SBUF].read_bytes(900, 4), "<f4")[0]

    values[~np.isfinite(values)] = 1.0
    golden.memories[Space.SBUF].write_bytes(0, values.tobytes())
    assert read() == -np.inf
    run(ReduceCommand.RESET_REDUCE)
    assert read() == read() == values.max()
    run(ReduceCommand.IDLE, AluOp.MIN)
    assert read(negate=1) == -values.max()
    run(ReduceCommand.LOAD_REDUCE, operand1=immediate(1e30))
    assert read() == np.float32(1e30)
    run(ReduceCommand.RESET)
    assert read(AluOp.MULTIPLY) == 1.0
    run(ReduceCommand.REDUCE, AluOp.MIN)
    assert read(AluOp.MIN) == values.min()


def test_lanes_that_accumulated_nothing_are_not_read():
    golden = Golden(5)
    few = {"in0": pattern(partitions=1), "dst": pattern(partitions=1, offset=512)}
    more = {"reduce_cmd": ReduceCommand.RESET_REDUCE, "reduce_op": AluOp.ADD}
    golden.execute(encode(Opcode.TENSOR_SCALAR, **few, **more))
    read = {"dst": pattern(offset=900), "reduce_op": AluOp.ADD}
    with pytest.raises(GoldenError, match="reads the accumulators of 4 lanes, of which"):
        golden.execute(encode(Opcode.READ_ACCUMULATOR, **read))
    reset = {**few, "reduce_cmd": ReduceCommand.RESET}
    golden.execute(encode(Opcode.TENSOR_SCALAR, **reset))
    golden.execute(encode(Opcode.READ_ACCUMULATOR, **read))


def test_an_element_that_is_kept_is_neither_written_nor_read():
    machine = Golden(6).machine
    machine.sbuf.clear()
    machine.sbuf.write_bytes(0, np.arange(4, dtype="<f4").tobytes())
    fields = {
        "in0": pattern(partitions=1, dims=[(1, 4)]), "in1": pattern(partitions=1, dims=[(1, 4)]),
        "dst": pattern(partitions=1, offset=64, dims=[(1, 4)]), "keep": 1,
    }  # fmt: skip
    golden = Golden(6)
    golden.machine = machine
    golden.execute(encode(Opcode.SELECT, **fields))
    written = pattern(partitions=1, offset=68, dims=[(1, 3)])
    golden.execute(encode(Opcode.TENSOR_COPY, in0=written, dst=written))
    first = pattern(partitions=1, offset=64)
    copy = encode(Opcode.TENSOR_COPY, in0=first, dst=first)
    with pytest.raises(GoldenError, match="partition 0 offset 0x40, which was never written"):
        golden.execute(copy)


def test_indices_wrap_around_and_compare_as_fp32():
    golden = Golden(7)
    index = {"channel_multiplier": 1 << 30, "strides": [1, 0, 0, 0]}
    target = pattern(DType.INT32, offset=512, dims=[(1, 2)])
    golden.execute(encode(Opcode.IOTA, dst=target, index=index, offset=(1 << 30) - 1))
    rows = [golden.bytes(Space.SBUF)[p, 512:520].view("<i4").tolist() for p in range(4)]
    low = -(1 << 31)
    assert rows == [
        [(1 << 30) - 1, 1 << 30], [(1 << 31) - 1, low], [low + (1 << 30) - 1, low + (1 << 30)],
        [-1, 0],
    ]  # fmt: skip
    # 2**24 + 1 is no FP32 number: it equals its neighbour.
    same = {"cmp0": Comparison.EQUAL, "cmp1": Comparison.GREATER_EQUAL}
    golden.check(
        encode(Opcode.INDEX_SELECT, in0=pattern(dims=[(1, 4)]), dst=pattern(offset=512,
               dims=[(1, 4)]), index={"strides": [1, 0, 0, 0]}, offset=(1 << 24) - 1,
               operand0=immediate(2.0**24), operand1=immediate(-1.0), on_false=0, **same)
    )  # fmt: skip
    row = golden.bytes(Space.SBUF)[0]
    assert [row[512 + 4 * k : 516 + 4 * k].any() for k in range(4)] == [False, True, True, False]
