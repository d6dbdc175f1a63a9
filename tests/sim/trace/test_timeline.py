"""Timelines from synthetic events."""

from __future__ import annotations

import json

import pytest

from tinyneuron_hw.isa.opcodes import Stream
from tinyneuron_sim.backend import TraceEvent
from tinyneuron_sim.trace import spans, timeline, track_name, write_timeline


def event(cycle, kind, *, source=0, stream=Stream.TENSOR, pc=0):
    return TraceEvent(cycle=cycle, source=source, stream=stream, kind=kind, pc=pc)


def named(stream, pc):
    return f"{stream.name}_{pc} operand"


def slices(trace):
    return [item for item in trace["traceEvents"] if item["ph"] == "X"]


def test_pairs_start_and_end():
    [span] = spans([event(3, "start", pc=7), event(10, "end", pc=7)])
    assert (span.start, span.end, span.pc, span.closed) == (3, 10, 7, True)


def test_one_instruction_in_a_loop_pairs_in_order():
    # The second pass starts before the first is done: the first END belongs to the first START.
    found = spans([event(0, "start"), event(5, "start"), event(6, "end"), event(9, "end")])
    assert [(span.start, span.end) for span in found] == [(0, 6), (5, 9)]


def test_start_and_end_in_one_cycle():
    [span] = spans([event(4, "start"), event(4, "end")])
    assert (span.start, span.end) == (4, 4)


def test_sources_and_streams_do_not_mix():
    found = spans([
        event(0, "start", source=0), event(1, "start", source=16, pc=0),
        event(2, "end", source=16, pc=0), event(8, "end", source=0),
    ])  # fmt: skip
    assert [(span.source, span.start, span.end) for span in found] == [(0, 0, 8), (16, 1, 2)]


def test_events_out_of_order_are_sorted():
    [span] = spans([event(10, "end"), event(3, "start")])
    assert (span.start, span.end) == (3, 10)


def test_lost_end_runs_to_the_last_event_and_lost_start_gives_nothing():
    found = spans([event(0, "start", pc=1), event(5, "end", pc=2), event(9, "start", pc=3)])
    assert [(span.pc, span.end, span.closed) for span in found] == [(1, 9, False), (3, 9, False)]
    marked = slices(timeline([event(0, "start", pc=1)], named))
    assert marked[0]["args"]["unfinished"] is True


def test_no_events():
    assert spans([]) == []
    assert slices(timeline([], named)) == []


def test_slices_carry_the_instruction():
    trace = timeline([event(2, "start", pc=4), event(6, "end", pc=4)], named, title="run")
    [item] = slices(trace)
    assert (item["name"], item["ts"], item["dur"]) == ("TENSOR_4", 2, 4)
    assert item["args"] == {"instruction": "TENSOR_4 operand", "stream": "tensor", "pc": 4}
    names = [item["args"] for item in trace["traceEvents"] if item["name"] == "process_name"]
    assert names == [{"name": "run"}]


def test_overlap_gets_a_row_of_its_own_and_rows_are_used_again():
    trace = timeline([
        event(0, "start", pc=0), event(4, "start", pc=1), event(8, "end", pc=0),
        event(9, "end", pc=1), event(9, "start", pc=2), event(12, "end", pc=2),
    ], named)  # fmt: skip
    first, second, third = slices(trace)
    assert first["tid"] != second["tid"]
    assert third["tid"] == first["tid"]
    tracks = [
        item["args"]["name"] for item in trace["traceEvents"] if item["name"] == "thread_name"
    ]
    assert tracks == ["Tensor", "Tensor (2)"]
    by_row: dict[int, int] = {}
    for item in slices(trace):  # slices of one row must not overlap
        assert by_row.get(item["tid"], 0) <= item["ts"]
        by_row[item["tid"]] = item["ts"] + item["dur"]


@pytest.mark.parametrize(
    ("source", "name"),
    [(0, "Tensor"), (1, "Vector"), (2, "Scalar"), (3, "GPSIMD"), (4, "Sync"), (16, "DMA queue 0"),
     (31, "DMA queue 15"), (9, "source 9")],
)  # fmt: skip
def test_track_names(source, name):
    assert track_name(source) == name


def test_file_is_json_and_none_is_left_after_an_error(tmp_path):
    path = tmp_path / "run.json"
    write_timeline(path, [event(0, "start"), event(3, "end")], named)
    assert len(slices(json.loads(path.read_text()))) == 1

    def broken(stream, pc):
        raise LookupError(pc)

    with pytest.raises(LookupError):
        write_timeline(tmp_path / "other.json", [event(0, "start")], broken)
    assert [item.name for item in tmp_path.iterdir()] == ["run.json"]


def test_an_end_that_comes_before_the_start_of_its_cycle_is_paired():
    """The trace port gives events of one cycle in any order."""
    (found,) = spans([event(4, "end"), event(4, "start")])
    assert (found.start, found.end, found.closed) == (4, 4, True)
