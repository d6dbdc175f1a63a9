"""Prepares one instruction: decode, read registers, check operands, compute."""

from typing import Any

from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import data, enum, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..isa.instructions import INSTRUCTION_BITS
from ..isa.opcodes import CONTROL_OPCODES, REGISTER_MOVES, Opcode
from ..isa.roles import PATTERNS
from .check import Checker
from .control import ControlUnit
from .decode import Decoder
from .links import OPCODES, is_any
from .ports import PC_BITS, Extent
from .registers import RegisterRead
from .resolve import DEVICE_REGISTERS, REGISTER_FIELDS, Resolver

__all__ = ["Prepare", "Prepared", "PreparedInstruction"]

_STRAIGHT_OPCODES = tuple(
    op for op in OPCODES if op not in CONTROL_OPCODES + REGISTER_MOVES or op is Opcode.NOP
)
"""Opcodes that neither change nor store a register, and whose successor is known before they
start."""


class Prepared(data.Struct):
    """What is known of an instruction when it is prepared."""

    select: unsigned(len(OPCODES))
    """One-hot opcode, in the order of ``OPCODES``."""
    bad_opcode: unsigned(1)
    bad_operand: unsigned(1)
    out_of_range: unsigned(1)
    address: unsigned(32)
    """Offset of the operand that is out of range."""
    result: unsigned(32)
    """Value a REGISTER instruction writes."""
    taken: unsigned(1)
    """The condition of a BRANCH instruction holds."""
    extents: data.ArrayLayout(Extent, 3)
    """Of the patterns in slots a, b and c."""
    device_registers: data.ArrayLayout(unsigned(32), len(DEVICE_REGISTERS))
    """Registers that the device patterns at bits 320 and 656 name; 0 when they name none."""


class PreparedInstruction(data.Struct):
    """What goes from preparation to start."""

    raw: unsigned(INSTRUCTION_BITS)
    """The instruction, with registers' values in place of their numbers."""
    info: Prepared
    pc: unsigned(PC_BITS)


class _State(enum.Enum, shape=3):
    IDLE = 0
    DECODE = 1
    RESOLVE = 2
    CHECK = 3
    FINISHED = 4


class Prepare(wiring.Component):
    """Holds one instruction; its clock need only run from ``load`` to ``done``.

    Parameters
    ----------
    config:
        Sizes of the memories.

    Members
    -------
    load, row: take this instruction; in the cycle of ``done`` or later.
    legal: mask of the stream's opcodes.
    read: port of the register file.
    straight: the opcode changes no register, and its successor is known before it starts.
    resolved: every register has been read; up to ``done``.
    done: in the last cycle; ``raw`` and ``info`` hold from this cycle to the next ``load``.
    raw, info: see :class:`PreparedInstruction`.

    Latency: ``done`` 2 cycles after ``load``; with on-chip operands 2 cycles after and one more
    for each operand; with register-named fields one more for each and two.
    """

    def __init__(self, config: CoreConfig):
        self._config = config
        super().__init__(
            {
                "load": In(1),
                "row": In(INSTRUCTION_BITS),
                "legal": In(len(OPCODES)),
                "read": Out(RegisterRead()),
                "straight": Out(1),
                "resolved": Out(1),
                "done": Out(1),
                "raw": Out(INSTRUCTION_BITS),
                "info": Out(Prepared),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.decoder = decoder = Decoder()
        m.submodules.resolver = resolver = Resolver()
        m.submodules.checker = checker = Checker(self._config)
        m.submodules.control = control = ControlUnit()
        wiring.connect(m, resolver.read, wiring.flipped(self.read))
        state, info = Signal(_State), self.info
        decode_bad_operand, resolve_bad = Signal(), Signal()
        m.d.comb += [
            decoder.raw.eq(self.raw),
            decoder.legal.eq(self.legal),
            resolver.raw.eq(self.raw),
            resolver.pending.eq(decoder.registers),
            checker.raw.eq(self.raw),
            checker.select.eq(decoder.select),
            control.raw.eq(self.raw),
            info.bad_operand.eq(decode_bad_operand | resolve_bad | checker.bad),
            info.out_of_range.eq(checker.out_of_range),
            info.address.eq(checker.address),
            info.extents.eq(checker.extents),
            info.result.eq(control.result),
            info.taken.eq(control.taken),
            self.straight.eq(is_any(decoder.select, _STRAIGHT_OPCODES)),
            self.resolved.eq(checker.start | (state == _State.CHECK) | (state == _State.FINISHED)),
        ]
        has_operands = is_any(decoder.select, PATTERNS)

        def after_registers() -> None:
            m.d.comb += checker.start.eq(1)
            with m.If(has_operands):
                m.d.sync += state.eq(_State.CHECK)
            with m.Else():
                m.d.sync += state.eq(_State.FINISHED)

        with m.Switch(state):
            with m.Case(_State.DECODE):
                m.d.comb += resolver.load.eq(1)
                m.d.sync += [
                    info.select.eq(decoder.select),
                    info.bad_opcode.eq(decoder.bad_opcode),
                    decode_bad_operand.eq(decoder.bad_operand),
                    resolve_bad.eq(0),
                ]
                m.d.sync += [info.device_registers[i].eq(0) for i in range(len(DEVICE_REGISTERS))]
                with m.If(decoder.registers.any()):
                    m.d.sync += state.eq(_State.RESOLVE)
                with m.Else():
                    after_registers()
            with m.Case(_State.RESOLVE):
                with m.If(~resolver.busy):
                    after_registers()
            with m.Case(_State.CHECK):
                m.d.comb += self.done.eq(checker.done)
            with m.Case(_State.FINISHED):
                m.d.comb += self.done.eq(1)
        with m.If(self.done):
            m.d.sync += state.eq(_State.IDLE)

        # No reset: 1024 bits that `load` always writes before anyone reads them.
        raw = Signal(INSTRUCTION_BITS, reset_less=True)
        patched = Signal(INSTRUCTION_BITS)
        m.d.comb += [self.raw.eq(raw), patched.eq(raw)]
        self._put_registers(m, resolver, patched)
        with m.If(self.load):
            m.d.sync += [raw.eq(self.row), state.eq(_State.DECODE)]
        with m.Elif(state == _State.RESOLVE):
            m.d.sync += raw.eq(patched)
            with m.If(resolver.bad):
                m.d.sync += resolve_bad.eq(1)
        return m

    def _put_registers(self, m: Module, resolver: Resolver, patched: Signal) -> None:
        """Puts the value that the resolver has read where it belongs."""
        for i, field in enumerate(REGISTER_FIELDS):
            with m.If(resolver.write[i]):
                m.d.comb += [
                    patched[field.offset : field.offset + field.width].eq(resolver.value),
                    patched[field.flag_offset].eq(0),
                ]
        for i in range(len(DEVICE_REGISTERS)):
            with m.If(resolver.write[len(REGISTER_FIELDS) + i]):
                m.d.sync += self.info.device_registers[i].eq(resolver.value)
