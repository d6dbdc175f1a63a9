"""What a profile says of a run, against the core's own counters."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

import tinyneuron as tn
from tinyneuron import nki
from tinyneuron.kernels import dynamic_softmax
from tinyneuron.nki import isa as nisa
from tinyneuron.nki import language as nl
from tinyneuron.profiler.collect import collect, covered
from tinyneuron.profiler.run import random_inputs
from tinyneuron.program.assembler import assemble
from tinyneuron.program.rings import ring_bytes
from tinyneuron.runtime.model import RunResult
from tinyneuron_hw.formats import DType
from tinyneuron_hw.isa.codec import encode
from tinyneuron_hw.isa.opcodes import Opcode, Stream
from tinyneuron_sim.backend import DMA_SOURCE

HERE = Path(__file__).name


def test_every_instruction_and_transfer_is_a_slice(profile, program):
    own = [item for item in profile.slices if item.source < DMA_SOURCE]
    assert len(own) == program.instruction_count  # it has no loops
    counted = sum(profile.counters[f"{s.name.lower()}_instructions"] for s in Stream)
    assert len(own) == counted
    moved = [item for item in profile.slices if item.source >= DMA_SOURCE]
    transfers = [profile.instructions[item.instruction] for item in moved]
    assert all(item.name.startswith("dma_") for item in transfers)
    assert all(item.closed for item in profile.slices)
    assert profile.lost == profile.unknown == 0


def test_rows_of_a_track_do_not_overlap(profile):
    free: dict[tuple[int, int], int] = {}
    for item in profile.slices:
        assert free.get((item.source, item.row), 0) <= item.start <= item.end
        free[item.source, item.row] = item.end


def test_work_is_what_the_core_counted(profile):
    whole = profile.work
    assert whole.macs == 12 * 16 * 20
    assert whole.read == profile.counters["dma_read_bytes"]
    assert whole.written == profile.counters["dma_write_bytes"]
    assert sum(queue.read for queue in profile.queues.values()) == whole.read
    assert profile.floors["tensor"] == profile.counters["tensor_moving"]


def test_no_part_takes_less_than_its_floor(profile):
    assert all(floor <= profile.cycles for floor in profile.floors.values())
    for engine in profile.engines.values():
        assert engine.floor <= engine.busy <= profile.cycles
    assert profile.floor == profile.floors[profile.bound_by] == max(profile.floors.values())


def test_memory_holds_data_and_code(profile):
    moved = profile.work.read + profile.work.written + profile.counters["fetch_bytes"]
    assert profile.floors["memory"] == -(-moved // 8)
    assert profile.bound_by == "memory"


def test_waits_are_close_to_what_the_core_counted(profile):
    for stream, states in profile.streams.items():
        for cause in ("semaphore", "order"):
            found = sum(gap.end - gap.start for gap in profile.gaps
                        if gap.stream.name.lower() == stream and gap.cause == cause)  # fmt: skip
            away = abs(found - states[f"waits_{cause}"])
            assert away < 0.1 * profile.cycles, (stream, cause, found, states)


def test_a_wait_ends_when_its_releaser_does(profile):
    released = [gap for gap in profile.gaps if gap.releaser is not None]
    assert len(released) > 5
    for gap in released:
        assert profile.slices[gap.releaser].end == gap.end
        assert gap.slice is None or profile.slices[gap.slice].start >= gap.end
        assert gap.condition.startswith("s")


def test_stream_states_add_up(profile):
    for states in profile.streams.values():
        assert sum(states.values()) == profile.cycles
    assert profile.stalls == sorted(profile.stalls, key=lambda stall: -stall.cycles)


def test_rates_stay_below_the_roof(profile):
    point = profile.points["tensor"]
    assert point.operations == profile.work.macs
    assert point.roof == 16
    assert 0 < point.rate < point.busy_rate <= point.roof
    assert point.intensity == point.operations / (profile.work.read + profile.work.written)


@nki.jit
def twice(x):
    out = nl.ndarray(x.shape, x.dtype, buffer=nl.shared_hbm)
    tile = nl.ndarray(x.shape, x.dtype)
    nisa.dma_copy(tile, x)
    nisa.tensor_scalar(tile, tile, nl.multiply, 2.0)  # the line of the Vector engine
    nisa.dma_copy(out, tile)
    return out


def test_lines_of_the_kernel(profile):
    found = tn.profile(nki.compile(twice, "tiny", {"x": nki.TensorArg((4, 64), "fp32")}))
    assert {Path(line.file).name for line in found.lines} == {HERE}
    (vector,) = [line for line in found.lines if "vector" in line.cycles]
    assert vector.text.endswith("# the line of the Vector engine")
    assert vector.executed == 1
    in_dma = sum(line.cycles.get("dma", 0) for line in found.lines)
    spans = [item.end - item.start for item in found.slices if item.source >= DMA_SOURCE]
    assert in_dma == sum(spans)


def test_lines_of_helpers_are_looked_up_in_their_own_files(profile):
    """The kernel's file is matmul.py; its transfers are made elsewhere."""
    by_file = {Path(line.file).name: line for line in profile.lines}
    assert {"matmul.py", "row_tiles.py"} <= set(by_file)
    assert "dma_copy" in by_file["row_tiles.py"].text
    assert all("nisa." in line.text for line in profile.lines)


def test_random_inputs_are_repeatable_and_small_where_they_may_be_indices(program):
    first, second = random_inputs(program, 7), random_inputs(program, 7)
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert not np.array_equal(first["rhs"], random_inputs(program, 8)["rhs"])
    inputs = random_inputs(assemble("""
.config tiny
.tensor index input uint32 50
.tensor bytes input uint8 50
.stream sync
halt
"""))  # fmt: skip
    assert inputs["index"].max() == 1
    assert inputs["bytes"].max() > 200


RING = """
.config tiny
.tensor data input uint8 128
.tensor ring input uint8 384
.tensor copy output uint8 128
.stream sync
dma_ring ring=ring[ring+0x0, 2+2, 3] queue=1 update(s0 += 1)
nop wait(s0 >= 1)
halt
"""


def copy(source: int, target: int, size: int) -> bytes:
    dims = [{"stride": 1, "size": size}]
    return encode(
        Opcode.DMA_COPY,
        src={"dtype": DType.UINT8, "address": source, "dims": dims},
        dst={"dtype": DType.UINT8, "address": target, "dims": dims},
    )


def test_descriptors_of_a_ring_are_read_where_the_program_has_them():
    """Two copies, of 96 and 32 bytes, around the end of a ring of three."""
    program = assemble(RING)
    with tn.open_device("verilator", "tiny") as device:
        model = device.load(program)
        source, target = model.address("data"), model.address("copy")
        ring = ring_bytes([copy(source, target, 96), copy(source + 96, target + 96, 32)], 3, 2)
        inputs = {"data": np.arange(128, dtype=np.uint8), "ring": ring}
        result = model.run(inputs, trace=True)
    assert np.array_equal(result.outputs["copy"], inputs["data"])
    found = collect(program, result, inputs=inputs)
    assert [item.work.read for item in found.slices if item.source >= DMA_SOURCE] == [96, 32]
    assert found.work.written == 128
    assert found.unknown == 0
    (gap,) = [gap for gap in found.gaps if gap.cause == "semaphore"]
    assert found.slices[gap.releaser].work.read == 32  # the update comes with the last one
    assert collect(program, result).unknown == 2


def test_covered():
    assert covered([]) == 0
    assert covered([(5, 9), (0, 3), (2, 4), (6, 7)]) == 4 + 4


def test_golden_and_untraced_runs_are_refused(program):
    with pytest.raises(tn.TinyneuronError, match="golden counts no cycles"):
        tn.profile(program, target="golden")
    result = RunResult({}, None, {}, 0.0)
    with pytest.raises(tn.TinyneuronError, match="golden"):
        collect(program, result)
    with pytest.raises(tn.TinyneuronError, match="trace=True"):
        collect(program, dataclasses.replace(result, cycles=5))


def test_a_run_without_the_counters_of_waiting(program):
    with tn.open_device("verilator", "tiny") as device:
        result = device.load(program).run(random_inputs(program), trace=True)
    found = collect(program, result)
    assert found.streams == {}
    assert found.stalls == []
    assert found.gaps


def test_json(profile):
    found = json.loads(json.dumps(profile.to_json()))
    assert found["cycles"] == profile.cycles
    assert found["engines"]["tensor"]["busy"] == profile.counters["tensor_busy"]
    assert found["slices"] == len(profile.slices)


def test_a_length_is_the_largest_that_the_program_takes():
    program = dynamic_softmax.build("tiny", 7, 5, dynamic_columns=True)
    inputs = random_inputs(program)
    assert (inputs["rows"].tolist(), inputs["columns"].tolist()) == ([7], [5])
