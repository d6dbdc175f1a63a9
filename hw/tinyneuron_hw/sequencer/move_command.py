"""What a prepared register move asks for."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..config import NUM_REGISTERS
from ..isa.instructions import INSTRUCTION_BITS
from ..isa.opcodes import REGISTER_STORES, Opcode
from ..isa.register_moves import RegisterLoad, RegisterLoadSbuf
from ..isa.rules_registers import WORD_BYTES
from .links import OPCODES, is_any
from .ports import RegisterMove

__all__ = ["MoveCommand"]

_ON_CHIP = (Opcode.REGISTER_LOAD_SBUF, Opcode.REGISTER_STORE_SBUF)


class MoveCommand(wiring.Component):
    """Combinational. Loads and stores have their fields in the same places.

    Members
    -------
    raw, select: resolved instruction and its one-hot opcode.
    register: value of the register that its device pattern names.
    move: without what says where it stands: stream, index and address.
    first: register of word 0.
    """

    raw: In(INSTRUCTION_BITS)
    select: In(len(OPCODES))
    register: In(32)
    move: Out(RegisterMove)
    first: Out(range(NUM_REGISTERS))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        far, near = data.View(RegisterLoad, self.raw), data.View(RegisterLoadSbuf, self.raw)
        move, on_chip = self.move, Signal()
        m.d.comb += [
            on_chip.eq(is_any(self.select, _ON_CHIP)),
            self.first.eq(far.first),
            move.stores.eq(is_any(self.select, REGISTER_STORES)),
            move.on_chip.eq(on_chip),
        ]
        with m.If(on_chip):
            m.d.comb += [
                move.address[:24].eq(near.src.offset),
                move.address[24:].eq(near.src.start_partition),
                move.stride.eq(near.src.dims[0].stride * WORD_BYTES),
                move.count.eq(near.src.dims[0].size),
            ]
        with m.Else():
            m.d.comb += [
                move.address.eq(far.src.address),
                move.register.eq(self.register),
                move.scale.eq(far.src.scale),
                move.stride.eq(far.src.dims[0].stride),
                move.count.eq(far.src.dims[0].size),
            ]
        return m
