"""The native format, read back with the package's own messages."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest
from perfetto.protos.perfetto.trace import perfetto_trace_pb2

import tinyneuron as tn
from tinyneuron.profiler.perfetto import to_bytes
from tinyneuron.profiler.series import rate_series, waiting_series

TrackEvent: Any = perfetto_trace_pb2.TrackEvent  # pyright: ignore[reportAttributeAccessIssue]
KINDS = {
    "names": ("event_names", "name"), "categories": ("event_categories", "name"),
    "keys": ("debug_annotation_names", "name"), "values": ("debug_annotation_string_values", "str"),
}  # fmt: skip


@dataclass
class Slice:
    track: str
    name: str
    category: str
    start: int
    end: int | None
    notes: dict[str, Any]
    begins: list[int]
    ends: list[int]


@dataclass
class Trace:
    """A trace as a reader sees it."""

    process: str = ""
    tracks: dict[int, Any] = field(default_factory=dict)
    slices: list[Slice] = field(default_factory=list)
    counters: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))


def read(raw: bytes) -> Trace:
    packets: Any = perfetto_trace_pb2.Trace()  # pyright: ignore[reportAttributeAccessIssue]
    packets.ParseFromString(raw)
    trace, known = Trace(), {kind: {} for kind in KINDS}
    open_slices: dict[int, Slice] = {}
    for packet in packets.packet:
        for kind, (name, value) in KINDS.items():
            for entry in getattr(packet.interned_data, name):
                known[kind][entry.iid] = getattr(entry, value)
        if packet.HasField("track_descriptor"):
            track = packet.track_descriptor
            trace.tracks[track.uuid] = track
            trace.process = track.process.process_name or trace.process
        if packet.HasField("track_event"):
            _event(trace, known, open_slices, packet)
    assert not open_slices
    return trace


def _event(trace: Trace, known: Any, open_slices: dict[int, Slice], packet: Any) -> None:
    event, track = packet.track_event, packet.track_event.track_uuid
    label = trace.tracks[track].name
    if event.type == TrackEvent.TYPE_COUNTER:
        trace.counters[label].append((packet.timestamp, event.double_counter_value))
    elif event.type == TrackEvent.TYPE_SLICE_END:
        open_slices.pop(track).end = packet.timestamp
    else:
        assert track not in open_slices, "slices of a track do not nest"
        notes = {
            known["keys"][note.name_iid]: known["values"][note.string_value_iid].decode()
            if note.string_value_iid
            else note.int_value
            for note in event.debug_annotations
        }
        (category,) = event.category_iids
        made = Slice(
            label, known["names"][event.name_iid], known["categories"][category],
            packet.timestamp, None, notes, list(event.flow_ids), list(event.terminating_flow_ids),
        )  # fmt: skip
        open_slices[track] = made
        trace.slices.append(made)


@pytest.fixture(scope="module")
def trace(profile) -> Trace:
    return read(to_bytes(profile))


def test_every_slice_and_wait_is_there(trace, profile):
    found = Counter(item.category for item in trace.slices)
    assert found["instruction"] + found["transfer"] == len(profile.slices)
    assert found["wait"] == len(profile.gaps)
    spans = sorted((item.start, item.end) for item in trace.slices if item.category != "wait")
    assert spans == sorted((item.start, item.end) for item in profile.slices)


def test_tracks_are_engines_queues_waits_and_counters(trace):
    names = {track.name for track in trace.tracks.values()}
    assert {"Tensor", "Vector", "Sync", "DMA queue 0", "Tensor waits", "memory read"} <= names
    assert trace.process == "matmul on tiny (verilator)"
    (process,) = [track for track in trace.tracks.values() if track.process.process_name]
    assert all(track.parent_uuid == process.uuid
               for track in trace.tracks.values() if track is not process)  # fmt: skip
    units = {track.name: track.counter.unit_name for track in trace.tracks.values()}
    assert units["memory read"] == "bytes/cycle"


def test_waits_stand_below_their_engine(trace):
    by_name = {track.name: track.sibling_order_rank for track in trace.tracks.values()}
    assert by_name["Tensor"] < by_name["Tensor waits"] < by_name["Vector"]
    assert by_name["DMA queue 1"] < by_name["memory read"]


def test_arguments_of_an_instruction(trace, profile):
    multiplies = [item for item in trace.slices if item.name == "multiply_moving"]
    notes = multiplies[0].notes
    assert notes["stream"] == "tensor"
    assert notes["src"].startswith("sbuf.bf16[")
    assert notes["dst"].startswith("psum.fp32[")
    assert "/matmul.py:" in notes["source"]
    assert notes["instruction"].startswith("multiply_moving src=")
    assert sum(item.notes["macs"] for item in multiplies) == profile.work.macs
    assert any("wait" in item.notes for item in multiplies)
    loads = [item.notes for item in trace.slices if item.track == "DMA queue 0"]
    assert sum(notes["read"] for notes in loads) == profile.queues[0].read
    assert any("update" in notes for notes in loads)


def test_arrows_lead_from_the_update_to_what_waited(trace):
    begins = {flow: item for item in trace.slices for flow in item.begins}
    ends = {flow: item for item in trace.slices for flow in item.ends}
    assert begins
    assert set(begins) == set(ends)
    for flow, source in begins.items():
        waiter = ends[flow]
        assert source.end is not None
        assert source.end <= waiter.start
        semaphore = source.notes["update"].split()[0]
        assert waiter.notes["wait"].startswith(f"{semaphore} ")


def test_counters(trace, profile):
    expected = rate_series(profile) | waiting_series(profile)
    assert trace.counters == {name: values for name, (_, values) in expected.items()}


def test_a_missing_package_is_named(profile, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "perfetto.protos.perfetto.trace", None)
    with pytest.raises(tn.TinyneuronError, match="pip install perfetto"):
        profile.write_perfetto(tmp_path / "a.pftrace")
    assert list(tmp_path.iterdir()) == []
