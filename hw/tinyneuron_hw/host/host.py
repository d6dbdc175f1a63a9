"""Control and status registers."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..config import MEMORY_WINDOWS, NUM_SEMAPHORES, CoreConfig
from ..isa import csr
from ..isa.csr import CSR_ADDRESS_BITS, Csr
from ..isa.opcodes import Stream
from ..memory.faults import Injection
from ..sequencer.notifications import NotificationStatus
from ..sequencer.ports import TraceRingPort, TrapPort
from .axi import Axi4Lite
from .axil_port import AxiLitePort
from .control import Control
from .counters import Counters, Increments
from .windows import Windows

__all__ = ["Host"]

_STREAMS = len(Stream)


class Host(wiring.Component):
    """The CSR map of ``isa.csr`` on an AXI4-Lite port.

    An address without register, a write to a read-only register, and a semaphore write while
    running answer SLVERR and change nothing.

    Members
    -------
    axil: In(Axi4Lite(address_bits=12))
    interrupt: Out(1)
        Level.
    start: Out(1), stop: Out(1), core_reset: Out(1)
        See :class:`Control`. ``core_reset`` resets everything but memories and this block.
    sweep: Out(1), swept: In(1)
        See :class:`Control`.
    stream_enable: Out(5), entry: Out(48).array(5), length: Out(24).array(5), watchdog: Out(32)
    windows: Out(Windows)
    running, done, quiet: In(1)
        ``quiet``: no bus transaction of any block in flight.
    trap: In(TrapPort())
        The first trap of a run is kept.
    positions: In(32).array(5)
        See :class:`Control`.
    notifications: In(NotificationStatus())
        What the streams have told.
    increments: In(Increments)
        Of the counters, each cycle.
    inject: Out(Injection), injected: In(1)
        An error to put into SBUF; pulse when it is there.
    semaphore_index: Out(6), semaphore_value: In(32)
        The value may come up to two cycles after the index.
    semaphore_write: Out(1), semaphore_write_value: Out(32)
        Pulse.
    trace_ring: Out(TraceRingPort())
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "axil": In(Axi4Lite(address_bits=CSR_ADDRESS_BITS)),
                "interrupt": Out(1),
                "start": Out(1),
                "stop": Out(1),
                "core_reset": Out(1),
                "sweep": Out(1),
                "swept": In(1),
                "stream_enable": Out(_STREAMS),
                "entry": Out(48).array(_STREAMS),
                "length": Out(24).array(_STREAMS),
                "watchdog": Out(32),
                "windows": Out(Windows),
                "running": In(1),
                "done": In(1),
                "quiet": In(1),
                "trap": In(TrapPort()),
                "positions": In(32).array(_STREAMS),
                "notifications": In(NotificationStatus()),
                "increments": In(Increments),
                "inject": Out(Injection),
                "injected": In(1),
                "semaphore_index": Out(6),
                "semaphore_value": In(32),
                "semaphore_write": Out(1),
                "semaphore_write_value": Out(32),
                "trace_ring": Out(TraceRingPort()),
            }
        )

    def _stored(self) -> dict[int, Value]:
        """Address -> bits of each register that holds what is written to it."""
        words: dict[int, Value] = {
            Csr.STREAM_ENABLE: self.stream_enable,
            Csr.WATCHDOG: self.watchdog,
            Csr.INJECT: Cat(self.inject.valid, self.inject.psum),
            Csr.INJECT_ADDRESS: Value.cast(self.inject)[1:33],
            Csr.INJECT_LO: self.inject.flips[:32],
            Csr.INJECT_HI: self.inject.flips[32:64],
            Csr.INJECT_CHECK: self.inject.flips[64:],
            Csr.TRACE_BASE_LO: self.trace_ring.base[:32],
            Csr.TRACE_BASE_HI: self.trace_ring.base[32:],
            Csr.TRACE_SIZE: self.trace_ring.size,
            Csr.TRACE_READ: self.trace_ring.read,
        }
        for stream in range(_STREAMS):
            base = csr.entry_address(stream)
            words[base], words[base + 4] = self.entry[stream][:32], self.entry[stream][32:]
            words[csr.length_address(stream)] = self.length[stream]
        for i in range(MEMORY_WINDOWS):
            base, window = csr.window_address(i), self.windows[i]
            words[base], words[base + 4] = window.base[:32], window.base[32:]
            words[base + 8], words[base + 12] = window.size[:32], window.size[32:]
            words[base + 16] = Cat(window.read, window.write, window.execute)
        return words

    def _read_only(self, control: Control, counters: Counters) -> dict[int, Value]:
        """Address -> value of each register that is only read."""
        told = self.notifications
        words = {
            **csr.config_words(self.config),
            **control.words(),
            Csr.NOTIFY_COUNT: told.count,
            Csr.NOTIFY_STREAM: Value.cast(told.stream),
            Csr.NOTIFY_VALUE: told.value,
            Csr.NOTIFY_LOST: told.lost,
            Csr.TRACE_WRITTEN: self.trace_ring.written,
            Csr.TRACE_LOST: self.trace_ring.lost,
            Csr.TRACE_STATE: self.trace_ring.busy,
        }
        for name, value in zip(csr.COUNTERS, counters.values, strict=True):
            address = csr.counter_address(name)
            words[address], words[address + 4] = value[:32], value[32:]
        return words

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.port = port = AxiLitePort()
        m.submodules.control = control = Control()
        m.submodules.counters = counters = Counters()
        connect(m, flipped(self.axil), port.axil)
        connect(m, flipped(self.trap), control.trap)
        m.d.comb += [
            control.running.eq(self.running),
            control.done.eq(self.done),
            control.quiet.eq(self.quiet),
            *(kept.eq(now) for kept, now in zip(control.positions, self.positions, strict=True)),
            self.start.eq(control.start),
            self.stop.eq(control.stop),
            self.core_reset.eq(control.core_reset),
            self.sweep.eq(control.sweep),
            control.swept.eq(self.swept),
            counters.running.eq(self.running),
            counters.increments.eq(self.increments),
            counters.clear.eq(control.clear),
        ]

        # A written byte replaces the register's;
        strobes = Cat(strobe.replicate(8) for strobe in port.strobe)
        enable, status = Signal(3), Signal(3)
        stored = {**self._stored(), Csr.INTERRUPT_ENABLE: enable}
        told = self.notifications
        read_only = self._read_only(control, counters)
        command = Signal(32)
        m.d.comb += [
            command.eq(port.data & strobes),
            self.interrupt.eq((enable & status).any()),
        ]

        request, answer, fails = Signal(), Signal(), Signal()
        first = csr.semaphore_address(0)
        is_semaphore = (port.address >= first) & (port.address < first + 4 * NUM_SEMAPHORES)
        self._semaphores(m, port, strobes, is_semaphore, control, answer)
        m.d.comb += [
            request.eq(port.valid & ~is_semaphore),
            port.done.eq(request | answer),
            port.error.eq(fails | (is_semaphore & port.write & control.active)),
        ]
        with m.If(self.injected):
            m.d.sync += self.inject.valid.eq(0)
        raised = Cat(control.done_event, control.trap_event, told.told)
        m.d.sync += status.eq(status | raised)
        with m.If(request):
            with m.Switch(port.address):
                for address, register in stored.items():
                    with m.Case(int(address)):
                        m.d.comb += port.read_data.eq(register)
                        with m.If(port.write):
                            width = len(register)
                            merged = (command | (register & ~strobes))[:width]
                            m.d.sync += register.eq(merged)
                for address, value in read_only.items():
                    with m.Case(int(address)):
                        m.d.comb += [port.read_data.eq(value), fails.eq(port.write)]
                with m.Case(int(Csr.INTERRUPT_STATUS)):
                    m.d.comb += port.read_data.eq(status)
                    with m.If(port.write):
                        m.d.sync += status.eq(status & ~command[:3] | raised)
                with m.Case(int(Csr.NOTIFY_POP)):
                    m.d.comb += told.pop.eq(port.write & command[0])
                with m.Case(int(Csr.CONTROL)):
                    m.d.comb += control.start_request.eq(port.write & command[0])
                    m.d.comb += control.reset_request.eq(port.write & command[1])
                    m.d.comb += control.clear_request.eq(port.write & command[2])
                with m.Default():
                    m.d.comb += fails.eq(1)
        with m.If(self.core_reset):
            m.d.sync += [register.eq(0) for register in stored.values()]
            m.d.sync += status.eq(0)
        return m

    def _semaphores(
        self, m: Module, port: AxiLitePort, strobes: Value, selected: Value, control: Control,
        answer: Signal,
    ) -> None:  # fmt: skip
        wait = Signal(2)
        m.d.comb += answer.eq(port.valid & selected & (wait == 3))
        with m.If(port.valid & selected):
            m.d.sync += [wait.eq(wait + 1), self.semaphore_index.eq(port.address[2:8])]
        merged = (port.data & strobes) | (self.semaphore_value & ~strobes)
        m.d.comb += self.semaphore_write.eq(answer & port.write & ~control.active)
        m.d.comb += self.semaphore_write_value.eq(merged)
        with m.If(answer):
            m.d.comb += port.read_data.eq(self.semaphore_value)
