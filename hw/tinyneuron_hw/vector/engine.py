"""The Vector engine."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated, Repeated
from ..config import CoreConfig
from ..isa.instructions import TensorReduce, TensorScalar, TensorTensor
from ..isa.opcodes import STREAM_OPCODES, Opcode, Stream
from ..lanes.front import BeatKind, LaneFront
from ..lanes.queue import connect_engine
from ..lanes.steps import StepPipeline
from ..memory.ports import LineReadPort, LineWritePort, PsumReadPort, PsumWritePort
from ..sequencer.ports import EnginePort
from .lane import (
    COMBINE_STAGE,
    LANE_LATENCY,
    LANE_SIGNATURE,
    STORE_STAGE,
    Combine,
    LaneControl,
    VectorLane,  # fmt: skip
)
from .reduce import ReduceControl

__all__ = ["VectorEngine"]

_OPCODES = tuple(code for code in STREAM_OPCODES[Stream.VECTOR] if code.value >= 0x60)


class _Step(data.Struct):
    """What goes through the lanes in one cycle."""

    valid: unsigned(1)
    emit: unsigned(1)
    last: unsigned(1)
    load: unsigned(2)
    combine: Combine


class VectorEngine(wiring.Component):
    """Executes TENSOR_TENSOR, TENSOR_SCALAR, TENSOR_REDUCE, TENSOR_COPY and MEMSET.

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
    One element per cycle in each partition from one input; two inputs in the same memory share
    its port. About 25 cycles from the issue of a command to its end besides. See
    :class:`ReduceControl` for reductions.
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
        body.submodules.front = front = LaneFront(self._config, _OPCODES, inputs=2)
        body.submodules.steps = steps = StepPipeline(_Step, LANE_LATENCY)
        control = self._decode(body, front.command)
        self._elaborate_steps(body, front, steps, control.reduce)
        self._elaborate_lanes(body, front, steps, control)
        connect_engine(m, self, body, front, self._config, name="vector_engine")
        return m

    def _decode(self, m: Module, command: Value) -> LaneControl:
        """The lanes' view of the instruction in execution."""
        control: Any = Signal(LaneControl)
        tensor, scalar, reduce = TensorTensor(command), TensorScalar(command), TensorReduce(command)
        m.d.comb += control.out_type.eq(tensor.dst.dtype)
        with m.Switch(command[:8]):
            with m.Case(Opcode.TENSOR_TENSOR):
                m.d.comb += [control.tensor_operand.eq(1), control.op0.eq(tensor.op)]
            with m.Case(Opcode.TENSOR_SCALAR):
                m.d.comb += [
                    control.op0.eq(scalar.op0),
                    control.op1.eq(scalar.op1),
                    control.reverse0.eq(scalar.reverse0),
                    control.reverse1.eq(scalar.reverse1),
                ]
            with m.Case(Opcode.TENSOR_REDUCE):
                m.d.comb += [
                    control.reduce.eq(1),
                    control.op1.eq(reduce.op),
                    control.negate.eq(reduce.negate),
                ]
            with m.Case(Opcode.TENSOR_COPY):
                m.d.comb += control.raw_move.eq(tensor.in0.dtype == tensor.dst.dtype)
            with m.Case(Opcode.MEMSET):
                m.d.comb += control.raw_move.eq(1)
        return control

    def _elaborate_steps(self, m: Module, front: LaneFront, steps: StepPipeline, reduce) -> None:
        m.submodules.reduce = order = ReduceControl()
        beat, step = front.beats.payload, steps.step
        element = front.beats.valid & (beat.kind == BeatKind.ELEMENT)
        group_end = beat.ends.bit_select((TensorReduce(front.command).reduce_dims - 1)[:2], 1)
        last_group = Signal()
        m.d.comb += [
            order.advance.eq(steps.advance),
            order.element.eq(element & reduce),
            order.group_end.eq(group_end),
            front.beats.ready.eq(steps.advance & (~reduce | order.ready)),
            step.valid.eq(Mux(reduce, order.valid, front.beats.valid)),
            step.emit.eq(Mux(reduce, order.result, element)),
            step.last.eq(Mux(reduce, last_group & order.result, beat.ends[3])),
            step.combine.eq(order.combine),
            step.load.eq(
                Cat(beat.kind == kind for kind in (BeatKind.SCALAR0, BeatKind.SCALAR1))
                & front.beats.valid.replicate(2)
            ),
            front.results.valid.eq(steps.valid),
            steps.ready.eq(front.results.ready),
        ]
        with m.If(element & front.beats.ready):
            m.d.sync += last_group.eq(beat.ends[3])

    def _elaborate_lanes(self, m: Module, front: LaneFront, steps: StepPipeline, control) -> None:
        lanes = Module()
        beat = front.beats.payload
        # What the lanes need behind their first register moves with their clock, so that nothing
        # behind it is evaluated while that clock stands.
        held, combine = Signal(LaneControl), Signal(Combine)
        lanes.d.sync += [
            held.eq(control),
            combine.eq(steps.stages[COMBINE_STAGE - 1].combine),
        ]
        for number in range(self._config.partitions):
            lanes.submodules[f"lane{number}"] = lane = Repeated(
                "tn_vector_lane", VectorLane, LANE_SIGNATURE.flip()
            )
            m.d.comb += [
                lane.input.in0_type.eq(beat.dtype),
                lane.input.in1_type.eq(TensorTensor(front.command).in1.dtype),
                lane.input.raw_move.eq(control.raw_move),
                lane.control.eq(held),
                lane.in0.eq(beat.in0[number]),
                lane.in1.eq(beat.in1[number]),
                lane.load.eq(steps.stages[1].load),
                lane.combine.eq(combine),
                lane.store.eq(steps.stages[STORE_STAGE].combine),
                front.results.payload.lanes[number].eq(lane.result),
            ]
        m.d.comb += front.results.payload.last.eq(steps.stages[LANE_LATENCY].last)
        m.submodules.lanes = Gated(lanes, steps.clock, name="vector_lanes")
