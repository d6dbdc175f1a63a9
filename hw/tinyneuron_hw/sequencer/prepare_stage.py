"""The first stage of a sequencer: one instruction in preparation."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import enum, stream, wiring
from amaranth.lib.wiring import In, Out

from ..blocks import Gated
from ..config import CoreConfig
from ..isa.instructions import INSTRUCTION_BITS
from .links import OPCODES
from .ports import PC_BITS
from .prepare import Prepare, PreparedInstruction
from .registers import RegisterRead

__all__ = ["PrepareStage"]


class _State(enum.Enum, shape=2):
    EMPTY = 0
    BUSY = 1
    HELD = 2
    """Prepared; an older instruction is in the way."""


class PrepareStage(wiring.Component):
    """Takes instructions from the fetch unit and prepares them for the next stage.

    Preparation of an instruction overlaps with the start of the one before it. It reads registers,
    so it may begin only when nothing older will still write any: the next row may be offered only
    after ``advance``, or after the instruction has started.

    Parameters
    ----------
    config:
        Sizes of the memories.

    Members
    -------
    run: without it the stage empties.
    legal: mask of the stream's opcodes.
    row, position, row_valid: the next instruction and its index.
    take: ``row`` is used.
    read: port of the register file.
    advance: pulse; the instruction at ``pc`` has read its registers and changes none, so its
        successor may be looked up. Never before the instruction ahead of it has started (a loop's
        counter moves with ``advance``), never after the cycle in which ``output`` takes it.
    output: prepared instructions.
    occupied, pc: an instruction is here, and its index.

    Latency and throughput: see :class:`Prepare`; the next row is taken in the last cycle. After an
    instruction that had to wait for ``output.ready``, a cycle later.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(
            {
                "run": In(1),
                "legal": In(len(OPCODES)),
                "row": In(INSTRUCTION_BITS),
                "position": In(PC_BITS),
                "row_valid": In(1),
                "take": Out(1),
                "read": Out(RegisterRead()),
                "advance": Out(1),
                "output": Out(stream.Signature(PreparedInstruction)),
                "occupied": Out(1),
                "pc": Out(PC_BITS),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        state, advanced = Signal(_State), Signal()
        is_empty, is_busy, is_held = (state == kind for kind in _State)
        prepare = Prepare(self._config)
        # The wide logic of preparation costs nothing while an instruction waits. The clock hangs
        # on registers of this stage alone, so after HELD the next row has to come a cycle later.
        enable = is_busy | (is_empty & self.row_valid)
        m.submodules.prepare = Gated(prepare, enable, name="prepare")
        wiring.connect(m, prepare.read, wiring.flipped(self.read))

        prepared, moves = Signal(), Signal()
        m.d.comb += [
            prepare.legal.eq(self.legal),
            prepare.row.eq(self.row),
            prepare.load.eq(self.take),
            prepared.eq((is_busy & prepare.done) | is_held),
            self.output.valid.eq(prepared),
            self.output.payload.raw.eq(prepare.raw),
            self.output.payload.info.eq(prepare.info),
            self.output.payload.pc.eq(self.pc),
            moves.eq(prepared & self.output.ready),
            self.take.eq(self.run & self.row_valid & (is_empty | (is_busy & moves))),
            self.occupied.eq(~is_empty),
            self.advance.eq(
                self.run & self.output.ready & prepare.straight & ~advanced
                & ((is_busy & prepare.resolved) | is_held)
            ),
        ]  # fmt: skip
        with m.If(self.advance):
            m.d.sync += advanced.eq(1)
        with m.If(self.take):
            m.d.sync += [state.eq(_State.BUSY), self.pc.eq(self.position), advanced.eq(0)]
        with m.Elif(moves):
            m.d.sync += state.eq(_State.EMPTY)
        with m.Elif(prepared):
            m.d.sync += state.eq(_State.HELD)
        with m.If(~self.run):
            m.d.sync += state.eq(_State.EMPTY)
        return m
