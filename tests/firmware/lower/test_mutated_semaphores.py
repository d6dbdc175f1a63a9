"""Every wait and update of a lowered program is needed, and the race check sees when it is gone."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import pytest

from tinyneuron.kernels import conv2d, matmul
from tinyneuron.program.program import Program
from tinyneuron.runtime.order import check_order
from tinyneuron_hw.config import get_config
from tinyneuron_hw.isa.codec import decode, encode
from tinyneuron_hw.isa.opcodes import Stream, UpdateMode, WaitMode
from tinyneuron_sim.golden.errors import GoldenError
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


def happens_before(program: Program, monkeypatch: pytest.MonkeyPatch) -> dict:
    """What is ordered before each step: (thread, number of its step) -> clock.

    One thread adds to each semaphore of a lowered program, so it is the same in every schedule.
    """
    relation = {}
    begin = RaceDetector.begin

    def record(self, thread, where, acquired):
        begin(self, thread, where, acquired)
        clock = self.clock(thread)
        relation[thread, int(clock[thread])] = tuple(np.delete(clock, thread))

    with monkeypatch.context() as patch:
        patch.setattr(RaceDetector, "begin", record)
        check_order(program, [0])
    return relation


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_wait_and_update_is_needed(name, monkeypatch):
    program = PROGRAMS[name]()
    check_order(program, SEEDS, runs=2)
    missed, count = [], 0
    for label, mutant in mutants(program):
        count += 1
        if not is_caught(mutant):
            same = happens_before(mutant, monkeypatch) == happens_before(program, monkeypatch)
            missed.append(f"{label} ({'redundant' if same else 'needed'})")
    print(name, program.instruction_count, count, missed)
    assert count > 40
    assert not missed
