"""The Vector engine."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated, Repeated
from ..config import CoreConfig
from ..isa.instructions import TensorReduce, TensorScalar, TensorTensor
from ..isa.opcodes import IDENTITIES, ITERATED_OPS, STREAM_OPCODES, Opcode, Stream
from ..isa.vector_chains import Iota
from ..lanes.front import BeatKind, LaneFront
from ..lanes.index import IndexSource
from ..lanes.queue import connect_engine
from ..lanes.steps import StepPipeline, delayed
from ..memory.ports import LineReadPort, LineWritePort, PsumReadPort, PsumWritePort
from ..sequencer.ports import EnginePort
from .accumulator import ACCUMULATOR_SIGNATURE, Accumulator
from .alu import ALU_LATENCY, op_is
from .bits import decode_bits
from .decode import decode_chain, decode_command, decode_load
from .dividers import Dividers
from .eight import EIGHT_LATENCY, EIGHT_SIGNATURE, EightUnit
from .lane import (
    ACCUMULATE_STAGE,
    EARLY_STAGE,
    FIRST_STAGE,
    LANE_SIGNATURE,
    LATE_STAGE,
    SECOND_STAGE,
    Cast,
    LaneControl,
    Operand,
    VectorLane,  # fmt: skip
)
from .moves import BeatSource, Moves
from .random import RandomBits, decode_random
from .reduce import AccumulateMode, ReduceControl

__all__ = ["VectorEngine"]

_OPCODES = tuple(code for code in STREAM_OPCODES[Stream.VECTOR] if code.value >= 0x60)


class _Step(data.Struct):
    """What goes through the lanes in one cycle."""

    valid: unsigned(1)
    early: unsigned(1)
    """The second operation's result leaves the lanes."""
    late: unsigned(1)
    """The accumulator's result does."""
    accumulates: unsigned(1)
    eight: unsigned(1)
    """The units of eight values have something to do with it."""
    divides: unsigned(2)
    """The first, the second operation needs the divider."""


class VectorEngine(wiring.Component):
    """Executes the opcodes of the Vector stream from 0x60 on.

    Parameters
    ----------
    config:
        Core sizes; one lane for each SBUF partition.

    Members
    -------
    port: the sequencer's side; ``config.queue_depth`` commands are accepted ahead.
    sbuf_read, sbuf_write, psum_read, psum_write: memory ports.
    hazard: an instruction waits for bytes that an earlier one still has to write.

    Latency and throughput
    ----------------------
    One element per cycle in each partition from one input; two inputs in the same memory share
    its port. About 25 cycles from the issue of a command to its end besides. See
    :class:`ReduceControl` for what accumulates, :class:`Moves` for what gives no result for each
    element. TENSOR_SCAN takes the latency of its two operations for each element.
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
                "hazard": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        body = Module()
        body.submodules.front = front = LaneFront(self._config, _OPCODES, inputs=2, overlap=True)
        body.submodules.reduce = order = ReduceControl()
        body.submodules.steps = steps = StepPipeline(
            _Step, LATE_STAGE, exits={"early": EARLY_STAGE, "late": LATE_STAGE}
        )
        body.submodules.moves = moves = Moves(self._config)
        wiring.connect(body, front.beats, moves.input)
        index = self._elaborate_index(body, front)
        body.submodules.random = random = RandomBits(self._config)
        control = self._decode(body, front, moves, order)
        self._elaborate_steps(body, front, moves, steps, order, control, index, random)
        self._elaborate_lanes(body, front, moves, steps, order, control, index, random)
        connect_engine(m, self, body, front, self._config, name="vector_engine")
        return m

    def _decode(self, m: Module, front: LaneFront, moves: Moves, order: ReduceControl) -> Any:
        """What the lanes do with the beat of this cycle."""
        control: Any = Signal(LaneControl)
        accumulate = order.accumulate
        beat, command = moves.output.payload, front.command
        tensor, scalar, reduce = TensorTensor(command), TensorScalar(command), TensorReduce(command)
        first, second = control.first, control.second
        m.d.comb += [
            control.widen.in0_type.eq(beat.dtype),
            control.widen.in1_type.eq(tensor.in1.dtype),
            control.cast.out_type.eq(tensor.dst.dtype),
            first.load.eq(beat.kind == BeatKind.SCALAR0),
            second.load.eq(beat.kind == BeatKind.SCALAR1),
            accumulate.cast.eq(control.cast),
            moves.command.eq(command),
            moves.cast.eq(control.cast),
        ]
        _identity(m, reduce.op, control.constant)
        decode_bits(m, command, control)
        decode_load(m, command, beat, accumulate, scalar.reduce_cmd)
        decode_random(m, command, beat.kind, control)
        # A scalar operand passes the operations before its own unchanged.
        with m.If(moves.source == BeatSource.EIGHT):
            m.d.comb += control.cast.eq(moves.own_cast)
        with m.Elif(moves.source == BeatSource.RESHAPE):
            # The instruction whose elements these are may be over.
            m.d.comb += Value.cast(control.cast).eq(0)
            m.d.comb += [control.widen.raw.eq(1), control.cast.raw.eq(1)]
        with m.Elif(beat.kind == BeatKind.ELEMENT):
            with m.Switch(command[:8]):
                with m.Case(Opcode.TENSOR_TENSOR):
                    m.d.comb += [first.operand.eq(Operand.TENSOR), first.op.eq(tensor.op)]
                with m.Case(Opcode.TENSOR_SCALAR):
                    m.d.comb += [
                        first.op.eq(scalar.op0),
                        second.op.eq(scalar.op1),
                        first.reverse.eq(scalar.reverse0),
                        second.reverse.eq(scalar.reverse1),
                    ]
                    decode_command(m, accumulate, scalar.reduce_cmd, scalar.reduce_op)
                with m.Case(Opcode.TENSOR_REDUCE):
                    # With the identity: what the operation does to its first operand.
                    m.d.comb += [
                        second.op.eq(reduce.op),
                        second.operand.eq(Operand.CONSTANT),
                        control.cast.negate.eq(reduce.negate),
                        accumulate.mode.eq(AccumulateMode.GROUP),
                        accumulate.op.eq(reduce.op),
                    ]
                with m.Case(Opcode.TENSOR_COPY):
                    raw = tensor.in0.dtype == tensor.dst.dtype
                    m.d.comb += [control.widen.raw.eq(raw), control.cast.raw.eq(raw)]
                with m.Case(Opcode.MEMSET):
                    m.d.comb += [control.widen.raw.eq(1), control.cast.raw.eq(1)]
                with m.Case(Opcode.FIND_INDEX8):
                    m.d.comb += control.cast.raw.eq(1)
                decode_chain(m, command, control, accumulate, order.first)
        return control

    def _elaborate_steps(
        self,
        m: Module,
        front: LaneFront,
        moves: Moves,
        steps: StepPipeline,
        order: ReduceControl,
        control: Any,
        index: IndexSource,
        random: RandomBits,
    ) -> None:
        beats, beat, step = moves.output, moves.output.payload, steps.step
        is_element = beat.kind == BeatKind.ELEMENT
        mode = order.accumulate.mode
        # A limit is cast, as an element is, so it must not meet a result of the accumulators.
        is_ordered = is_element | (mode == AccumulateMode.LOAD) | control.cast.limits
        ready = self._elaborate_waits(m, front, moves, steps, index) & random.ready
        accepted, taken, divides, meets = Signal(), Signal(), Signal(2), Signal()
        depth = TensorReduce(front.command).reduce_dims
        m.d.comb += [
            divides.eq(Cat(op_is(of.op, ITERATED_OPS) for of in (control.first, control.second))),
            # Both operations would want the divider at the same time.
            meets.eq(divides[0] & steps.stages[SECOND_STAGE - FIRST_STAGE].divides[1]),
            order.advance.eq(steps.advance),
            order.beat.eq(beats.valid & ready & ~meets & is_ordered),
            order.emits.eq(
                (moves.gives | control.cast.limits)
                & ((mode == AccumulateMode.NONE) | (mode == AccumulateMode.RUN))
            ),
            order.group_end.eq(beat.ends.bit_select((depth - 1)[:2], 1)),
            order.last.eq(beat.ends[3] | (moves.source != BeatSource.FRONT)),
            accepted.eq(Mux(is_ordered, order.ready & ready & ~meets, 1)),
            taken.eq(beats.valid & accepted),
            beats.ready.eq(steps.advance & accepted),
            step.valid.eq(taken | order.valid),
            step.divides.eq(divides & taken.replicate(2)),
            step.early.eq(taken & is_element & order.emits & ~random.loads),
            step.late.eq(order.result),
            step.eight.eq(moves.eight.uses),
            step.accumulates.eq(order.store.keep | order.result | order.combine.fill),
            front.results.valid.eq(steps.valid),
            steps.ready.eq(front.results.ready),
            random.command.eq(front.command),
            random.own.eq(moves.source == BeatSource.FRONT),
            random.seeds.eq(beat.in0),
            random.idle.eq(~Cat(steps.stages[k].valid for k in range(1, LATE_STAGE + 1)).any()),
            random.taken.eq(taken & steps.advance),
            front.silent.eq(random.loads & random.taken),
        ]

    def _elaborate_index(self, m: Module, front: LaneFront) -> IndexSource:
        """The indices, for the opcodes that have some."""
        command, beats = front.command, front.beats
        index = IndexSource(self._config)
        counts = command[:8].matches(Opcode.IOTA.value, Opcode.INDEX_SELECT.value)
        m.d.comb += [
            index.start.eq(beats.valid & counts),
            index.pattern.eq(Iota(command).index),
            index.offset.eq(Iota(command).offset),
            index.step.eq(beats.valid & beats.ready & (beats.payload.kind == BeatKind.ELEMENT)),
            index.ends.eq(beats.payload.ends),
        ]
        m.submodules.index = Gated(index, counts, name="vector_index")
        return index

    def _elaborate_waits(
        self, m: Module, front: LaneFront, moves: Moves, steps: StepPipeline, index: IndexSource
    ) -> Value:
        """Whether an element may enter, as far as it is not accumulated: one of TENSOR_SCAN waits
        for the result of the one before, one with an index for that."""
        command, beats = front.command, front.beats
        scans = command[:8] == Opcode.TENSOR_SCAN.value
        counts = command[:8].matches(Opcode.IOTA.value, Opcode.INDEX_SELECT.value)
        enters = beats.valid & beats.ready & (beats.payload.kind == BeatKind.ELEMENT)
        own = moves.source == BeatSource.FRONT
        recent = Signal(ACCUMULATE_STAGE - FIRST_STAGE - 1)
        with m.If(steps.advance):
            m.d.sync += recent.eq(Cat(enters & scans, recent))
        return ~own | (~(scans & recent.any()) & (~counts | index.ready))

    def _elaborate_lanes(
        self,
        m: Module,
        front: LaneFront,
        moves: Moves,
        steps: StepPipeline,
        order: ReduceControl,
        control: Any,
        index: IndexSource,
        random: RandomBits,
    ) -> None:
        lanes, accumulators = Module(), Module()
        beat = moves.output.payload
        eights = self._elaborate_eights(m, moves, steps)
        # What a stage does moves with the lanes' clock, so that nothing behind their first
        # register is evaluated while that clock stands.
        first = delayed(lanes, control.first, FIRST_STAGE, name="first")[-1]
        second = delayed(lanes, control.second, SECOND_STAGE, name="second")[-1]
        constant = delayed(lanes, control.constant, SECOND_STAGE, name="constant")[-1]
        choices = delayed(lanes, control.choice, SECOND_STAGE, name="choice")
        capture = delayed(lanes, control.capture, ACCUMULATE_STAGE, name="capture")[-1]
        casts = delayed(lanes, order.cast, LATE_STAGE - 1, name="cast")
        combine = delayed(lanes, order.combine, ACCUMULATE_STAGE, name="combine")[-1]
        store = delayed(lanes, order.store, LATE_STAGE - 1, name="store")[-1]
        endings = [
            delayed(lanes, op, ALU_LATENCY - 1, name=f"{name}_op")[-1]
            for name, op in (("first", first.op), ("second", second.op), ("combine", combine.op))
        ]
        m.submodules.dividers = dividers = Dividers(self._config)
        divides_second = steps.stages[SECOND_STAGE].divides[1]
        m.d.comb += [
            dividers.op.eq(Mux(divides_second, second.op, first.op)),
            dividers.needed.eq(divides_second | steps.stages[FIRST_STAGE].divides[0]),
            dividers.advance.eq(steps.advance),
            steps.hold.eq(dividers.hold | random.hold),
        ]
        late = steps.stages[LATE_STAGE - 1].late
        is_iota = (front.command[:8] == Opcode.IOTA.value) & (moves.source == BeatSource.FRONT)
        cast = Signal(Cast)
        m.d.comb += [
            cast.eq(Mux(late, casts[LATE_STAGE - 1], casts[EARLY_STAGE - 1])),
            random.cast.eq(cast),
            random.gives.eq(late | steps.stages[EARLY_STAGE - 1].early),
            random.advance.eq(steps.advance),
        ]
        start = Signal(32)
        _identity(m, combine.op, start)
        for number in range(self._config.partitions):
            lanes.submodules[f"lane{number}"] = lane = Repeated(
                "tn_vector_lane", VectorLane, LANE_SIGNATURE.flip()
            )
            accumulators.submodules[f"accumulator{number}"] = accumulator = Repeated(
                "tn_vector_accumulator", Accumulator, ACCUMULATOR_SIGNATURE.flip()
            )
            m.d.comb += [
                lane.widen.eq(control.widen),
                lane.in0.eq(Mux(is_iota, index.index[number], beat.in0[number])),
                lane.in1.eq(Mux(control.choice.by_index, index.index[number], beat.in1[number])),
                lane.first.eq(first),
                lane.first_ending.eq(endings[0]),
                lane.second.eq(second),
                lane.second_ending.eq(endings[1]),
                lane.constant.eq(constant),
                lane.divides_second.eq(divides_second),
                lane.quotient.eq(dividers.results[number]),
                dividers.a[number].eq(lane.dividend),
                dividers.b[number].eq(lane.divisor),
                lane.first_choice.eq(choices[FIRST_STAGE]),
                lane.second_choice.eq(choices[SECOND_STAGE]),
                lane.capture.eq(capture),
                accumulator.element.eq(lane.element),
                accumulator.combine.eq(combine),
                accumulator.start.eq(start),
                accumulator.ending.eq(endings[2]),
                accumulator.store.eq(store),
                lane.accumulated.eq(accumulator.result),
                lane.late.eq(late),
                eights[number].value.eq(lane.value),
                lane.take.eq(eights[number].take),
                lane.replacement.eq(eights[number].result),
                lane.cast.eq(cast),
                lane.random.eq(random.random[number]),
                front.results.payload.lanes[number].eq(lane.result),
                front.results.payload.skip[number].eq(lane.skip),
            ]
        active = Signal(ALU_LATENCY + 1)
        m.d.comb += [
            active[k].eq(steps.stages[ACCUMULATE_STAGE + k].accumulates) for k in range(len(active))
        ]
        m.submodules.lanes = Gated(lanes, steps.clock, name="vector_lanes")
        m.submodules.accumulators = Gated(
            accumulators, steps.clock & active.any(), name="vector_accumulators"
        )

    def _elaborate_eights(self, m: Module, moves: Moves, steps: StepPipeline) -> list[Any]:
        """A unit of eight values for each lane, beside its first operation."""
        assert FIRST_STAGE + EIGHT_LATENCY == SECOND_STAGE
        eights, step = Module(), moves.eight
        merge = delayed(eights, step.merge_zeros, FIRST_STAGE, name="merge_zeros")[-1]
        insert = delayed(eights, step.insert, FIRST_STAGE + 1, name="insert")[-1]
        act = delayed(eights, step.act, FIRST_STAGE + 2, name="act")[-1]
        units: list[Any] = []
        for number in range(self._config.partitions):
            eights.submodules[f"eight{number}"] = unit = Repeated(
                "tn_vector_eight", EightUnit, EIGHT_SIGNATURE.flip()
            )
            units.append(unit)
            m.d.comb += [
                unit.merge_zeros.eq(merge),
                unit.insert.eq(insert),
                unit.act.eq(act),
            ]
        # Up to the stage of the result, and one more that takes it away.
        active = [steps.stages[k].eight for k in range(SECOND_STAGE + 1)]
        m.submodules.eights = Gated(eights, steps.clock & Cat(active).any(), name="vector_eights")
        return units


def _identity(m: Module, op: Any, value: Value) -> None:
    """What a partial result of a reduction with ``op`` starts as."""
    with m.Switch(op):
        for operation, bits in IDENTITIES.items():
            with m.Case(operation):
                m.d.comb += value.eq(bits)
