"""Every wait and update of a lowered program is needed, and the race check sees when it is gone."""

import dataclasses
import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from tinyneuron.kernels import conv2d, matmul
from tinyneuron.program.program import Program
from tinyneuron.runtime.order import check_order
from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.codec import decode, encode
from tinyneuron_hw.isa.opcodes import Stream, UpdateMode, WaitMode
from tinyneuron_sim.golden.access import byte_offsets
from tinyneuron_sim.golden.errors import GoldenError
from tinyneuron_sim.golden.machine import Machine
from tinyneuron_sim.golden.races import RaceDetector

SEEDS = range(6)
PROGRAMS = {
    "matmul": lambda: matmul.build("tiny", 22, 10, 70, bias=True),
    "matmul_without_gpsimd": lambda: matmul.build(
        get_config("tiny").with_changes(name="v1", has_gpsimd=False, dma_engines=4), 9, 10, 70
    ),
    "matmul_in_small_memory": lambda: matmul.build(
        get_config("tiny").with_changes(name="less", sbuf_partition_bytes=512), 18, 14, 70
    ),
    "conv2d": lambda: conv2d.build("tiny", h=6, w=13, cin=5, cout=6, kernel=3, pad=1, relu=True),
    "conv2d_in_groups": lambda: conv2d.build(
        "tiny", h=8, w=9, cin=6, cout=6, kernel=3, pad=1, groups=6, bias=True
    ),
}  # fmt: skip


def with_fields(program: Program, stream: Stream, index: int, fields: dict) -> Program:
    """A copy with other fields in one instruction."""
    code = list(program.streams[stream])
    decoded = decode(code[index])
    code[index] = encode(decoded.opcode, decoded.fields | fields)
    return dataclasses.replace(program, streams={**program.streams, stream: code})


def mutants(program: Program) -> Iterator[tuple[str, Program]]:
    """The program without one wait or update, or with a wait that is over one update early."""
    for stream, code in program.streams.items():
        for index, raw in enumerate(code):
            fields = decode(raw).fields
            where = f"{stream.name} {index}"
            wait = "header.wait"
            if fields[f"{wait}.mode"] is not WaitMode.NONE:
                gone = {f"{wait}.mode": WaitMode.NONE}
                yield f"{where}: no wait", with_fields(program, stream, index, gone)
                value = fields[f"{wait}.value"]
                if value > 1:
                    early = {f"{wait}.value": value - 1}
                    yield f"{where}: early", with_fields(program, stream, index, early)
            if fields["header.update.mode"] is not UpdateMode.NONE:
                gone = {"header.update.mode": UpdateMode.NONE}
                yield f"{where}: no update", with_fields(program, stream, index, gone)


def is_caught(program: Program) -> bool:
    """Whether some schedule of two runs shows an error."""
    try:
        check_order(program, SEEDS, runs=2)
    except GoldenError:
        return True
    return False


@dataclasses.dataclass
class Step:
    """An instruction or transfer: its thread, its number there, what is ordered before it, and the
    bytes it touches by (is write, memory)."""

    thread: int
    clock: np.ndarray
    touched: list[tuple[bool, str, np.ndarray]] = dataclasses.field(default_factory=list)

    def is_before(self, other: "Step") -> bool:
        return other.clock[self.thread] >= self.clock[self.thread]

    def conflicts(self, other: "Step") -> bool:
        return any(
            (a_writes or b_writes) and a_memory == b_memory and np.intersect1d(a, b).size
            for a_writes, a_memory, a in self.touched
            for b_writes, b_memory, b in other.touched
        )


def steps_of(program: Program, monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """One thread adds to each semaphore of a lowered program, so the order is that of every
    schedule."""
    steps: list[Step] = []
    begin = RaceDetector.begin

    def start(self, thread, where, acquired):
        begin(self, thread, where, acquired)
        steps.append(Step(thread, self.clock(thread)))

    def touch(is_write):
        def record(self, footprint):
            where = np.unique(byte_offsets(footprint.dims) + footprint.start)
            steps[-1].touched.append((is_write, footprint.memory.name, where))

        return record

    with monkeypatch.context() as patch:
        patch.setattr(RaceDetector, "begin", start)
        patch.setattr(Machine, "check_read", touch(False))
        patch.setattr(Machine, "check_write", touch(True))
        check_order(program, [0])
    return steps


def is_ordered(program: Program, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether every two conflicting accesses are ordered; compares all pairs, byte by byte."""
    steps = steps_of(program, monkeypatch)
    return not any(
        not one.is_before(other) and not other.is_before(one) and one.conflicts(other)
        for one, other in itertools.combinations(steps, 2)
    )


def test_the_comparison_of_all_pairs_sees_a_missing_wait(monkeypatch):
    program = PROGRAMS["matmul"]()
    assert is_ordered(program, monkeypatch)
    verdicts = []
    for label, mutant in mutants(program):
        if "TENSOR" in label and "no wait" in label:
            verdicts.append(is_ordered(mutant, monkeypatch))
    assert verdicts
    assert not any(verdicts)


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_wait_and_update_is_needed(name, monkeypatch):
    """But for waits that are one update too late, because a tile's place is guarded as a whole
    against all of the tile that had it; they are few, and proved to be needless."""
    program = PROGRAMS[name]()
    check_order(program, SEEDS, runs=2)
    needless, count = [], 0
    for label, mutant in mutants(program):
        count += 1
        if not is_caught(mutant):
            assert is_ordered(mutant, monkeypatch), f"{label}: a race that no schedule showed"
            needless.append(label)
    print(name, program.instruction_count, count, needless)
    assert count > 40
    assert len(needless) <= count // 100
    assert all("early" in label for label in needless)
