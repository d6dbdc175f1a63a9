"""What the Vector engine does with random bits."""

from typing import Any

from amaranth.hdl import C, Cat, Module, Mux, Value
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated
from ..config import CoreConfig
from ..float.random import VECTOR_ENGINE, Generators
from ..formats import DType
from ..isa.codec import fields_of
from ..isa.instructions import INSTRUCTION_BITS, INSTRUCTIONS
from ..isa.opcodes import STREAM_OPCODES, AluOp, Opcode, RoundMode, Stream
from ..isa.roles import STOCHASTIC_OPCODES
from ..isa.vector_random import Dropout, SetSeed
from ..lanes.front import BeatKind
from ..memory.beat import lane_mask
from .lane import Cast, Operand

__all__ = ["RandomBits", "decode_random"]

_SCALE = 0x4F80_0000
"""2**32: a probability becomes a limit of 32 random bits."""
_ROUNDED = tuple(
    opcode
    for opcode in STREAM_OPCODES[Stream.VECTOR]
    if opcode in STOCHASTIC_OPCODES
    and any(field.path == "round_mode" for field in fields_of(opcode))
)
"""Opcodes that say how they round."""


def decode_random(m: Module, command: Value, kind: Any, control: Any) -> None:
    """What the lanes do with a beat of an instruction that rounds stochastically, of RNG and of
    DROPOUT, whose probability becomes a limit on its way."""
    dropout = Dropout(command)
    with m.Switch(command[:8]):
        for opcode in _ROUNDED:
            layout: Any = INSTRUCTIONS[opcode]
            with m.Case(opcode):
                m.d.comb += control.cast.stochastic.eq(
                    layout(command).round_mode == RoundMode.STOCHASTIC
                )
        with m.Case(Opcode.RNG):
            m.d.comb += control.cast.random.eq(1)
        with m.Case(Opcode.DROPOUT):
            moves = dropout.in0.dtype == dropout.dst.dtype
            with m.If(kind == BeatKind.SCALAR0):
                m.d.comb += [
                    control.second.op.eq(AluOp.MULTIPLY),
                    control.second.operand.eq(Operand.CONSTANT),
                    control.constant.eq(_SCALE),
                    control.cast.out_type.eq(DType.UINT32),
                    control.cast.limits.eq(1),
                ]
            with m.Else():
                m.d.comb += [
                    control.cast.drops.eq(1),
                    control.widen.raw.eq(moves),
                    control.cast.raw.eq(moves),
                ]


class RandomBits(wiring.Component):
    """The generators of all lanes, and SET_SEED.

    Members
    -------
    cast, gives, advance: a result leaves the lanes, when they move, by this cast.
    command, own: the instruction that comes from the front; the beat that is offered is its own.
    seeds: the beat's ``in0``.
    loads: it is a SET_SEED's.
    idle: nothing is in the lanes.
    ready: the beat may be taken, as far as it is known here.
    taken: it is taken.
    hold: the lanes must stand.
    random: each lane's bits.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        lanes = data.ArrayLayout(32, config.partitions)
        super().__init__(
            {
                "cast": In(Cast),
                "gives": In(1),
                "advance": In(1),
                "command": In(INSTRUCTION_BITS),
                "own": In(1),
                "seeds": In(lanes),
                "loads": Out(1),
                "idle": In(1),
                "ready": Out(1),
                "taken": In(1),
                "hold": Out(1),
                "random": Out(lanes),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        lanes = self._config.partitions
        generators = Generators(lanes, VECTOR_ENGINE)
        partitions = SetSeed(self.command).in0.num_partitions
        uses = self.cast.stochastic | self.cast.random | self.cast.drops
        m.d.comb += [
            self.loads.eq(self.own & (self.command[:8] == Opcode.SET_SEED.value)),
            self.ready.eq(~self.loads | self.idle),
            self.hold.eq(generators.busy),
            generators.step.eq(self.gives & self.advance & uses),
            generators.load.eq(self.loads & self.taken),
            generators.seeds.eq(self.seeds),
            generators.mask.eq(Mux(self.loads, lane_mask(lanes, C(0, 1), partitions), 0)),
            self.random.eq(generators.random),
        ]
        moves = Cat(generators.step, generators.load, generators.busy).any()
        m.submodules.generators = Gated(generators, moves, name="vector_generators")
        return m
