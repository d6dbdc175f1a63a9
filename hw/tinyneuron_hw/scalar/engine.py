"""The Scalar engine."""

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated, Repeated
from ..config import CoreConfig
from ..float.random import SCALAR_ENGINE, Generators
from ..isa.opcodes import STREAM_OPCODES, Opcode, ReduceCommand, RoundMode, Stream
from ..isa.scalar import Activate
from ..isa.table import ROW_WORDS
from ..lanes.front import BeatKind, LaneFront
from ..lanes.queue import connect_engine
from ..lanes.steps import StepPipeline, delayed
from ..memory.beat import lane_mask
from ..memory.ports import LineReadPort, LineWritePort, PsumReadPort, PsumWritePort
from ..memory.sweep import SweepPort
from ..sequencer.ports import EnginePort
from .accumulator import ReadOut
from .lane import (
    BIAS_STAGE,
    CAST_STAGE,
    EARLY_STAGE,
    FUNCTION_STAGE,
    LANE_SIGNATURE,
    LATE_STAGE,
    ScalarLane,
)
from .tables import TableControl, TableLoader

__all__ = ["ScalarEngine"]

_OPCODES = tuple(code for code in STREAM_OPCODES[Stream.SCALAR] if code.value >= 0x80)


class _Step(data.Struct):
    """What goes through the lanes in one cycle."""

    valid: unsigned(1)
    early: unsigned(1)
    """The function's result leaves the lanes."""
    late: unsigned(1)
    """The accumulator's does."""


class ScalarEngine(wiring.Component):
    """Executes ACTIVATE, LOAD_TABLE, ACTIVATE_READ and ACTIVATE_SEED.

    Parameters
    ----------
    config:
        Core sizes; one lane for each SBUF partition.

    Members
    -------
    port: the sequencer's side; ``config.queue_depth`` commands are accepted ahead.
    sbuf_read, sbuf_write, psum_read, psum_write: memory ports.
    hazard: an instruction waits for bytes that an earlier one still has to write.
    sweep: writes zeros to the tables, row by row.

    Latency and throughput
    ----------------------
    One element per cycle in each partition, whatever the function; about 35 cycles from the issue
    of a command to its end besides. A row of a table per cycle, once the lanes are empty. A
    read-out takes 14 cycles.
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
                "sweep": In(SweepPort(config)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        body = Module()
        body.submodules.front = front = LaneFront(self._config, _OPCODES, inputs=1, overlap=True)
        body.submodules.steps = steps = StepPipeline(
            _Step, LATE_STAGE, exits={"early": EARLY_STAGE, "late": LATE_STAGE}
        )
        body.submodules.order = order = ReadOut()
        body.submodules.loader = loader = TableLoader()
        body.submodules.generators = generators = Generators(self._config.partitions, SCALAR_ENGINE)
        self._elaborate_steps(body, front, steps, order, loader, generators)
        self._elaborate_lanes(body, front, steps, order, loader, generators)
        body.d.comb += [loader.sweep.eq(self.sweep.active), loader.sweep_row.eq(self.sweep.row)]
        connect_engine(m, self, body, front, self._config, name="scalar_engine",
                       wake=self.sweep.active)  # fmt: skip
        return m

    def _elaborate_steps(
        self, m: Module, front: LaneFront, steps: StepPipeline, order: ReadOut,
        loader: TableLoader, generators: Generators,
    ) -> None:  # fmt: skip
        """What becomes of the beat of this cycle."""
        beat, opcode, step = front.beats.payload, front.command[:8], steps.step
        activates = opcode == Opcode.ACTIVATE.value
        loads = opcode == Opcode.LOAD_TABLE.value
        seeds = opcode == Opcode.ACTIVATE_SEED.value
        reads = opcode == Opcode.ACTIVATE_READ.value
        element = front.beats.valid & activates & (beat.kind == BeatKind.ELEMENT)
        command = Activate(front.command).reduce_cmd
        empty, taken = Signal(), Signal()
        m.d.comb += [
            empty.eq(~Cat(steps.stages[k].valid for k in range(1, LATE_STAGE + 1)).any()),
            taken.eq(empty & (loads | (seeds & ~generators.busy))),
            order.advance.eq(steps.advance),
            order.element.eq(
                element
                & ((command == ReduceCommand.REDUCE) | (command == ReduceCommand.RESET_REDUCE))
            ),
            order.last.eq(beat.ends[3]),
            order.reset.eq(
                element
                & ((command == ReduceCommand.RESET) | (command == ReduceCommand.RESET_REDUCE))
            ),
            order.read.eq(front.beats.valid & reads),
            step.valid.eq(front.beats.valid & ~(loads | seeds)),
            step.early.eq(element),
            step.late.eq(order.result),
            front.beats.ready.eq(Mux(loads | seeds, taken, steps.advance & (order.ready | ~reads))),
            loader.command.eq(front.command),
            loader.valid.eq(front.beats.valid & loads & taken),
            loader.last.eq(beat.ends[3]),
            loader.row.eq(Cat(beat.in0[p] for p in range(ROW_WORDS))),
            front.silent.eq((loader.valid & loader.last) | generators.load),
            generators.load.eq(front.beats.valid & seeds & taken),
            generators.seeds.eq(beat.in0),
            generators.mask.eq(_covered(self._config, front)),
            front.results.valid.eq(steps.valid),
            steps.ready.eq(front.results.ready),
        ]

    def _elaborate_lanes(
        self, m: Module, front: LaneFront, steps: StepPipeline, order: ReadOut,
        loader: TableLoader, generators: Generators,
    ) -> None:  # fmt: skip
        lanes = Module()
        config, beat = self._config, front.beats.payload
        lanes.submodules.tables = tables = TableControl(FUNCTION_STAGE)
        m.d.comb += [
            tables.command.eq(front.command),
            tables.write.eq(loader.write),
            tables.head.eq(loader.head),
        ]
        # What a stage does moves with the lanes' clock, so that nothing behind their first
        # register is evaluated while that clock stands.
        is_scalar = [
            front.beats.valid & (beat.kind == kind) for kind in (BeatKind.SCALAR0, BeatKind.SCALAR1)
        ]
        out_type, covered, stochastic = Signal(4), Signal(config.partitions), Signal()
        m.d.comb += [
            out_type.eq(Activate(front.command).dst.dtype),
            covered.eq(_covered(config, front)),
            stochastic.eq(Activate(front.command).round_mode == RoundMode.STOCHASTIC),
        ]
        bias = delayed(lanes, is_scalar[0], BIAS_STAGE, name="bias")
        scale = delayed(lanes, is_scalar[1], 1, name="scale")
        types = delayed(lanes, out_type, LATE_STAGE - 1, name="out_type")
        add = delayed(lanes, order.add, LATE_STAGE - 1, name="add")
        coverage = delayed(lanes, covered, CAST_STAGE, name="covered")[-1]
        modes = delayed(lanes, stochastic, LATE_STAGE - 1, name="stochastic")
        early, late = steps.stages[CAST_STAGE].early, steps.stages[LATE_STAGE - 1].late
        mode = Mux(late, modes[LATE_STAGE - 1], modes[CAST_STAGE])
        m.d.comb += generators.step.eq(steps.clock & mode & (early | late))
        for number in range(config.partitions):
            lanes.submodules[f"lane{number}"] = lane = Repeated(
                "tn_scalar_lane", ScalarLane, LANE_SIGNATURE.flip()
            )
            m.d.comb += [
                lane.inputs.in0_type.eq(beat.dtype),
                lane.inputs.load_bias.eq(bias[1]),
                lane.inputs.load_scale.eq(scale[1]),
                lane.inputs.use_bias.eq(bias[BIAS_STAGE]),
                lane.inputs.function.eq(tables.inputs),
                lane.inputs.out_type.eq(Mux(late, types[LATE_STAGE - 1], types[CAST_STAGE])),
                lane.inputs.stochastic.eq(mode),
                lane.inputs.late.eq(late),
                lane.inputs.add.eq(add[CAST_STAGE]),
                lane.inputs.store.eq(add[LATE_STAGE - 1]),
                lane.in0.eq(beat.in0[number]),
                lane.covered.eq(coverage[number]),
                lane.random.eq(generators.random[number]),
                lane.write.eq(loader.write),
                front.results.payload.lanes[number].eq(lane.result),
            ]
        m.submodules.lanes = Gated(lanes, steps.clock | loader.writes, name="scalar_lanes")


def _covered(config: CoreConfig, front: LaneFront) -> Value:
    """The lanes that the command has a partition for."""
    return lane_mask(config.partitions, Const(0, 8), Activate(front.command).in0.num_partitions)
