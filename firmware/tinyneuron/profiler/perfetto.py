"""Perfetto's native format: a protobuf of packets, which ui.perfetto.dev opens.

One nanosecond is one cycle. Below a process track stand the engines and DMA queues (a track for
each row of overlapping slices), a track for what each stream waited for, and counters. An arrow
leads from the end of an instruction whose semaphore update released a wait to that wait.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_sim.backend import DMA_SOURCE
from tinyneuron_sim.trace import row_label, track_name

from ..files import write_atomically
from ..program.operands import operands
from ..runtime.errors import TinyneuronError
from .profile import Gap, Instruction, Profile, Slice
from .series import rate_series, waiting_series

if TYPE_CHECKING:
    from perfetto.protos.perfetto.trace import perfetto_trace_pb2
    from perfetto.trace_builder.proto_builder import StreamingTraceProtoBuilder

__all__ = ["to_bytes", "write_perfetto"]

_SEQUENCE = 1
_PROCESS, _PID = 1, 1
_SLICES, _WAITS, _COUNTERS = 1 << 20, 2 << 20, 3 << 20
"""First numbers of the tracks of each kind."""
_ROWS = 1 << 10
"""Numbers of the rows of one source."""


def write_perfetto(profile: Profile, path: Path) -> None:
    """Writes the trace; on an error no partial file is left.

    Raises
    ------
    TinyneuronError
        The package that writes the format is not installed.
    """
    write_atomically(path, lambda file: _Writer(profile, file).write())


def to_bytes(profile: Profile) -> bytes:
    """The trace."""
    file = io.BytesIO()
    _Writer(profile, file).write()
    return file.getvalue()


def _library() -> tuple[Any, Any]:
    """The package's messages, and its builder. Imported late: it takes a third of a second."""
    try:
        from perfetto.protos.perfetto.trace import perfetto_trace_pb2
        from perfetto.trace_builder.proto_builder import StreamingTraceProtoBuilder
    except ImportError as error:
        raise TinyneuronError(
            f"Perfetto's format needs the package {error.name!r}: pip install perfetto"
        ) from None
    return perfetto_trace_pb2, StreamingTraceProtoBuilder


class _Writer:
    """Writes one profile, packet by packet."""

    def __init__(self, profile: Profile, file: BinaryIO):
        self._profile = profile
        messages, builder = _library()
        self._events = messages.TrackEvent
        self._explicit = messages.TrackDescriptor.EXPLICIT
        self._builder: StreamingTraceProtoBuilder = builder(file)
        self._counters = rate_series(profile) | waiting_series(profile)
        self._texts = [_arguments(item) for item in profile.instructions]

    def write(self) -> None:
        """The whole trace. Perfetto sorts by time itself."""
        self._tracks()
        flows: dict[int, list[int]] = {}
        for number, gap in enumerate(self._profile.gaps):
            if gap.releaser is not None:
                flows.setdefault(gap.releaser, []).append(number + 1)
        for number, item in enumerate(self._profile.slices):
            self._slice(item, flows.get(number, []))
        for number, gap in enumerate(self._profile.gaps):
            self._gap(gap, number + 1)
        for number, (_, values) in enumerate(self._counters.values()):
            for cycle, value in values:
                packet = self._event(cycle, _COUNTERS + number, self._events.TYPE_COUNTER)
                packet.track_event.double_counter_value = value
                self._builder.write_packet(packet)

    def _tracks(self) -> None:
        profile = self._profile
        packet = self._packet()
        packet.sequence_flags = packet.SEQ_INCREMENTAL_STATE_CLEARED
        track = packet.track_descriptor
        track.uuid = _PROCESS
        track.process.pid = _PID
        track.process.process_name = f"{profile.name} on {profile.config.name} ({profile.target})"
        track.child_ordering = self._explicit
        self._builder.write_packet(packet)
        names = dict(self._slice_tracks())
        names |= {_WAITS + gap.stream.value: f"{track_name(gap.stream.value)} waits"
                  for gap in profile.gaps}  # fmt: skip
        for number, label in names.items():
            self._track(number, label)
        for number, (label, (unit, _)) in enumerate(self._counters.items()):
            self._track(_COUNTERS + number, label, unit)

    def _slice_tracks(self) -> Iterator[tuple[int, str]]:
        for item in self._profile.slices:
            yield _track_of(item), row_label(item.source, item.row)

    def _track(self, number: int, name: str, unit: str = "") -> None:
        packet = self._packet()
        track = packet.track_descriptor
        track.uuid, track.parent_uuid, track.name = number, _PROCESS, name
        track.sibling_order_rank = _rank(number)
        if unit:
            track.counter.unit_name = unit
        self._builder.write_packet(packet)

    def _slice(self, item: Slice, flows: list[int]) -> None:
        events = self._events
        track, instruction = _track_of(item), self._profile.instructions[item.instruction]
        packet = self._event(item.start, track, events.TYPE_SLICE_BEGIN)
        event = packet.track_event
        event.name, event.flow_ids[:] = instruction.name, flows
        event.categories.append("transfer" if item.source >= DMA_SOURCE else "instruction")
        for name, value in self._texts[item.instruction].items():
            _annotate(event, name, value)
        for name in ("macs", "elements", "read", "written"):
            amount = getattr(item.work, name)
            if amount:
                _annotate(event, name, amount)
        if not item.closed:
            _annotate(event, "unfinished", True)
        self._builder.write_packet(packet)
        self._builder.write_packet(self._event(item.end, track, events.TYPE_SLICE_END))

    def _gap(self, gap: Gap, flow: int) -> None:
        events, profile = self._events, self._profile
        track = _WAITS + gap.stream.value
        packet = self._event(gap.start, track, events.TYPE_SLICE_BEGIN)
        event = packet.track_event
        event.name = gap.condition or gap.cause
        event.categories.append("wait")
        _annotate(event, "cause", gap.cause)
        _annotate(event, "before", profile.instructions[gap.instruction].text)
        if gap.releaser is not None:
            event.terminating_flow_ids.append(flow)
            source = profile.instructions[profile.slices[gap.releaser].instruction]
            _annotate(event, "released by", f"{source.stream.name.lower()} {source.pc}")
        self._builder.write_packet(packet)
        self._builder.write_packet(self._event(gap.end, track, events.TYPE_SLICE_END))

    def _packet(self) -> perfetto_trace_pb2.TracePacket:
        packet = self._builder.create_packet()
        packet.trusted_packet_sequence_id = _SEQUENCE
        return packet

    def _event(self, cycle: int, track: int, kind: Any) -> perfetto_trace_pb2.TracePacket:
        packet = self._packet()
        packet.timestamp = cycle
        packet.track_event.type, packet.track_event.track_uuid = kind, track
        return packet


def _track_of(item: Slice) -> int:
    return _SLICES + item.source * _ROWS + item.row


def _rank(number: int) -> int:
    """Each stream's waits follow its engine; counters come last."""
    if _WAITS <= number < _COUNTERS:
        return _SLICES + (number - _WAITS) * _ROWS + _ROWS - 1
    return number


def _arguments(instruction: Instruction) -> dict[str, str | int]:
    found: dict[str, str | int] = {"instruction": instruction.text}
    found |= {"stream": Stream(instruction.stream).name.lower(), "pc": instruction.pc}
    if instruction.line is not None:
        found["source"] = f"{instruction.file}:{instruction.line}"
    return found | operands(instruction.text)


def _annotate(event: Any, name: str, value: str | int | bool) -> None:
    note = event.debug_annotations.add()
    note.name = name
    if isinstance(value, bool):
        note.bool_value = value
    elif isinstance(value, int):
        note.int_value = value
    else:
        note.string_value = value
