"""Which instructions a run executed, from its code and its trace."""

from __future__ import annotations

from tinyneuron_hw.config import get_config
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import Condition, Opcode, RegisterOp, Stream
from tinyneuron_sim.backend import DMA_SOURCE
from tinyneuron_sim.trace import Span, executions

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
