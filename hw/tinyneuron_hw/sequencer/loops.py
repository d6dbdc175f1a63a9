"""The stack of hardware loops, which also says what the next instruction is."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, signed, unsigned
from amaranth.lib import data, enum, memory, wiring
from amaranth.lib.wiring import In, Out, Signature

from ..config import LOOP_DEPTH, CoreConfig
from .links import POSITION_BITS
from .registers import RegisterRead, RegisterWrite

__all__ = ["LoopCommand", "LoopEntry", "LoopRequest", "LoopStack"]


class LoopCommand(enum.Enum, shape=2):
    NONE = 0
    ADVANCE = 1
    """Instruction ``position`` has run (or a skipped loop ended there): go to what follows."""
    JUMP = 2
    """A branch to ``position`` is taken."""
    ENTER = 3
    """Push ``entry`` and go to its first instruction."""


class LoopEntry(data.Struct):
    """One active loop."""

    start: unsigned(POSITION_BITS)
    end: unsigned(POSITION_BITS)
    """Index of the last instruction of the body."""
    counter: unsigned(5)
    counter_enable: unsigned(1)
    step: signed(32)
    remaining: unsigned(32)
    """Passes left, the running one included."""


class LoopRequest(Signature):
    """Requester's side; taken while the stack is not busy.

    Members
    -------
    command, position, entry: what to do.
    now: no one else writes a register in this cycle, so a loop's counter may be written in it.
        Without it ADVANCE and JUMP take a cycle longer.
    """

    def __init__(self):
        super().__init__(
            {
                "command": Out(LoopCommand),
                "now": Out(1),
                "position": Out(POSITION_BITS),
                "entry": Out(LoopEntry),
            }
        )


class LoopStack(wiring.Component):
    """Keeps at most 8 nested loops.

    Parameters
    ----------
    config:
        Gives the size of the fetch buffer, for ``hold``.

    Members
    -------
    clear: forget all loops; the next instruction is 0.
    request: what to do; taken while not ``busy``.
    busy: a command runs on (a cycle for each loop that ends; without ``now`` one more).
    done: in the last cycle of a command.
    next: index of the next instruction, from the cycle after ``done``.
    full: 8 loops are active.
    read, write: ports of the register file, for counters.
    hold, hold_start: the body of a loop that will jump back fits the fetch buffer: instructions
        from ``hold_start`` on are worth keeping.
    """

    def __init__(self, config: CoreConfig):
        self._buffer = config.fetch_buffer
        super().__init__(
            {
                "clear": In(1),
                "request": In(LoopRequest()),
                "busy": Out(1),
                "done": Out(1),
                "next": Out(POSITION_BITS),
                "full": Out(1),
                "read": Out(RegisterRead()),
                "write": Out(RegisterWrite()),
                "hold": Out(1),
                "hold_start": Out(POSITION_BITS),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.entries = entries = memory.Memory(shape=LoopEntry, depth=LOOP_DEPTH, init=[])
        entry_write, entry_read = entries.write_port(), entries.read_port(domain="comb")
        depth = Signal(range(LOOP_DEPTH + 1))
        request, later = self.request, Signal(LoopCommand)
        later_position = Signal(POSITION_BITS)
        running, position = Signal(LoopCommand), Signal(POSITION_BITS)
        """The command that is carried out in this cycle."""
        top = entry_read.data
        m.d.comb += [
            self.busy.eq(later != LoopCommand.NONE),
            position.eq(Mux(self.busy, later_position, request.position)),
            self.full.eq(depth == LOOP_DEPTH),
            entry_read.addr.eq(depth - 1),
            entry_write.addr.eq(depth - 1),
            entry_write.data.eq(top),
            entry_write.data.remaining.eq(top.remaining - 1),
        ]

        enters = Signal()
        m.d.comb += enters.eq(~self.busy & (request.command == LoopCommand.ENTER))
        with m.If(self.busy):
            m.d.comb += running.eq(later)
        with m.Elif(request.now):
            m.d.comb += running.eq(request.command)

        pops, again = Signal(), Signal()
        is_inside = (position >= top.start) & (position <= top.end)
        ends_here = top.end == position
        with m.If(depth != 0):
            with m.If(running == LoopCommand.ADVANCE):
                m.d.comb += again.eq(ends_here & (top.remaining > 1))
                m.d.comb += pops.eq(ends_here & (top.remaining <= 1))
                m.d.comb += self.write.valid.eq(ends_here & top.counter_enable)
            with m.Elif(running == LoopCommand.JUMP):
                m.d.comb += pops.eq(~is_inside)
        m.d.comb += [
            self.read.index.eq(top.counter),
            self.write.index.eq(top.counter),
            self.write.value.eq(self.read.value + top.step),
        ]

        with m.If(pops):
            m.d.sync += depth.eq(depth - 1)
        with m.Elif(again):
            m.d.comb += entry_write.en.eq(1)
            m.d.sync += self.next.eq(top.start)
        with m.Elif(running == LoopCommand.ADVANCE):
            m.d.sync += self.next.eq(position + 1)
        with m.Elif(running == LoopCommand.JUMP):
            m.d.sync += self.next.eq(position)
        m.d.comb += self.done.eq(((running != LoopCommand.NONE) & ~pops) | enters)
        with m.If(self.done):
            m.d.sync += later.eq(LoopCommand.NONE)
        with m.Elif(~self.busy):
            m.d.sync += [later.eq(request.command), later_position.eq(request.position)]

        with m.If(enters):
            m.d.comb += [entry_write.en.eq(1), entry_write.addr.eq(depth)]
            m.d.comb += entry_write.data.eq(request.entry)
            m.d.sync += [depth.eq(depth + 1), self.next.eq(request.entry.start)]
        with m.If(self.clear):
            m.d.sync += [depth.eq(0), later.eq(LoopCommand.NONE), self.next.eq(0)]
        self._hold(m, depth, enters, again & (top.remaining == 2), pops)
        return m

    def _hold(self, m: Module, depth: Any, enters: Any, last_pass: Any, pops: Any) -> None:
        owner = Signal(range(LOOP_DEPTH + 1))
        entry = self.request.entry
        body = entry.end - entry.start + 1
        fits = (body <= self._buffer) & (entry.remaining > 1)
        with m.If(enters & fits & ~self.hold):
            m.d.sync += [
                self.hold.eq(1),
                self.hold_start.eq(entry.start),
                owner.eq(depth + 1),
            ]
        with m.If((pops | last_pass) & (depth == owner)):
            m.d.sync += self.hold.eq(0)
        with m.If(self.clear):
            m.d.sync += self.hold.eq(0)
