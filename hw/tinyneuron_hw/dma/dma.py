"""DMA: front end, engines, ports."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, ResetInserter, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped

from ..blocks import Gated, Repeated
from ..config import CoreConfig
from ..host.axi import ID_BITS, Axi4
from ..host.windows import Windows
from ..isa.csr import Trap
from ..memory.faults import Fault
from ..memory.ports import DmaReadPort, DmaWritePort
from ..sequencer.ports import (
    DmaIssue,
    RegisterMovePort,
    SemaphoreUpdatePort,
    TraceEvent,
    TraceRingPort,
    TrapPort,
)
from .age import Ages
from .axi_arbiter import AxiArbiter
from .descriptors import DescriptorCheck
from .front import FrontEnd
from .queue import DmaQueue, queue_signature
from .register_mover import RegisterMover
from .sbuf_arbiter import SbufArbiter
from .trace_ring import TraceRing

__all__ = ["TRACE_SOURCE", "Dma"]

TRACE_SOURCE = 16
"""Number of DMA engine 0 on the trace port."""
_MOVER_ID = 16
"""AXI ID of register moves, behind those of 16 engines."""
_RING_ID = 17
"""AXI ID of trace events."""


class Dma(wiring.Component):
    """Executes DMA instructions on ``config.dma_engines`` queues.

    Members
    -------
    issue: In(DmaIssue())
        Instructions with registers resolved and on-chip patterns checked; taken when checked and
        queued.
    moves: In(RegisterMovePort())
        Moves of scalar registers.
    axi: Out(Axi4).array(dma_ports), sbuf_read, sbuf_write: Out(port).array(dma_ports)
        Engine e uses port e % dma_ports, and its number as AXI ID; register moves use port 0
        and ID 16, trace events the last port and ID 17. Of several transfers on a port the one
        that began first goes first.
    sbuf_read_fault, sbuf_write_fault: In(Fault).array(dma_ports)
        Of the access two cycles ago.
    updates: Out(SemaphoreUpdatePort()).array(dma_engines)
    trap: Out(TrapPort())
        BAD_OPCODE (of a descriptor), BAD_OPERAND, OUT_OF_RANGE, BUS_ERROR, ECC_ERROR,
        SBUF_ECC_ERROR.
    trace: Out(stream of TraceEvent).array(dma_engines)
    traced: In(stream of TraceEvent), trace_ring: In(TraceRingPort()), flush_trace: In(1)
        What goes to the ring in device memory; see :class:`TraceRing`.
    windows: In(Windows), cycle: In(32)
    stop: In(1)
        Level: nothing new starts, what has not reached the bus is dropped, the rest drains.
    busy: Out(1)
        An instruction is in work, queued or running.
    quiet: Out(1)
        No bus transaction is in flight.
    progress: Out(1)
        Data moved in this cycle.
    read_bytes, write_bytes: Out(16)
        Device-memory bytes of transfers moved in this cycle.

    Latency and throughput: see :class:`FrontEnd`; an engine moves up to ``axi_bytes`` per cycle and
    overlaps the reads and writes of one transfer, not those of two.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        ports, engines = config.dma_ports, config.dma_engines
        super().__init__(
            {
                "issue": In(DmaIssue()),
                "moves": In(RegisterMovePort()),
                "axi": Out(Axi4(data_bytes=config.axi_bytes, id_bits=ID_BITS)).array(ports),
                "sbuf_read": Out(DmaReadPort(config)).array(ports),
                "sbuf_write": Out(DmaWritePort(config)).array(ports),
                "sbuf_read_fault": In(Fault).array(ports),
                "sbuf_write_fault": In(Fault).array(ports),
                "updates": Out(SemaphoreUpdatePort()).array(engines),
                "trap": Out(TrapPort()),
                "trace": Out(stream.Signature(TraceEvent)).array(engines),
                "traced": In(stream.Signature(TraceEvent)),
                "trace_ring": In(TraceRingPort()),
                "flush_trace": In(1),
                "windows": In(Windows),
                "cycle": In(32),
                "stop": In(1),
                "busy": Out(1),
                "quiet": Out(1),
                "progress": Out(1),
                "read_bytes": Out(16),
                "write_bytes": Out(16),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        config = self.config
        name, signature = "tn_dma_queue", queue_signature(config)
        queues = [
            Repeated(name, lambda: DmaQueue(config), signature) for _ in range(config.dma_engines)
        ]
        front = self._front_end(m, queues)
        connect(m, self._descriptor_check(m, queues).descriptor, front.descriptor)
        for e, queue in enumerate(queues):
            awake = queue.busy | queue.transfer.valid
            m.submodules[f"queue{e}"] = Gated(queue, awake, name="dma_queue")
            connect(m, queue.update, flipped(self.updates[e]))
            connect(m, queue.trace, flipped(self.trace[e]))
            m.d.comb += [
                queue.stop.eq(self.stop),
                queue.windows.eq(self.windows),
                queue.cycle.eq(self.cycle),
                queue.source.eq(TRACE_SOURCE + e),
            ]
        mover, ring = self._mover(m), self._trace_ring(m)
        self._faults: list[Any] = []
        moved = [self._port(m, port, queues, mover, ring) for port in range(config.dma_ports)]
        m.d.comb += self.progress.eq(Cat(moved).any())

        # The front end and low-numbered engines win when traps fall in one cycle.
        engines = [queue.trap for queue in queues]
        for source in [*reversed(self._faults), mover.trap, *reversed(engines), front.trap]:
            with m.If(source.valid):
                m.d.comb += [
                    self.trap.valid.eq(1),
                    self.trap.cause.eq(source.cause),
                    self.trap.stream.eq(source.stream),
                    self.trap.pc.eq(source.pc),
                    self.trap.address.eq(source.address),
                ]
        busy, quiet = front.working | self.issue.issue.valid | mover.busy, mover.quiet & ring.quiet
        read_bytes, write_bytes = 0, 0
        for queue in queues:
            busy, quiet = busy | queue.busy, quiet & queue.quiet
            read_bytes, write_bytes = read_bytes + queue.read_bytes, write_bytes + queue.write_bytes
        m.d.comb += [self.busy.eq(busy), self.quiet.eq(quiet)]
        m.d.comb += [self.read_bytes.eq(read_bytes), self.write_bytes.eq(write_bytes)]
        return m

    def _front_end(self, m: Module, queues: list[Any]) -> FrontEnd:
        front = FrontEnd(self.config)
        offered = self.issue.issue.valid | front.descriptor.valid
        working = (offered | front.working) & ~front.waiting
        active = working | self.stop
        m.submodules.front = Gated(ResetInserter(self.stop)(front), active, name="dma_front")
        connect(m, flipped(self.issue), front.issue)
        m.d.comb += [front.windows.eq(self.windows), front.stop.eq(self.stop)]
        for e, queue in enumerate(queues):
            chosen = front.queue == e
            m.d.comb += [
                queue.transfer.payload.eq(front.transfer.payload),
                queue.transfer.valid.eq(front.transfer.valid & chosen & ~front.of_ring),
                queue.descriptor.payload.transfer.eq(front.transfer.payload),
                queue.descriptor.payload.fault.eq(front.fault),
                queue.descriptor.payload.cause.eq(front.cause),
                queue.descriptor.valid.eq(front.transfer.valid & chosen & front.of_ring),
            ]
            with m.If(chosen):
                m.d.comb += front.transfer.ready.eq(
                    Mux(front.of_ring, queue.descriptor.ready, queue.transfer.ready)
                )
        return front

    def _descriptor_check(self, m: Module, queues: list[Any]) -> DescriptorCheck:
        check = DescriptorCheck(self.config)
        beats = Cat(queue.beat.valid for queue in queues)
        m.submodules.descriptors = Gated(
            ResetInserter(self.stop)(check), check.busy | beats.any() | self.stop,
            name="dma_descriptors",
        )  # fmt: skip
        for queue, beat in zip(queues, check.beat, strict=True):
            connect(m, queue.beat, beat)
        return check

    def _mover(self, m: Module) -> RegisterMover:
        mover = RegisterMover(self.config)
        awake = mover.busy | self.moves.issue.valid
        m.submodules.register_mover = Gated(mover, awake, name="register_mover")
        connect(m, flipped(self.moves), mover.move)
        m.d.comb += [mover.windows.eq(self.windows), mover.stop.eq(self.stop)]
        return mover

    def _trace_ring(self, m: Module) -> TraceRing:
        ring = TraceRing(self.config)
        awake = self.trace_ring.size.any() | ~ring.quiet
        m.submodules.trace_ring = Gated(ring, awake, name="trace_ring")
        connect(m, flipped(self.traced), ring.event)
        connect(m, flipped(self.trace_ring), ring.control)
        m.d.comb += ring.flush.eq(self.flush_trace)
        return ring

    def _port(
        self, m: Module, port: int, queues: list[Any], mover: RegisterMover, ring: TraceRing
    ) -> Value:
        engines = range(port, len(queues), self.config.dma_ports)
        users, ids = [queues[e] for e in engines], list(engines)
        if port == 0:
            users.append(mover)
            ids.append(_MOVER_ID)
        writes_trace = port == self.config.dma_ports - 1
        arbiter = AxiArbiter(self.config, (*ids, _RING_ID) if writes_trace else tuple(ids))
        shared = SbufArbiter(self.config, len(users))
        m.submodules[f"ages{port}"] = ages = Ages(len(arbiter.engines))
        m.submodules[f"axi_arbiter{port}"] = arbiter
        m.submodules[f"sbuf_arbiter{port}"] = shared
        # Register moves and trace events never begin: those few beats go before all others.
        m.d.comb += [ages.begins[i].eq(queues[e].begins) for i, e in enumerate(engines)]
        for i, before in enumerate(ages.before):
            m.d.comb += arbiter.before[i].eq(before)
            if i < len(users):
                m.d.comb += shared.before[i].eq(before)
        connect(m, arbiter.axi, flipped(self.axi[port]))
        connect(m, shared.sbuf_read, flipped(self.sbuf_read[port]))
        connect(m, shared.sbuf_write, flipped(self.sbuf_write[port]))
        for i, user in enumerate(users):
            for channel in ("ar", "aw", "w"):
                connect(m, getattr(user, channel), getattr(arbiter, channel)[i])
            connect(m, user.sbuf_read, shared.reads[i])
            connect(m, user.sbuf_write, shared.writes[i])
            m.d.comb += [
                user.r_valid.eq(arbiter.r_valid[i]),
                user.r_data.eq(arbiter.r_data),
                user.r_error.eq(arbiter.r_error),
                user.r_flaws.eq(arbiter.r_flaws),
                user.b_valid.eq(arbiter.b_valid[i]),
                user.b_error.eq(arbiter.b_error),
            ]
        if writes_trace:
            connect(m, ring.aw, arbiter.aw[-1])
            connect(m, ring.w, arbiter.w[-1])
            m.d.comb += [
                ring.b_valid.eq(arbiter.b_valid[-1]),
                ring.b_error.eq(arbiter.b_error),
            ]
        self._find_faults(m, port, users, shared)
        axi, read, write = self.axi[port], self.sbuf_read[port], self.sbuf_write[port]
        return (
            axi.rvalid
            | (axi.wvalid & axi.wready)
            | (read.valid & read.ready)
            | (write.valid & write.ready)
        )

    def _find_faults(self, m: Module, port: int, users: list[Any], shared: SbufArbiter) -> None:
        """Traps of the user of a port whose access to SBUF met a word that is lost."""
        for kind, owner in (("read", shared.reader), ("write", shared.writer)):
            fault = getattr(self, f"sbuf_{kind}_fault")[port]
            trap: Any = TrapPort().create(path=("port", str(port), kind))
            m.d.comb += [
                trap.valid.eq(fault.valid & ~self.stop),
                trap.cause.eq(Trap.SBUF_ECC_ERROR),
                trap.address.eq(fault.address),
            ]
            for i, user in enumerate(users):
                with m.If(owner == i):
                    own = user.trap
                    m.d.comb += [trap.stream.eq(own.stream), trap.pc.eq(own.pc)]
            self._faults.append(trap)
