"""A small stand-in for ``Chip`` with the same ports: copies units of device memory, inverted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from amaranth.hdl import Const, Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.fifo import SyncFIFOBuffered
from amaranth.lib.wiring import In, Out

from tinyneuron_hw.blocks import Gated, Repeated
from tinyneuron_hw.config import CoreConfig, get_config
from tinyneuron_hw.hbm.ports import FixedPort
from tinyneuron_hw.host.axi import Axi4Lite
from tinyneuron_hw.isa.csr import Csr, entry_address, length_address
from tinyneuron_hw.sequencer.ports import TraceEvent
from tinyneuron_hw.verilog import VerilogDesign, emit
from tinyneuron_sim.rtl.backend import RtlBackend
from tinyneuron_sim.rtl.icarus import IcarusBackend
from tinyneuron_sim.rtl.pysim import PysimBackend
from tinyneuron_sim.rtl.verilator import VerilatorBackend


class Inverter(wiring.Component):
    """``output = ~input``, a cycle later."""

    def __init__(self, width: int):
        super().__init__({"input": In(width), "output": Out(width)})

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.d.sync += self.output.eq(~self.input)
        return m


class Copier(wiring.Component):
    """Reads LENGTH0 units from unit ENTRY0 on and writes them, inverted, from ENTRY1 on.

    CSRs as a core's: CONTROL.START, STATUS, INTERRUPT_ENABLE and INTERRUPT_STATUS. With LENGTH0 0
    it traps at once. Each unit sends a START event when it is read and an END event when written.
    """

    def __init__(self, config: CoreConfig):
        super().__init__({
            "s_axil": In(Axi4Lite(address_bits=12)),
            "phy": Out(FixedPort(config)),
            "interrupt": Out(1),
            "trace": Out(stream.Signature(TraceEvent)),
        })  # fmt: skip

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        phy = self.phy
        self.start, self.running = Signal(), Signal()
        self.done, self.trapped = Signal(), Signal()
        self.source, self.target, self.count = Signal(32), Signal(32), Signal(32)
        reads, writes, cycle, arrived = Signal(32), Signal(32), Signal(32), Signal()
        self._elaborate_registers(m)

        width = len(phy.write_data)
        m.submodules.data = data = SyncFIFOBuffered(width=width, depth=8)
        ports = wiring.Signature({"input": In(width), "output": Out(width)})
        inverter = Repeated(f"test_inverter_{width}", lambda: Inverter(width), ports)
        m.submodules.gated = Gated(inverter, self.running, name="inverter")
        can_read = self.running & (reads != self.count) & (reads - writes < 6)
        m.d.comb += [
            inverter.input.eq(phy.read_data),
            data.w_data.eq(inverter.output),
            data.w_en.eq(arrived),
            phy.valid.eq(data.r_rdy | can_read),
            phy.write.eq(data.r_rdy),
            phy.address.eq(self.source + reads),
            phy.write_data.eq(data.r_data),
            phy.write_mask.eq(~(Const(1, len(phy.write_mask)) << writes[:2])),
            data.r_en.eq(phy.ready),
        ]
        with m.If(phy.write):
            m.d.comb += phy.address.eq(self.target + writes)
        m.d.sync += [arrived.eq(phy.read_valid), cycle.eq(cycle + 1)]

        m.submodules.events = events = SyncFIFOBuffered(
            width=len(self.trace.payload.as_value()), depth=64
        )
        event = Signal(TraceEvent)
        m.d.comb += [
            event.cycle.eq(cycle),
            event.kind.eq(phy.write),
            event.pc.eq(phy.address),
            events.w_data.eq(event),
            events.w_en.eq(phy.valid & phy.ready),
            self.trace.valid.eq(events.r_rdy),
            self.trace.payload.eq(events.r_data),
            events.r_en.eq(self.trace.ready),
        ]
        with m.If(phy.valid & phy.ready):
            with m.If(phy.write):
                m.d.sync += writes.eq(writes + 1)
            with m.Else():
                m.d.sync += reads.eq(reads + 1)
        with m.If(self.running & (writes == self.count)):
            m.d.sync += [self.running.eq(0), self.done.eq(1)]
        with m.If(self.start):
            m.d.sync += [reads.eq(0), writes.eq(0), cycle.eq(0)]
        return m

    def _elaborate_registers(self, m: Module) -> None:
        bus = self.s_axil
        enable, pending, stopped = Signal(2), Signal(2), Signal()
        stored = {
            entry_address(0): self.source,
            entry_address(1): self.target,
            length_address(0): self.count,
            Csr.INTERRUPT_ENABLE: enable,
        }
        m.d.comb += [
            self.interrupt.eq((enable & pending).any()),
            bus.awready.eq(bus.awvalid & bus.wvalid & ~bus.bvalid),
            bus.wready.eq(bus.awready),
            bus.arready.eq(~bus.rvalid),
        ]
        with m.If(bus.bready):
            m.d.sync += bus.bvalid.eq(0)
        with m.If(bus.rready):
            m.d.sync += bus.rvalid.eq(0)
        m.d.sync += stopped.eq(self.done | self.trapped)
        with m.If(~stopped):
            with m.If(self.done):
                m.d.sync += pending[0].eq(1)
            with m.If(self.trapped):
                m.d.sync += pending[1].eq(1)
        with m.If(bus.arvalid & bus.arready):
            m.d.sync += [bus.rvalid.eq(1), bus.rdata.eq(0), bus.rresp.eq(2)]
            status = self.running | self.done << 1 | self.trapped << 2
            readable = {**stored, Csr.STATUS: status, Csr.INTERRUPT_STATUS: pending}
            with m.Switch(bus.araddr):
                for address, value in readable.items():
                    with m.Case(int(address)):
                        m.d.sync += [bus.rdata.eq(value), bus.rresp.eq(0)]
        with m.If(bus.awvalid & bus.awready):
            m.d.sync += [bus.bvalid.eq(1), bus.bresp.eq(0)]
            with m.Switch(bus.awaddr):
                for address, register in stored.items():
                    with m.Case(int(address)):
                        m.d.sync += register.eq(bus.wdata)
                with m.Case(int(Csr.INTERRUPT_STATUS)):
                    m.d.sync += pending.eq(pending & ~bus.wdata)
                with m.Case(int(Csr.CONTROL)):
                    m.d.comb += self.start.eq(bus.wdata[0])
                    m.d.sync += [
                        self.running.eq(self.count != 0),
                        self.trapped.eq(self.count == 0),
                        self.done.eq(0),
                    ]
                with m.Default():
                    m.d.sync += bus.bresp.eq(2)


def stand_in(name: str) -> CoreConfig:
    """A preset whose memory has a fixed latency."""
    return get_config(f"{name},memory=fixed")


@pytest.fixture(scope="session")
def copier_designs() -> dict[str, VerilogDesign]:
    return {
        name: emit(Copier(stand_in(name)), "copier", config=stand_in(name))
        for name in ("tiny", "default")
    }


@pytest.fixture
def open_copier(copier_designs) -> Callable[..., RtlBackend]:
    """Opens the stand-in of a configuration: ``open_copier(target, name, **options)``."""

    def open_it(target: str, name: str = "tiny", **options: Any) -> RtlBackend:
        config = stand_in(name)
        if target == "pysim":
            return PysimBackend(config, chip=Copier, **options)
        opener = {"verilator": VerilatorBackend, "icarus": IcarusBackend}[target]
        return opener(config, design=copier_designs[name], **options)

    return open_it
