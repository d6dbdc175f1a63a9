"""The scalar registers of one stream."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out, Signature

from ..config import NUM_REGISTERS

__all__ = ["RegisterFile", "RegisterRead", "RegisterWrite"]


class RegisterRead(Signature):
    """Requester's side; the value is combinational."""

    def __init__(self):
        super().__init__({"index": Out(range(NUM_REGISTERS)), "value": In(32)})


class RegisterWrite(Signature):
    """Requester's side; readable from the next cycle."""

    def __init__(self):
        super().__init__({"valid": Out(1), "index": Out(range(NUM_REGISTERS)), "value": Out(32)})


class RegisterFile(wiring.Component):
    """32 registers of 32 bits that read 0 from reset until they are written.

    The bytes sit in a memory, which reset does not reach; one flip-flop a register says whether
    it was written.

    Members
    -------
    read_operand, read_counter: two combinational read ports.
    write: one write port.
    """

    read_operand: In(RegisterRead())
    read_counter: In(RegisterRead())
    write: In(RegisterWrite())

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.storage = storage = memory.Memory(
            shape=unsigned(32), depth=NUM_REGISTERS, init=[]
        )
        written = Signal(NUM_REGISTERS)

        write = storage.write_port()
        m.d.comb += [
            write.en.eq(self.write.valid),
            write.addr.eq(self.write.index),
            write.data.eq(self.write.value),
        ]
        with m.If(self.write.valid):
            m.d.sync += written.bit_select(self.write.index, 1).eq(1)

        for port in (self.read_operand, self.read_counter):
            read = storage.read_port(domain="comb")
            m.d.comb += read.addr.eq(port.index)
            m.d.comb += port.value.eq(Mux(written.bit_select(port.index, 1), read.data, 0))
        return m
