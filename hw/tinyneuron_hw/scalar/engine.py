"""The Scalar engine."""

from typing import Any

from amaranth.hdl import Cat, Module, Signal, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated, Repeated
from ..config import CoreConfig
from ..isa.instructions import Activate
from ..isa.opcodes import Opcode
from ..lanes.front import BeatKind, LaneFront
from ..lanes.queue import connect_engine
from ..lanes.steps import StepPipeline
from ..memory.ports import LineReadPort, LineWritePort, PsumReadPort, PsumWritePort
from ..sequencer.ports import EnginePort
from .lane import LANE_LATENCY, LANE_SIGNATURE, LaneControl, ScalarLane

__all__ = ["ScalarEngine"]


class _Step(data.Struct):
    """What goes through the lanes in one cycle."""

    valid: unsigned(1)
    emit: unsigned(1)
    last: unsigned(1)
    load: unsigned(2)


class ScalarEngine(wiring.Component):
    """Executes ACTIVATE.

    Parameters
    ----------
    config:
        Core sizes; one lane for each SBUF partition.

    Members
    -------
    port: the sequencer's side; ``config.queue_depth`` commands are accepted ahead.
    sbuf_read, sbuf_write, psum_read, psum_write: memory ports.

    Latency and throughput
    ----------------------
    One element per cycle in each partition; about 25 cycles from the issue of a command to its
    end besides.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(
            {
                "port": In(EnginePort()),
                "sbuf_read": Out(LineReadPort(config)),
                "sbuf_write": Out(LineWritePort(config)),
                "psum_read": Out(PsumReadPort(config)),
                "psum_write": Out(PsumWritePort(config)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        body = Module()
        body.submodules.front = front = LaneFront(self._config, (Opcode.ACTIVATE,), inputs=1)
        body.submodules.steps = steps = StepPipeline(_Step, LANE_LATENCY)
        beat, step = front.beats.payload, steps.step
        m.d.comb += [
            front.beats.ready.eq(steps.advance),
            step.valid.eq(front.beats.valid),
            step.emit.eq(front.beats.valid & (beat.kind == BeatKind.ELEMENT)),
            step.last.eq(beat.ends[3]),
            step.load.eq(
                Cat(beat.kind == kind for kind in (BeatKind.SCALAR0, BeatKind.SCALAR1))
                & front.beats.valid.replicate(2)
            ),
            front.results.valid.eq(steps.valid),
            front.results.payload.last.eq(steps.stages[LANE_LATENCY].last),
            steps.ready.eq(front.results.ready),
        ]
        self._elaborate_lanes(body, front, steps)
        connect_engine(m, self, body, front, self._config, name="scalar_engine")
        return m

    def _elaborate_lanes(self, m: Module, front: LaneFront, steps: StepPipeline) -> None:
        lanes = Module()
        beat, instruction = front.beats.payload, Activate(front.command)
        # What the lanes need behind their first register moves with their clock, so that nothing
        # behind it is evaluated while that clock stands.
        control = Signal(LaneControl)
        lanes.d.sync += [
            control.function.eq(instruction.function),
            control.out_type.eq(instruction.dst.dtype),
        ]
        for number in range(self._config.partitions):
            lanes.submodules[f"lane{number}"] = lane = Repeated(
                "tn_scalar_lane", ScalarLane, LANE_SIGNATURE.flip()
            )
            m.d.comb += [
                lane.control.eq(control),
                lane.in0_type.eq(beat.dtype),
                lane.in0.eq(beat.in0[number]),
                lane.load.eq(steps.stages[1].load),
                front.results.payload.lanes[number].eq(lane.result),
            ]
        m.submodules.lanes = Gated(lanes, steps.clock, name="scalar_lanes")
