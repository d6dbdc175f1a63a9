"""Between the front and the lanes: instructions that do not give a result for each element."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import enum, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..isa.instructions import INSTRUCTION_BITS
from ..isa.opcodes import Opcode
from ..isa.rules_eight import SEARCHED_OPCODES
from ..isa.vector_moves import MatchReplace8, Shuffle
from ..lanes.front import BeatKind, LaneBeat
from .eight_control import EightControl, EightMode, EightStep
from .lane import Cast
from .reshape import Reshape

__all__ = ["BeatSource", "Moves"]


class BeatSource(enum.Enum, shape=2):
    """Where a beat for the lanes comes from."""

    FRONT = 0
    EIGHT = 1
    """It carries nothing: the units of eight values put a result in its place."""
    RESHAPE = 2
    """``in0`` is a result, to be moved as it is."""


class Moves(wiring.Component):
    """Elements of TRANSPOSE and SHUFFLE go through :class:`Reshape`; behind the last element of
    MAX8 and FIND_INDEX8 come 8 beats for the results. All other beats pass.

    Parameters
    ----------
    config:
        Core sizes.

    Members
    -------
    command: the instruction whose beats come.
    cast: how its results leave the lanes.
    input, output: beats.
    source: where the output's beat comes from.
    gives: it gives a result.
    own_cast: how the result leaves the lanes, when it comes from EIGHT.
    eight: what the units of eight values do with it when it is taken.

    Latency and throughput: none added to beats that pass. See :class:`Reshape`; what follows a
    TRANSPOSE or SHUFFLE waits until its last result is in the lanes.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        beats = stream.Signature(LaneBeat(config, 2))
        super().__init__({
            "command": In(INSTRUCTION_BITS), "cast": In(Cast),
            "input": In(beats), "output": Out(beats),
            "source": Out(BeatSource), "gives": Out(1), "own_cast": Out(Cast),
            "eight": Out(EightStep),
        })  # fmt: skip

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.reshape = reshape = Reshape(self._config)
        m.submodules.eight = eight = EightControl()
        given, output = self.input.payload, self.output.payload
        opcode = self.command[:8]
        is_element, reshapes, passes = Signal(), Signal(), Signal()
        m.d.comb += [
            is_element.eq(given.kind == BeatKind.ELEMENT),
            reshapes.eq(opcode.matches(Opcode.TRANSPOSE.value, Opcode.SHUFFLE.value)),
            passes.eq(~reshapes & ~reshape.busy & ~eight.emitting),
            self.input.ready.eq(
                Mux(passes, self.output.ready,
                    reshapes & reshape.ready & reshape.advance & ~eight.emitting)
            ),
            self.output.valid.eq(
                reshape.valid | eight.emitting | (self.input.valid & passes)
            ),
            output.eq(given),
            self.gives.eq(
                is_element & ~opcode.matches(*(code.value for code in SEARCHED_OPCODES))
            ),
        ]  # fmt: skip
        with m.If(reshape.valid | eight.emitting):
            m.d.comb += [
                self.gives.eq(1),
                output.kind.eq(BeatKind.ELEMENT),
                self.source.eq(Mux(reshape.valid, BeatSource.RESHAPE, BeatSource.EIGHT)),
            ]
        with m.If(reshape.valid):
            m.d.comb += output.in0.eq(reshape.result)
        self._elaborate_reshape(m, reshape, reshapes & ~eight.emitting)
        with m.If(~reshape.valid):
            self._elaborate_eight(m, eight)
        return m

    def _elaborate_reshape(self, m: Module, reshape: Reshape, reshapes) -> None:
        fields, quadrant = Shuffle(self.command), self._config.quadrant
        rows = fields.in0.num_partitions
        m.d.comb += [
            reshape.advance.eq(~reshape.valid | self.output.ready),
            reshape.element.eq(self.input.valid & reshapes),
            reshape.last.eq(self.input.payload.ends[3]),
            reshape.lanes.eq(self.input.payload.in0),
            reshape.transposes.eq(self.command[:8] == Opcode.TRANSPOSE.value),
            reshape.rows.eq(Mux(rows > quadrant, quadrant, rows)),
            reshape.mask.eq(fields.mask),
        ]

    def _elaborate_eight(self, m: Module, eight: EightControl) -> None:
        with m.Switch(self.command[:8]):
            for opcode, mode in (
                (Opcode.MAX8, EightMode.LARGEST),
                (Opcode.FIND_INDEX8, EightMode.INDEX),
                (Opcode.MATCH_REPLACE8, EightMode.REPLACE),
            ):
                with m.Case(opcode):
                    m.d.comb += eight.mode.eq(mode)
        m.d.comb += [
            eight.immediate.eq(MatchReplace8(self.command).value),
            eight.taken.eq(self.output.valid & self.output.ready),
            eight.values.eq(self.input.payload.kind == BeatKind.VALUES),
            eight.last.eq(self.input.payload.ends[3]),
            self.eight.eq(eight.step),
        ]
        with m.If(eight.taken & ~eight.emitting):
            m.d.sync += self.own_cast.eq(self.cast)
