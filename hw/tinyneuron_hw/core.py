"""The core: engines, memories, sequencers, DMA and host port wired together.

Nothing is decided here: every choice stands in the block it belongs to.
"""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Module, Mux, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from .blocks import soft_reset
from .config import CoreConfig
from .dma.dma import Dma
from .hbm.counts import MemoryCounts
from .host.axi import ID_BITS, Axi4, Axi4Lite, Axi4Read
from .host.bus_waits import BusWaits
from .host.host import Host
from .isa.csr import CSR_ADDRESS_BITS
from .isa.opcodes import Stream
from .isa.waits import STREAM_STATES
from .memory.psum import Psum
from .memory.sbuf import Sbuf
from .memory.sweep import Sweep
from .scalar.engine import ScalarEngine
from .sequencer.ports import StreamState, TraceEvent
from .sequencer.sequencers import Sequencers
from .tensor.engine import TensorEngine
from .vector.engine import VectorEngine

__all__ = ["Core"]


class Core(wiring.Component):
    """One NeuronCore-v2-like core.

    Parameters
    ----------
    config:
        Sizes.

    Members
    -------
    s_axil: control registers (``isa/csr.py``).
    m_axi_fetch: instruction fetch.
    m_axi_dma0 ...: one AXI4 manager for each of ``config.dma_ports``.
    memory: what the memory controller counts.
    interrupt: level, see INTERRUPT_ENABLE.
    trace: start and end of every instruction and transfer.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        axi = Axi4(data_bytes=config.axi_bytes, id_bits=ID_BITS)
        super().__init__(
            {
                "s_axil": In(Axi4Lite(address_bits=CSR_ADDRESS_BITS)),
                "m_axi_fetch": Out(Axi4Read(data_bytes=config.axi_bytes, id_bits=ID_BITS)),
                **{f"m_axi_dma{port}": Out(axi) for port in range(config.dma_ports)},
                "memory": In(MemoryCounts(config)),
                "interrupt": Out(1),
                "trace": Out(stream.Signature(TraceEvent)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self.config
        m.submodules.host = host = Host(config)
        resettable = soft_reset(m, host.core_reset, platform, name="core")

        psum = Psum(config)
        blocks = {
            "sequencers": (sequencers := Sequencers(config)),
            "sbuf": (sbuf := Sbuf(config)),
            "psum": psum,
            "tensor": (tensor := TensorEngine(config, psum.accumulate_latency)),
            "vector": (vector := VectorEngine(config)),
            "scalar": (scalar := ScalarEngine(config)),
            "dma": (dma := Dma(config)),
        }
        for name, block in blocks.items():
            m.submodules[name] = resettable(block)

        for engine, block in zip(sequencers.engines, (tensor, vector, scalar), strict=True):
            connect(m, engine, block.port)
        connect(m, tensor.moving, sbuf.moving)
        connect(m, tensor.stationary, sbuf.stationary)
        connect(m, tensor.psum, psum.accumulate)
        for name, engine in (("vector", vector), ("scalar", scalar)):
            connect(m, engine.sbuf_read, getattr(sbuf, f"{name}_read"))
            connect(m, engine.sbuf_write, getattr(sbuf, f"{name}_write"))
            connect(m, engine.psum_read, getattr(psum, f"{name}_read"))
            connect(m, engine.psum_write, getattr(psum, f"{name}_write"))
        for port in range(config.dma_ports):
            connect(m, dma.sbuf_read[port], sbuf.dma_read[port])
            connect(m, dma.sbuf_write[port], sbuf.dma_write[port])
            connect(m, dma.axi[port], flipped(getattr(self, f"m_axi_dma{port}")))
        self._connect_control(m, host, sequencers, dma)
        busy = (tensor.port.busy, vector.port.busy, scalar.port.busy)
        self._connect_counters(m, host, sequencers, dma, busy)
        self._connect_waits(m, host, sequencers, dma)
        increments = host.increments
        m.d.comb += [
            increments.tensor_moving.eq(tensor.moving_active),
            *(increments[f"tensor_waits_{name}"].eq(tensor.waits[name])
              for name in ("operand", "matrix", "sum")),
            increments.vector_waits_hazard.eq(vector.hazard),
            increments.scalar_waits_hazard.eq(scalar.hazard),
            increments.sbuf_conflicts.eq(sbuf.conflicts),
            increments.psum_conflicts.eq(psum.conflicts),
            *(increments[f"sbuf_{name}"].eq(sbuf.waits[name]) for name, _ in sbuf.waits.shape()),
            *(increments[f"psum_{name}"].eq(psum.waits[name]) for name, _ in psum.waits.shape()),
            increments.sbuf_corrected.eq(sbuf.corrected),
            increments.psum_corrected.eq(psum.corrected),
        ]  # fmt: skip
        self._connect_faults(m, host, sequencers, sbuf, psum, dma)
        self._connect_sweep(m, host, (sbuf, psum, scalar))
        return m

    def _connect_sweep(self, m: Module, host: Host, swept: tuple[Any, ...]) -> None:
        """What is cleared between programs of different owners; all other state has a reset."""
        m.submodules.sweep = sweep = Sweep(self.config)
        m.d.comb += [sweep.enable.eq(host.sweep), host.swept.eq(sweep.done)]
        for block in swept:
            for name in ("active", "row"):
                m.d.comb += getattr(block.sweep, name).eq(getattr(sweep.port, name))

    def _connect_faults(
        self, m: Module, host: Host, sequencers: Sequencers, sbuf: Sbuf, psum: Psum, dma: Dma
    ) -> None:
        """Errors in SBUF and PSUM: those to be put in, and those that were found."""
        ports = self.config.dma_ports
        moving, stationary, *others = sbuf.faults
        dma_reads, others = others[:ports], others[ports:]
        vector_read, scalar_read, *others = others
        dma_writes, (vector_write, scalar_write) = others[:ports], others[ports:]
        accumulation, vector_word, scalar_word = psum.faults
        by_engine = (
            (moving, stationary, accumulation),
            (vector_read, vector_write, vector_word),
            (scalar_read, scalar_write, scalar_word),
        )
        for found, faults in zip(sequencers.faults, by_engine, strict=True):
            first, second, third = map(Value.cast, faults)
            chosen = Mux(faults[0].valid, first, Mux(faults[1].valid, second, third))
            m.d.comb += Value.cast(found).eq(chosen)
        for port in range(ports):
            m.d.comb += [
                Value.cast(dma.sbuf_read_fault[port]).eq(Value.cast(dma_reads[port])),
                Value.cast(dma.sbuf_write_fault[port]).eq(Value.cast(dma_writes[port])),
            ]
        m.d.comb += [
            Value.cast(sbuf.inject).eq(Value.cast(host.inject)),
            Value.cast(psum.inject).eq(Value.cast(host.inject)),
            host.injected.eq(sbuf.injected | psum.injected),
        ]

    def _connect_control(self, m: Module, host: Host, sequencers: Sequencers, dma: Dma) -> None:
        """Host, sequencers and DMA: start, stop, traps, semaphores, fetch, trace."""
        connect(m, flipped(self.s_axil), host.axil)
        connect(m, sequencers.fetch, flipped(self.m_axi_fetch))
        connect(m, sequencers.trace, flipped(self.trace))
        connect(m, dma.trace_ring, host.trace_ring)
        connect(m, sequencers.trap, host.trap)
        connect(m, sequencers.dma, dma.issue)
        connect(m, sequencers.moves, dma.moves)
        connect(m, sequencers.notifications, host.notifications)
        connect(m, dma.trap, sequencers.dma_trap)
        for engine in range(self.config.dma_engines):
            connect(m, dma.updates[engine], sequencers.dma_updates[engine])
            connect(m, dma.trace[engine], sequencers.dma_trace[engine])
        m.d.comb += [
            self.interrupt.eq(host.interrupt),
            sequencers.start.eq(host.start),
            sequencers.stop.eq(host.stop),
            sequencers.stream_enable.eq(host.stream_enable),
            sequencers.watchdog.eq(host.watchdog),
            sequencers.windows.eq(host.windows),
            sequencers.dma_busy.eq(dma.busy),
            sequencers.dma_progress.eq(dma.progress),
            sequencers.semaphore_index.eq(host.semaphore_index),
            sequencers.semaphore_write.eq(host.semaphore_write),
            sequencers.semaphore_write_value.eq(host.semaphore_write_value),
            dma.windows.eq(host.windows),
            dma.stop.eq(host.stop),
            dma.cycle.eq(sequencers.cycle),
            dma.traced.payload.eq(sequencers.trace.payload),
            dma.traced.valid.eq(sequencers.trace.valid & sequencers.trace.ready),
            dma.flush_trace.eq(~sequencers.running),
            host.running.eq(sequencers.running),
            *(host.positions[i].eq(position) for i, position in enumerate(sequencers.positions)),
            host.done.eq(sequencers.done),
            host.quiet.eq(sequencers.quiet & dma.quiet),
            host.semaphore_value.eq(sequencers.semaphore_value),
        ]
        for stream_number in range(len(host.entry)):
            m.d.comb += [
                sequencers.entry[stream_number].eq(host.entry[stream_number]),
                sequencers.length[stream_number].eq(host.length[stream_number]),
            ]

    def _connect_waits(self, m: Module, host: Host, sequencers: Sequencers, dma: Dma) -> None:
        """What the streams and the ports to device memory wait for."""
        increments = host.increments
        for item in Stream:
            state = sequencers.states[item.value]
            for name in STREAM_STATES:
                counted = state == StreamState[name.upper()]
                m.d.comb += increments[f"{item.name.lower()}_{name}"].eq(counted)
        m.submodules.fetch_waits = fetch = BusWaits()
        fetch.watch(m, sequencers.fetch)
        ports = []
        for port in range(self.config.dma_ports):
            m.submodules[f"dma{port}_waits"] = waits = BusWaits()
            waits.watch(m, dma.axi[port])
            ports.append(waits.waits)
        m.d.comb += [
            increments.fetch_waits_command.eq(fetch.waits.read_command),
            increments.fetch_waits_data.eq(fetch.waits.read_data),
            increments.dma_read_waits_command.eq(sum(port.read_command for port in ports)),
            increments.dma_read_waits_data.eq(sum(port.read_data for port in ports)),
            increments.dma_read_waits_room.eq(sum(port.read_room for port in ports)),
            increments.dma_write_waits_command.eq(sum(port.write_command for port in ports)),
            increments.dma_write_waits_data.eq(sum(port.write_data for port in ports)),
        ]

    def _connect_counters(
        self, m: Module, host: Host, sequencers: Sequencers, dma: Dma, busy: tuple[Value, ...]
    ) -> None:
        increments = host.increments
        retired = [getattr(increments, f"{item.name.lower()}_instructions") for item in Stream]
        m.d.comb += [
            *(count.eq(sequencers.retired[index]) for index, count in enumerate(retired)),
            increments.tensor_busy.eq(busy[0]),
            increments.vector_busy.eq(busy[1]),
            increments.scalar_busy.eq(busy[2]),
            increments.dma_busy.eq(dma.busy),
            increments.dma_read_bytes.eq(dma.read_bytes),
            increments.dma_write_bytes.eq(dma.write_bytes),
            increments.fetch_bytes.eq(sequencers.fetch_bytes),
            increments.trace_dropped.eq(sequencers.trace_dropped),
            *(
                increments[f"memory_{name}"].eq(self.memory[name])
                for name, _ in MemoryCounts(self.config)
            ),
        ]
