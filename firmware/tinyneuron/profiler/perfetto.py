"""Perfetto's native format: a protobuf of packets, which ui.perfetto.dev opens.

One nanosecond is one cycle. Below a process track stand the engines and DMA queues (a track for
each row of overlapping slices), a track for what each stream waited for, and counters. An arrow
leads from an instruction whose semaphore update released a wait to the one that waited.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_sim.backend import DMA_SOURCE
from tinyneuron_sim.trace import row_label, track_name

from ..files import write_atomically
from ..program.operands import operands
from ..runtime.errors import TinyneuronError
from .data import Gap, Instruction, ProfileData, Slice
from .series import rate_series, waiting_series

if TYPE_CHECKING:
    from perfetto.protos.perfetto.trace import perfetto_trace_pb2
    from perfetto.trace_builder.proto_builder import StreamingTraceProtoBuilder

__all__ = ["to_bytes", "write_perfetto"]

Notes = dict[str, str | int]
"""Arguments of a slice."""

_SEQUENCE = 1
_PROCESS, _PID = 1, 1
_SLICES, _WAITS, _COUNTERS = 1 << 20, 2 << 20, 3 << 20
"""First numbers of the tracks of each kind."""
_ROWS = 1 << 10
"""Numbers of the rows of one source."""


def write_perfetto(profile: ProfileData, path: Path) -> None:
    """Writes the trace; on an error no partial file is left.

    Raises
    ------
    TinyneuronError
        The package that writes the format is not installed.
    """
    write_atomically(path, lambda file: _Writer(profile, file).write())


def to_bytes(profile: ProfileData) -> bytes:
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

    def __init__(self, profile: ProfileData, file: BinaryIO):
        self._profile = profile
        messages, builder = _library()
        self._events = messages.TrackEvent
        self._explicit = messages.TrackDescriptor.EXPLICIT
        self._builder: StreamingTraceProtoBuilder = builder(file)
        self._counters = rate_series(profile) | waiting_series(profile)
        self._numbers: dict[str, dict[str, int]] = {}
        self._texts = [_arguments(item) for item in profile.instructions]

    def write(self) -> None:
        """The whole trace. Perfetto sorts by time itself."""
        self._tracks()
        begins, ends = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
        for number, gap in enumerate(self._profile.gaps, 1):
            if gap.releaser is not None and gap.slice is not None:
                begins[gap.releaser].append(number)
                ends[gap.slice].append(number)
        for number, item in enumerate(self._profile.slices):
            self._slice(item, begins[number], ends[number])
        for gap in self._profile.gaps:
            self._gap(gap)
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

    def _slice(self, item: Slice, begins: list[int], ends: list[int]) -> None:
        """With the numbers of the arrows that begin and end here."""
        events = self._events
        track, instruction = _track_of(item), self._profile.instructions[item.instruction]
        packet = self._event(item.start, track, events.TYPE_SLICE_BEGIN)
        packet.track_event.flow_ids[:] = begins
        packet.track_event.terminating_flow_ids[:] = ends
        kind = "transfer" if item.source >= DMA_SOURCE else "instruction"
        notes = dict(self._texts[item.instruction])
        for name in ("macs", "elements", "read", "written"):
            amount = getattr(item.work, name)
            if amount:
                notes[name] = amount
        if not item.closed:
            notes["unfinished"] = 1
        self._describe(packet, instruction.name, kind, notes)
        self._builder.write_packet(packet)
        self._builder.write_packet(self._event(item.end, track, events.TYPE_SLICE_END))

    def _gap(self, gap: Gap) -> None:
        events, profile = self._events, self._profile
        track = _WAITS + gap.stream.value
        packet = self._event(gap.start, track, events.TYPE_SLICE_BEGIN)
        notes: Notes = {"cause": gap.cause, "before": profile.instructions[gap.instruction].text}
        if gap.releaser is not None:
            source = profile.instructions[profile.slices[gap.releaser].instruction]
            notes["released by"] = f"{source.stream.name.lower()} {source.pc}"
        self._describe(packet, gap.condition or gap.cause, "wait", notes)
        self._builder.write_packet(packet)
        self._builder.write_packet(self._event(gap.end, track, events.TYPE_SLICE_END))

    def _describe(self, packet: Any, name: str, category: str, notes: Notes) -> None:
        """Name, category and arguments of a slice. Texts are written at their first use, and have a
        number from then on."""
        event = packet.track_event
        event.name_iid = self._number(packet, "event_names", name)
        event.category_iids.append(self._number(packet, "event_categories", category))
        for key, value in notes.items():
            note = event.debug_annotations.add()
            note.name_iid = self._number(packet, "debug_annotation_names", key)
            if isinstance(value, int):
                note.int_value = value
            else:
                number = self._number(packet, "debug_annotation_string_values", value)
                note.string_value_iid = number
        packet.sequence_flags = packet.SEQ_NEEDS_INCREMENTAL_STATE

    def _number(self, packet: Any, kind: str, text: str) -> int:
        """The number of a text of one of the kinds of ``InternedData``."""
        numbers = self._numbers.setdefault(kind, {})
        if text not in numbers:
            numbers[text] = len(numbers) + 1
            entry = getattr(packet.interned_data, kind).add()
            entry.iid = numbers[text]
            if kind == "debug_annotation_string_values":
                entry.str = text.encode()
            else:
                entry.name = text
        return numbers[text]

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


def _arguments(instruction: Instruction) -> Notes:
    found: Notes = {"instruction": instruction.text}
    found |= {"stream": Stream(instruction.stream).name.lower(), "pc": instruction.pc}
    if instruction.line is not None:
        found["source"] = f"{instruction.file}:{instruction.line}"
    return found | operands(instruction.text)
