"""The chip: a core, its memory controller and a PHY-like memory port."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from .config import CoreConfig
from .core import Core
from .hbm.controller import memory_controller
from .hbm.ports import memory_port
from .host.axi import Axi4Lite
from .isa.csr import CSR_ADDRESS_BITS
from .sequencer.ports import TraceEvent

__all__ = ["Chip"]


class Chip(wiring.Component):
    """A :class:`Core` with device memory behind it.

    Members
    -------
    s_axil: control registers (``isa/csr.py``).
    phy: commands to the memory device.
    interrupt: level, see INTERRUPT_ENABLE.
    trace: start and end of every instruction and transfer.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "s_axil": In(Axi4Lite(address_bits=CSR_ADDRESS_BITS)),
                "phy": Out(memory_port(config)),
                "interrupt": Out(1),
                "trace": Out(stream.Signature(TraceEvent)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.core = core = Core(self.config)
        m.submodules.memory_controller = memory = memory_controller(self.config)
        connect(m, flipped(self.s_axil), core.s_axil)
        connect(m, core.m_axi_fetch, memory.fetch)
        for port in range(self.config.dma_ports):
            connect(m, getattr(core, f"m_axi_dma{port}"), memory.dma[port])
        connect(m, memory.phy, flipped(self.phy))
        connect(m, core.trace, flipped(self.trace))
        m.d.comb += [core.memory.eq(memory.counts), self.interrupt.eq(core.interrupt)]
        return m
