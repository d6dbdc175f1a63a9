"""The chip: a core, its memory controller and a PHY-like memory port."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Module
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from .config import CoreConfig
from .core import Core
from .hbm.controller import memory_controller
from .hbm.fixed import FixedController
from .hbm.ports import FixedPort, memory_port
from .host.axi import ID_BITS, Axi4, Axi4Lite, Axi4Read
from .host.axi_router import AxiRouter
from .isa.csr import CSR_ADDRESS_BITS
from .sequencer.ports import TraceEvent

__all__ = ["Chip"]


class Chip(wiring.Component):
    """A :class:`Core` with device memory behind it.

    Members
    -------
    s_axil: control registers (``isa/csr.py``).
    phy: commands to the memory device.
    host: commands to the host's memory, if ``config.host_memory_bytes``.
    interrupt: level, see INTERRUPT_ENABLE.
    trace: start and end of every instruction and transfer.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "s_axil": In(Axi4Lite(address_bits=CSR_ADDRESS_BITS)),
                "phy": Out(memory_port(config)),
                **({"host": Out(FixedPort(config))} if config.host_memory_bytes else {}),
                "interrupt": Out(1),
                "trace": Out(stream.Signature(TraceEvent)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.core = core = Core(self.config)
        m.submodules.memory_controller = memory = memory_controller(self.config)
        connect(m, flipped(self.s_axil), core.s_axil)
        ports = {
            "fetch": (core.m_axi_fetch, memory.fetch),
            **{f"dma{port}": (getattr(core, f"m_axi_dma{port}"), memory.dma[port])
               for port in range(self.config.dma_ports)},
        }  # fmt: skip
        if self.config.host_memory_bytes:
            self._reach_host(m, ports)
        else:
            for manager, subordinate in ports.values():
                connect(m, manager, subordinate)
        connect(m, memory.phy, flipped(self.phy))
        connect(m, core.trace, flipped(self.trace))
        m.d.comb += [core.memory.eq(memory.counts), self.interrupt.eq(core.interrupt)]
        return m

    def _reach_host(self, m: Module, ports: dict[str, tuple[Any, Any]]) -> None:
        """Sends bursts from ``HOST_BASE`` on to the host's memory, the others to the device's."""
        config = self.config.with_changes(
            memory="fixed", device_memory_bytes=self.config.host_memory_bytes, host_memory_bytes=0
        )
        m.submodules.host_controller = host = FixedController(config)
        far = {"fetch": host.fetch, **{f"dma{i}": axi for i, axi in enumerate(host.dma)}}
        for name, (manager, near) in ports.items():
            sizes = {"data_bytes": config.axi_bytes, "id_bits": ID_BITS}
            signature = Axi4Read(**sizes) if name == "fetch" else Axi4(**sizes)
            m.submodules[f"{name}_router"] = router = AxiRouter(signature)
            connect(m, manager, router.port)
            connect(m, router.near, near)
            connect(m, router.far, far[name])
        connect(m, host.phy, flipped(self.host))
