"""Checks the descriptors of all rings, one at a time."""

from typing import Any

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import INSTRUCTION_BYTES, CoreConfig
from ..isa.csr import Trap
from ..isa.dma_ring import DmaRing
from ..isa.instructions import INSTRUCTION_BITS
from ..isa.opcodes import TRANSFER_OPCODES
from ..isa.operands import Header
from ..isa.roles import PATTERNS
from ..sequencer.check import Checker
from ..sequencer.decode import Decoder
from ..sequencer.links import OPCODES, is_any
from .ring_fetch import DescriptorBeat
from .round_robin import RoundRobin

__all__ = ["CheckedDescriptor", "DescriptorCheck"]

_LEGAL = sum(1 << i for i, opcode in enumerate(OPCODES) if opcode in TRANSFER_OPCODES)


def _bits(layout: Any, name: str) -> slice:
    field = data.Layout.cast(layout)[name]
    return slice(field.offset, field.offset + field.width)


class CheckedDescriptor(data.Struct):
    """A descriptor as a stream would give it to the DMA front end, or why it is none."""

    raw: unsigned(INSTRUCTION_BITS)
    queue: unsigned(4)
    """Whose ring it is of."""
    address: unsigned(48)
    """Its own."""
    fault: unsigned(1)
    cause: Trap
    fault_address: unsigned(48)


class DescriptorCheck(wiring.Component):
    """Collects a descriptor and does with it what a sequencer does with an instruction: decodes
    it and checks the patterns on chip.

    Members
    -------
    beat: In(stream of DescriptorBeat(config)).array(dma_engines)
        Of each queue; the beats of a descriptor follow each other.
    descriptor: Out(stream of CheckedDescriptor)
    busy: Out(1)
        The clock must run while this or a ``beat.valid`` is high.

    Latency: a cycle for each beat, one to choose, 2 and one more for each operand on chip.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "beat": In(stream.Signature(DescriptorBeat(config))).array(config.dma_engines),
                "descriptor": Out(stream.Signature(CheckedDescriptor)),
                "busy": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.decoder = decoder = Decoder()
        m.submodules.checker = checker = Checker(self.config)
        m.submodules.turn = turn = RoundRobin(self.config.dma_engines)
        raw = Signal(INSTRUCTION_BITS, reset_less=True)
        m.d.comb += [
            decoder.raw.eq(raw),
            decoder.legal.eq(_LEGAL),
            checker.raw.eq(raw),
            checker.select.eq(decoder.select),
            self.descriptor.payload.raw.eq(raw),
        ]
        self._judge(m, decoder, checker, raw)
        chosen = Signal(range(max(2, self.config.dma_engines)))
        m.d.comb += turn.requests.eq(Cat(beat.valid for beat in self.beat))
        m.d.comb += self.descriptor.payload.queue.eq(chosen)
        with m.FSM(name="phase") as fsm:
            m.d.comb += self.busy.eq(~fsm.ongoing("IDLE"))
            with m.State("IDLE"):
                with m.If(turn.requests.any()):
                    m.d.comb += turn.taken.eq(1)
                    m.d.sync += [chosen.eq(turn.grant), self._refused.eq(0)]
                    m.next = "COLLECT"
            with m.State("COLLECT"):
                self._collect(m, chosen, raw)
            with m.State("BEGIN"):
                m.d.comb += checker.start.eq(1)
                m.next = "OFFER"
                with m.If(is_any(decoder.select, PATTERNS)):
                    m.next = "CHECK"
            with m.State("CHECK"):
                with m.If(checker.done):
                    m.next = "OFFER"
            with m.State("OFFER"):
                m.d.comb += self.descriptor.valid.eq(1)
                with m.If(self.descriptor.ready):
                    m.next = "IDLE"
        return m

    def _collect(self, m: Module, chosen: Signal, raw: Signal) -> None:
        """Shifts the beats in, and keeps the first error."""
        width, offset = 8 * self.config.axi_bytes, Signal(range(INSTRUCTION_BYTES))
        whole, place = Signal(), Signal(range(INSTRUCTION_BYTES))
        for i, stream_of in enumerate(self.beat):
            beat = stream_of.payload
            with m.If(chosen == i):
                m.d.comb += stream_of.ready.eq(1)
                with m.If(stream_of.valid):
                    m.d.sync += [
                        Value.cast(raw).eq(Cat(raw[width:], beat.data)),
                        self._address.eq(beat.address),
                        offset.eq(Mux(beat.last, 0, offset + self.config.axi_bytes)),
                    ]
                    m.d.comb += whole.eq(beat.last)
                    flaws = beat.flaws
                    for word in reversed(range(len(flaws))):
                        with m.If(flaws[word]):
                            m.d.comb += place.eq(offset + 8 * word)
                    with m.If((beat.error | flaws.any()) & ~self._refused):
                        m.d.sync += [
                            self._refused.eq(1),
                            self._failure.eq(Mux(flaws.any(), Trap.ECC_ERROR, Trap.BUS_ERROR)),
                            self._place.eq(Mux(flaws.any(), place, 0)),
                        ]
        with m.If(whole):
            m.next = "BEGIN"

    def _judge(self, m: Module, decoder: Decoder, checker: Checker, raw: Signal) -> None:
        """What is wrong with it, the first reason first."""
        self._address, self._refused = Signal(48), Signal()
        self._failure, self._place = Signal(Trap), Signal(range(INSTRUCTION_BYTES))
        out = self.descriptor.payload
        header = raw[_bits(Header, "wait").start : _bits(Header, "update").stop]
        bad_operand = Signal()
        m.d.comb += [
            out.address.eq(self._address),
            bad_operand.eq(
                decoder.bad_operand | decoder.registers.any() | header.any()
                | raw[_bits(DmaRing, "queue")].any() | checker.bad
            ),
            out.fault.eq(
                self._refused | decoder.bad_opcode | bad_operand | checker.out_of_range
            ),
            out.cause.eq(Trap.OUT_OF_RANGE),
            out.fault_address.eq(self._address),
        ]  # fmt: skip
        with m.If(self._refused):
            m.d.comb += out.cause.eq(self._failure)
            m.d.comb += out.fault_address.eq(self._address | self._place)
        with m.Elif(decoder.bad_opcode):
            m.d.comb += out.cause.eq(Trap.BAD_OPCODE)
        with m.Elif(bad_operand):
            m.d.comb += out.cause.eq(Trap.BAD_OPERAND)
        with m.Else():
            m.d.comb += out.fault_address.eq(Cat(checker.address, Const(0, 16)))
