"""Which instructions a traced run executed, with their registers resolved.

What a stream executes depends on its own registers alone, so the code says it all until registers
are loaded from memory: the walk needs no data and costs no simulation. From then on the trace says
where the stream went.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tinyneuron_hw.config import CoreConfig
from tinyneuron_hw.isa.opcodes import DMA_OPCODES, REGISTER_LOADS, Opcode, Stream

from ..backend import DMA_SOURCE
from ..golden.errors import TrapSignal
from ..golden.prepared import Preparer
from ..golden.sequencer import Sequencer
from .timeline import Span

__all__ = ["Executed", "executions"]


@dataclass(frozen=True)
class Executed:
    """An instruction that a stream executed.

    ``fields`` are those of ``isa.codec.decode`` with registers replaced by their values. ``span``
    is None when the trace lost its events. ``transfers`` are the spans of what it gave to a DMA
    queue: one, or for a ring one for each descriptor.
    """

    stream: Stream
    pc: int
    opcode: Opcode
    fields: Mapping[str, Any]
    span: Span | None
    transfers: tuple[Span, ...] = ()

    @property
    def done(self) -> int | None:
        """The cycle at which its update comes, as far as the trace knows."""
        if self.opcode in DMA_OPCODES:
            return max((span.end for span in self.transfers), default=None)
        return None if self.span is None else self.span.end


def executions(
    config: CoreConfig, code: Mapping[Stream, Sequence[bytes]], spans: Sequence[Span]
) -> dict[Stream, list[Executed]]:
    """What each stream executed, in its order, beside the spans of the trace.

    Parameters
    ----------
    config:
        The core's.
    code:
        The instructions of each stream.
    spans:
        As :func:`.timeline.spans` gives them. A stream is followed as far as they reach.
    """
    found = defaultdict(deque[Span])
    for span in spans:
        found[span.source, span.stream, span.pc].append(span)
    traced: dict[Stream, list[int]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: span.start):
        if span.source < DMA_SOURCE:
            traced[span.stream].append(span.pc)
    return {
        stream: [_executed(item, found) for item in _walk(config, stream, raw, traced[stream])]
        for stream, raw in code.items()
    }


def _walk(
    config: CoreConfig, stream: Stream, code: Sequence[bytes], traced: Sequence[int]
) -> Iterator[Executed]:
    """As many instructions of a stream as were traced, without their spans. Registers start at 0,
    and are 0 where they were loaded."""
    preparer = Preparer(config, lambda low, high, is_write: True)
    sequencer = Sequencer(stream)
    sequencer.start(0, len(code))
    is_known = True
    for place in traced:
        if not is_known:
            sequencer.pc = place
        if sequencer.halted or sequencer.pc >= len(code):
            return
        pc = sequencer.pc
        prepared = preparer.prepare(code[pc], stream, sequencer.registers)
        if prepared.opcode is None:
            return
        yield Executed(stream, pc, prepared.opcode, prepared.fields, None)
        is_known &= prepared.opcode not in REGISTER_LOADS
        # What a loop's count was is not known either; it may seem to nest too deep.
        with contextlib.suppress(*(() if is_known else (TrapSignal,))):
            sequencer.advance(prepared)


def _executed(item: Executed, found: Mapping[tuple[int, Stream, int], deque[Span]]) -> Executed:
    own = found[item.stream.value, item.stream, item.pc]
    span = own.popleft() if own else None
    transfers: list[Span] = []
    if item.opcode in DMA_OPCODES:
        queue = found[DMA_SOURCE + item.fields["queue"], item.stream, item.pc]
        count = item.fields["ring.count"] if item.opcode is Opcode.DMA_RING else 1
        transfers = [queue.popleft() for _ in range(min(count, len(queue)))]
    return Executed(item.stream, item.pc, item.opcode, item.fields, span, tuple(transfers))
