"""Turns trace events into a timeline that Perfetto and chrome://tracing show.

One track for each engine and each DMA queue, one slice for each instruction or transfer, from its
START to its END. Instructions of one engine that overlap (a LOAD_STATIONARY behind a
MULTIPLY_MOVING) go to further rows of the same engine. One cycle is shown as one microsecond.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tinyneuron_hw.isa.opcodes import Stream

from ..backend import DMA_SOURCE, TraceEvent

__all__ = ["InstructionName", "Span", "row_label", "rows_of", "spans", "timeline", "track_name",
           "write_timeline"]  # fmt: skip

InstructionName = Callable[[Stream, int], str]
"""Text of an instruction, by stream and index in it."""

_TRACKS = ("Tensor", "Vector", "Scalar", "GPSIMD", "Sync")
_ROWS = 1000
"""Thread ids of one track: source x this + row."""


@dataclass(frozen=True)
class Span:
    """An instruction or a transfer on its track."""

    source: int
    stream: Stream
    pc: int
    start: int
    end: int
    """Cycle of the END event; of the last event of all when there was none."""
    closed: bool
    """Whether there was an END."""


def track_name(source: int) -> str:
    """``Tensor`` ... ``Sync``, ``DMA queue 0`` ..."""
    if source >= DMA_SOURCE:
        return f"DMA queue {source - DMA_SOURCE}"
    return _TRACKS[source] if source < len(_TRACKS) else f"source {source}"


def spans(events: Iterable[TraceEvent]) -> list[Span]:
    """Pairs each END with the earliest open START of its source, stream and program counter; of
    one cycle the STARTs come first, in whatever order the trace port gave them.

    Returns spans ordered by start; an END without a START (it was dropped) gives none.
    """
    ordered = sorted(events, key=lambda event: (event.cycle, event.kind == "end"))
    waiting: dict[tuple[int, Stream, int], list[TraceEvent]] = defaultdict(list)
    result = []

    def add(start: TraceEvent, end: int, closed: bool) -> None:
        result.append(Span(start.source, start.stream, start.pc, start.cycle, end, closed))

    for event in ordered:
        queue = waiting[event.source, event.stream, event.pc]
        if event.kind == "start":
            queue.append(event)
        elif queue:
            add(queue.pop(0), event.cycle, True)
    for queue in waiting.values():
        for start in queue:
            add(start, ordered[-1].cycle, False)
    return sorted(result, key=lambda span: (span.start, span.source, span.pc))


def timeline(
    events: Iterable[TraceEvent], name: InstructionName, *, title: str = ""
) -> dict[str, Any]:
    """The Chrome trace-event object of a run.

    Parameters
    ----------
    events:
        As ``Backend.trace_events`` gives them, in any order.
    name:
        Text of an instruction; its first word names the slice, all of it stands in the details.
    title:
        Name of the process the tracks hang under.
    """
    slices = []
    found = spans(events)
    rows: dict[int, int] = {}
    for span, row in zip(found, rows_of(found), strict=True):
        rows[span.source] = max(rows.get(span.source, 0), row + 1)
        text = name(span.stream, span.pc)
        details: dict[str, Any] = {
            "instruction": text, "stream": span.stream.name.lower(), "pc": span.pc,
        }  # fmt: skip
        if not span.closed:
            details["unfinished"] = True
        slices.append({
            "name": text.split(maxsplit=1)[0] if text else "?", "cat": track_name(span.source),
            "ph": "X", "ts": span.start, "dur": span.end - span.start, "pid": 0,
            "tid": span.source * _ROWS + row, "args": details,
        })  # fmt: skip
    return {
        "traceEvents": [*_metadata(rows, title), *slices],
        "displayTimeUnit": "ns",
        "otherData": {"unit": "1 us = 1 core cycle"},
    }


def write_timeline(
    path: Path, events: Iterable[TraceEvent], name: InstructionName, *, title: str = ""
) -> None:
    """Writes :func:`timeline` as JSON; on an error no partial file is left."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_text(json.dumps(timeline(events, name, title=title), separators=(",", ":")))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def rows_of(found: Iterable[Span]) -> list[int]:
    """The row of each span on its source's track, from 0 on, such that spans of a row do not
    overlap. The spans are ordered by start."""
    free: dict[int, list[int]] = {}  # source -> cycle at which each of its rows is free again
    return [_free_row(free.setdefault(span.source, []), span) for span in found]


def row_label(source: int, row: int) -> str:
    """``Tensor``, ``Tensor (2)`` ..."""
    return track_name(source) + (f" ({row + 1})" if row else "")


def _free_row(free: list[int], span: Span) -> int:
    for row, cycle in enumerate(free):
        if cycle <= span.start:
            free[row] = span.end
            return row
    free.append(span.end)
    return len(free) - 1


def _metadata(rows: dict[int, int], title: str) -> list[dict[str, Any]]:
    def entry(kind: str, tid: int, **arguments: Any) -> dict[str, Any]:
        return {"name": kind, "ph": "M", "pid": 0, "tid": tid, "args": arguments}

    result = [entry("process_name", 0, name=title or "tinyneuron")]
    for source in sorted(rows):
        for row in range(rows[source]):
            tid = source * _ROWS + row
            result.append(entry("thread_name", tid, name=row_label(source, row)))
            result.append(entry("thread_sort_index", tid, sort_index=tid))
    return result
