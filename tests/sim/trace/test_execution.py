"""Which instructions a run executed, from its code and its trace."""

from __future__ import annotations

import contextlib
from collections import Counter

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import Condition, Opcode, RegisterOp, Stream
from tinyneuron_sim.backend import DMA_SOURCE, open_backend
from tinyneuron_sim.compare.bench import Bench
from tinyneuron_sim.random_programs import generate
from tinyneuron_sim.trace import Executed, Span, executions, waits
from tinyneuron_sim.trace import spans as spans_of

TINY = get_config("tiny")
HALT = encode(Opcode.HALT, {})


def span(pc: int, start: int, end: int, *, source: int = 0, stream: Stream = Stream.TENSOR) -> Span:
    return Span(source, stream, pc, start, end, True)


def test_loops_and_registers_are_followed():
    """A loop of two passes around a NOP that waits for what a register holds."""
    code = [
        encode(Opcode.LOOP, {"count": 2, "body": 2, "counter": 3, "counter_enable": 1,
                             "start": 5, "step": 10}),
        encode(Opcode.REGISTER, {"op": RegisterOp.ADD, "dst": 4, "a": 3, "a_by_register": 1,
                                 "b": 1}),
        encode(Opcode.NOP, {"header.wait.value": 4, "header.wait.value_by_register": 1}),
        HALT,
    ]  # fmt: skip
    pcs = [0, 1, 2, 1, 2, 3]
    spans = [span(pc, cycle, cycle + 1) for cycle, pc in enumerate(pcs)]
    found = executions(TINY, {Stream.TENSOR: code}, spans)[Stream.TENSOR]
    assert [item.pc for item in found] == pcs
    assert [item.fields["header.wait.value"] for item in found if item.opcode is Opcode.NOP] == [
        6, 16,
    ]  # fmt: skip
    assert [item.span for item in found] == spans


def test_a_stream_is_followed_as_far_as_its_trace_goes():
    code = [encode(Opcode.BRANCH, {"condition": Condition.ALWAYS, "target": 0})]
    found = executions(TINY, {Stream.SYNC: code}, [
        span(0, cycle, cycle, source=4, stream=Stream.SYNC) for cycle in range(7)
    ])  # fmt: skip
    assert len(found[Stream.SYNC]) == 7


def test_transfers_belong_to_the_instruction_that_started_them():
    queue = DMA_SOURCE + 1
    types = {"src.dtype": DType.BF16, "dst.dtype": DType.BF16}
    ring_fields = {"queue": 1, "ring.entries": 4, "ring.count": 3}
    code = [encode(Opcode.DMA_LOAD, {"queue": 1, **types}), encode(Opcode.DMA_RING, ring_fields),
            HALT]  # fmt: skip
    own = [span(pc, 10 * pc, 10 * pc, source=4, stream=Stream.SYNC) for pc in range(3)]
    moved = [span(0, 5, 9, source=queue, stream=Stream.SYNC)]
    moved += [span(1, at, at + 4, source=queue, stream=Stream.SYNC) for at in (12, 17, 22)]
    load, ring, _ = executions(TINY, {Stream.SYNC: code}, own + moved)[Stream.SYNC]
    assert load.transfers == tuple(moved[:1])
    assert ring.transfers == tuple(moved[1:])
    assert (load.done, ring.done) == (9, 26)


def test_lost_events_leave_holes():
    code = [encode(Opcode.NOP, {})] * 2 + [HALT]
    spans = [span(0, 0, 1), span(2, 9, 10), span(2, 11, 12)]
    found = executions(TINY, {Stream.TENSOR: code}, spans)[Stream.TENSOR]
    assert [item.span is None for item in found] == [False, True, False]
    assert found[1].done is None


SEEDS = range(7_000, 7_020)


def test_random_programs_execute_what_their_trace_says():
    """Loops, branches and registers of any kind; every instruction and transfer finds its span.
    And what streams waited for is made of these, whatever the program."""
    config, taken = TINY, 0
    print(f"seeds {SEEDS}")
    events = []

    @contextlib.contextmanager
    def recording():
        yield
        events[:] = bench.backend.trace_events()

    with Bench(lambda: open_backend("verilator", config), recording=recording) as bench:
        for seed in SEEDS:
            case = generate(config, seed, traps=False).case
            assert bench.run(case).event == "done"
            found = spans_of(events)
            executed = executions(config, case.streams, found)
            _check(seed, executed, found)
            for wait in waits(config, executed):
                assert 0 <= wait.start < wait.end
                taken += wait.releaser is not None
    assert taken > 20


def _check(seed: int, executed: dict[Stream, list[Executed]], found: list[Span]) -> None:
    traced = Counter((span.stream, span.pc) for span in found if span.source < DMA_SOURCE)
    walked = Counter((item.stream, item.pc) for items in executed.values() for item in items)
    assert walked == traced, seed
    for items in executed.values():
        assert all(item.span is not None for item in items)
        assert items[-1].opcode is Opcode.HALT
    used = [span for items in executed.values() for item in items for span in item.transfers]
    moved = [span for span in found if span.source >= DMA_SOURCE]
    assert sorted(map(id, used)) == sorted(map(id, moved)), seed
