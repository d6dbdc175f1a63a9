"""One DMA engine: runs the transfers of one queue, one after another."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out, connect, flipped
from amaranth.utils import exact_log2

from ..config import CoreConfig
from ..host.windows import Windows
from ..isa.csr import Trap
from ..isa.opcodes import UpdateMode
from ..memory.ports import DmaReadPort, DmaWritePort
from ..sequencer.ports import SemaphoreUpdatePort, TraceEvent, TraceKind, TrapPort
from .datapath import BYTES_BITS, Datapath
from .reader import AddressRequest
from .sink import WriteBeat
from .transfer import Transfer

__all__ = ["DmaEngine", "engine_signature"]

_FROM_DATAPATH = ("ar", "aw", "w", "sbuf_read", "sbuf_write")


def engine_signature(config: CoreConfig) -> wiring.Signature:
    """Members of :class:`DmaEngine`."""
    return wiring.Signature(
        {
            "transfer": In(Transfer),
            "start": In(1),
            "begins": Out(1),
            "finished": Out(1),
            "stop": In(1),
            "windows": In(Windows),
            "ar": Out(stream.Signature(AddressRequest)),
            "r_valid": In(1),
            "r_data": In(8 * config.axi_bytes),
            "r_error": In(1),
            "r_flaws": In(config.axi_bytes // 8),
            "aw": Out(stream.Signature(AddressRequest)),
            "w": Out(stream.Signature(WriteBeat(config))),
            "b_valid": In(1),
            "b_error": In(1),
            "sbuf_read": Out(DmaReadPort(config)),
            "sbuf_write": Out(DmaWritePort(config)),
            "update": Out(SemaphoreUpdatePort()),
            "trap": Out(TrapPort()),
            "event": Out(stream.Signature(TraceEvent)),
            "source": In(5),
            "cycle": In(32),
            "quiet": Out(1),
            "read_bytes": Out(BYTES_BITS),
            "write_bytes": Out(BYTES_BITS),
        }
    )


class DmaEngine(wiring.Component):
    """Runs the transfer that waits at its input, then says ``finished``.

    Members
    -------
    transfer: In(Transfer), start: In(1)
        ``start`` is high, and ``transfer`` stable, from the cycle a transfer is there until
        ``finished``. The clock need not run outside.
    begins: Out(1)
        Pulse: a transfer begins.
    finished: Out(1)
        Pulse: done with this transfer, or dropped it after ``stop``.
    stop: In(1)
        Level: start nothing, drop what has not reached the bus, drain.
    windows: In(Windows)
        For the rows that an index tensor chooses.
    ar, r_valid, r_data, r_error, r_flaws, aw, w, b_valid, b_error:
        To the port's arbiter; see :class:`Reader` and :class:`Sink`.
    sbuf_read, sbuf_write: Out
        SBUF ports.
    update: Out(SemaphoreUpdatePort())
        After the last byte is readable (device memory: after the last write response).
    trap: Out(TrapPort())
        BUS_ERROR, ECC_ERROR, OUT_OF_RANGE of a row once those before it are moved, or what is wrong
        with a list before anything is; the engine then waits for ``stop``.
    event: Out(stream of TraceEvent), source: In(5), cycle: In(32)
        START and END of each transfer; ``source`` is the engine's number on the trace port.
    quiet: Out(1)
        No burst is on the bus.
    read_bytes, write_bytes: Out
        Device-memory bytes of this cycle.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(engine_signature(config))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.datapath = path = Datapath(self.config)
        for name in _FROM_DATAPATH:
            connect(m, getattr(path, name), flipped(getattr(self, name)))
        transfer = self.transfer
        align = exact_log2(self.config.axi_bytes)
        failure, place = Signal(Trap), Signal(48)
        m.d.comb += [
            path.transfer.eq(transfer),
            path.windows.eq(self.windows),
            path.r_valid.eq(self.r_valid),
            path.r_data.eq(self.r_data),
            path.r_error.eq(self.r_error),
            path.r_flaws.eq(self.r_flaws),
            path.b_valid.eq(self.b_valid),
            path.b_error.eq(self.b_error),
            path.clear.eq(self.finished),
            self.quiet.eq(path.idle),
            self.read_bytes.eq(path.read_bytes),
            self.write_bytes.eq(path.write_bytes),
            failure.eq(Mux(path.error_flaw, Trap.ECC_ERROR, Trap.BUS_ERROR)),
            place.eq(path.error_address),
            place[3:align].eq(Mux(path.error_flaw, path.error_address[3:align], 0)),
            place[:3].eq(0),
            self.trap.cause.eq(Mux(path.error, failure, path.cause)),
            self.trap.stream.eq(transfer.stream),
            self.trap.pc.eq(transfer.pc),
            self.trap.address.eq(Mux(path.error, place, path.fault_address)),
            self.update.mode.eq(transfer.update_mode),
            self.update.semaphore.eq(transfer.update_semaphore),
            self.update.value.eq(transfer.update_value),
            self.event.payload.source.eq(self.source),
            self.event.payload.stream.eq(transfer.stream),
            self.event.payload.pc.eq(transfer.pc),
        ]
        self._control(m, path)
        return m

    def _control(self, m: Module, path: Datapath) -> None:
        cycle, lists = Signal(32), self.transfer.src.list | self.transfer.dst.list
        m.d.comb += self.event.payload.cycle.eq(cycle)
        with m.FSM(name="phase"):
            with m.State("IDLE"):
                with m.If(self.start & self.stop):
                    m.d.comb += self.finished.eq(1)
                with m.Elif(self.start):
                    m.d.comb += [path.start.eq(1), self.begins.eq(1)]
                    m.d.sync += cycle.eq(self.cycle)
                    m.next = "ANNOUNCE"
            with m.State("ANNOUNCE"):
                m.d.comb += self.event.payload.kind.eq(TraceKind.START)
                with m.If(self.stop | path.error):
                    m.d.comb += self.trap.valid.eq(path.error & ~self.stop)
                    m.next = "DRAIN"
                with m.Else():
                    m.d.comb += self.event.valid.eq(1)
                    with m.If(self.event.ready):
                        m.next = "MOVE"
            with m.State("MOVE"):
                with m.If(self.stop | path.error):
                    m.d.comb += self.trap.valid.eq(path.error & ~self.stop)
                    m.next = "DRAIN"
                with m.Elif((path.finished | lists) & path.fault):
                    m.d.comb += self.trap.valid.eq(1)
                    m.next = "DRAIN"
                with m.Elif(path.finished):
                    m.next = "UPDATE"
            with m.State("UPDATE"):
                m.d.comb += self.update.valid.eq(transfer_updates(self.transfer) & ~self.stop)
                m.d.sync += cycle.eq(self.cycle)
                with m.If(self.stop):
                    m.next = "DRAIN"
                with m.Elif(self.update.ready | ~transfer_updates(self.transfer)):
                    m.next = "CLOSE"
            with m.State("CLOSE"):
                m.d.comb += self.event.payload.kind.eq(TraceKind.END)
                m.d.comb += [self.event.valid.eq(1), self.finished.eq(self.event.ready)]
                with m.If(self.event.ready):
                    m.next = "IDLE"
            with m.State("DRAIN"):
                m.d.comb += path.hold.eq(1)
                with m.If(self.stop & path.idle):
                    m.d.comb += self.finished.eq(1)
                    m.next = "IDLE"


def transfer_updates(transfer: Transfer) -> Any:
    """Whether a transfer changes a semaphore when it is done."""
    return transfer.update_mode != UpdateMode.NONE
