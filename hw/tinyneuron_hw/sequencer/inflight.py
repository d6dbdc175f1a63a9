"""Instructions a stream has given to its engine: their updates and their trace events."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from ..isa.opcodes import UpdateMode
from ..isa.operands import Update
from .links import TracePulse
from .ports import PC_BITS, SemaphoreUpdatePort, instructions_in_flight

__all__ = ["InFlight"]


class _Entry(data.Struct):
    pc: unsigned(PC_BITS)
    update: Update


class InFlight(wiring.Component):
    """A queue with four pointers: pushed, started, done, and retired (its update is applied).

    Parameters
    ----------
    config:
        Core sizes; the queue holds ``instructions_in_flight``.

    Members
    -------
    push, pc, entry_update: an instruction goes to the engine; only with ``room``.
    started, done: the engine's pulses, in order.
    trace_start, trace_end: the pulses with the instruction's index.
    update: semaphore updates of done instructions, in order.
    retired: pulse; one instruction is over.
    empty: everything pushed has retired; ``oldest_pc`` is that of the first that has not.
    """

    def __init__(self, config: CoreConfig):
        self._depth = instructions_in_flight(config)
        super().__init__(
            {
                "push": In(1),
                "pc": In(PC_BITS),
                "entry_update": In(Update),
                "room": Out(1),
                "started": In(1),
                "done": In(1),
                "trace_start": Out(TracePulse()),
                "trace_end": Out(TracePulse()),
                "update": Out(SemaphoreUpdatePort()),
                "retired": Out(1),
                "empty": Out(1),
                "oldest_pc": Out(PC_BITS),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.entries = entries = memory.Memory(shape=_Entry, depth=self._depth, init=[])
        pushed, started = Signal(range(2 * self._depth)), Signal(range(2 * self._depth))
        done, retired = Signal(range(2 * self._depth)), Signal(range(2 * self._depth))
        write = entries.write_port()
        m.d.comb += [
            write.en.eq(self.push),
            write.addr.eq(pushed),
            write.data.pc.eq(self.pc),
            write.data.update.eq(self.entry_update),
            self.empty.eq(retired == pushed),
            self.room.eq((pushed - retired)[: len(pushed)] != self._depth),
        ]
        with m.If(self.push):
            m.d.sync += pushed.eq(pushed + 1)

        for pointer, pulse, trace in (
            (started, self.started, self.trace_start),
            (done, self.done, self.trace_end),
        ):
            read = entries.read_port(domain="comb")
            # An engine may start an instruction in the cycle in which it takes it.
            stored = Mux(pointer == pushed, self.pc, read.data.pc)
            m.d.comb += [read.addr.eq(pointer), trace.pc.eq(stored), trace.valid.eq(pulse)]
            with m.If(pulse):
                m.d.sync += pointer.eq(pointer + 1)

        oldest = entries.read_port(domain="comb")
        update = oldest.data.update
        has_update = update.mode != UpdateMode.NONE
        m.d.comb += [
            oldest.addr.eq(retired),
            self.oldest_pc.eq(oldest.data.pc),
            self.update.valid.eq((retired != done) & has_update),
            self.update.mode.eq(update.mode),
            self.update.semaphore.eq(update.semaphore),
            self.update.value.eq(update.value),
            self.retired.eq((retired != done) & (~has_update | self.update.ready)),
        ]
        with m.If(self.retired):
            m.d.sync += retired.eq(retired + 1)
        return m
