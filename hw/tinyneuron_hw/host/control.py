"""Starts, stops and resets the core; keeps the first trap."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..isa.csr import Csr, position_address
from ..isa.opcodes import Stream
from ..sequencer.ports import TrapPort

__all__ = ["RESET_CYCLES", "Control"]

RESET_CYCLES = 4
"""Length of the core's reset pulse."""
_SETTLE_CYCLES = 4
"""Cycles blocks get to act on ``start`` or ``stop`` before their answer counts."""


class Control(wiring.Component):
    """The CONTROL and STATUS registers' behaviour.

    START waits until the bus is quiet after an earlier trap, then releases ``stop`` and gives the
    ``start`` pulse. A trap or RESET raises ``stop``; RESET then waits for the bus and gives the
    ``core_reset`` pulse. CLEAR is a RESET after which the memories are swept.

    Members
    -------
    start_request, reset_request, clear_request: In(1)
        Pulses; START is ignored while ``active``. RESET and CLEAR are not, until the core has
        been reset and is swept: then they have nothing left to do.
    running, done, quiet: In(1), trap: In(TrapPort())
    positions: In(32).array(len(Stream))
        Where the streams are now, as the registers of :func:`.csr.position_address`; kept with
        the trap.
    start, stop, core_reset: Out(1)
    clear: Out(1)
        Pulse before ``start`` and in reset: counters return to zero.
    sweep: Out(1), swept: In(1)
        Level, from a register, until ``swept``: the memories are being cleared.
    active: Out(1)
        Running, about to run, or resetting.
    done_event, trap_event: Out(1)
        Pulses.
    """

    def __init__(self):
        super().__init__(
            {
                "start_request": In(1),
                "reset_request": In(1),
                "clear_request": In(1),
                "running": In(1),
                "done": In(1),
                "quiet": In(1),
                "trap": In(TrapPort()),
                "positions": In(32).array(len(Stream)),
                "start": Out(1),
                "stop": Out(1),
                "core_reset": Out(1),
                "clear": Out(1),
                "sweep": Out(1),
                "swept": In(1),
                "active": Out(1),
                "done_event": Out(1),
                "trap_event": Out(1),
            }
        )
        members = self.signature.members["trap"].signature.members
        self._trapped = Signal()
        self._trap = {
            name: Signal(member.shape, name=f"trap_{name}")
            for name, member in members.items() if name != "valid"
        }  # fmt: skip
        self._positions = [Signal(32, name=f"position{i}") for i in range(len(Stream))]
        self._status = Signal(5)

    def words(self) -> dict[int, Value]:
        """Address -> value of the status registers."""
        trap = {name: Value.cast(value) for name, value in self._trap.items()}
        return {
            Csr.STATUS: self._status,
            Csr.TRAP_CAUSE: trap["cause"],
            Csr.TRAP_STREAM: trap["stream"],
            Csr.TRAP_PC: trap["pc"],
            Csr.TRAP_ADDRESS_LO: trap["address"][:32],
            Csr.TRAP_ADDRESS_HI: trap["address"][32:],
            **{position_address(i): Mux(self._trapped, kept, now)
               for i, (kept, now) in enumerate(zip(self._positions, self.positions, strict=True))},
        }  # fmt: skip

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        resetting, starting, clearing = Signal(), Signal(), Signal()
        was_done = Signal()
        m.d.comb += [
            self.active.eq(self.running | starting | resetting),
            self._status.eq(
                Cat(
                    (self.running | starting) & ~resetting,
                    self.done & ~self.running & ~starting & ~resetting,
                    self._trapped,
                    resetting,
                    clearing,
                )
            ),
            self.done_event.eq(self.done & ~was_done & ~resetting),
            self.trap_event.eq(self.trap.valid & ~self._trapped & ~resetting),
        ]
        m.d.sync += was_done.eq(self.done)
        self._keep_trap(m)
        self._phases(m, resetting, starting, clearing)
        return m

    def _keep_trap(self, m: Module) -> None:
        """The first trap, and where the streams were."""
        kept = {**self._trap, **dict(enumerate(self._positions))}
        now = {name: getattr(self.trap, name) for name in self._trap}
        now |= dict(enumerate(self.positions))
        with m.If(self.trap_event):
            m.d.sync += [self._trapped.eq(1), self.stop.eq(1)]
            m.d.sync += [value.eq(now[name]) for name, value in kept.items()]
        with m.If(self.clear):
            m.d.sync += self._trapped.eq(0)
            m.d.sync += [Value.cast(value).eq(0) for value in kept.values()]

    def _phases(self, m: Module, resetting: Signal, starting: Signal, clearing: Signal) -> None:
        timer = Signal(range(max(RESET_CYCLES, _SETTLE_CYCLES) + 1))

        def drain_on_reset() -> Any:
            with m.If(self.reset_request | self.clear_request):
                m.d.sync += [resetting.eq(1), starting.eq(0), self.stop.eq(1)]
                m.d.sync += timer.eq(_SETTLE_CYCLES)
                m.next = "DRAIN"
            return m.Else()

        with m.If(self.clear_request):
            m.d.sync += clearing.eq(1)
        m.d.sync += timer.eq(Mux(timer == 0, 0, timer - 1))
        with m.FSM(name="phase"):
            with m.State("IDLE"):
                with drain_on_reset():
                    with m.If(self.start_request & ~self.running):
                        m.d.sync += [starting.eq(1), timer.eq(_SETTLE_CYCLES)]
                        m.next = "SETTLE"
            with m.State("SETTLE"):
                with drain_on_reset():
                    with m.If((timer == 0) & self.quiet):
                        m.d.comb += self.clear.eq(1)
                        m.d.sync += self.stop.eq(0)
                        m.next = "START"
            with m.State("START"):
                with drain_on_reset():
                    m.d.comb += self.start.eq(1)
                    m.d.sync += timer.eq(_SETTLE_CYCLES)
                    m.next = "LAUNCH"
            with m.State("LAUNCH"):
                # ``running`` rises a little after ``start``; STATUS shows no gap.
                with drain_on_reset():
                    with m.If(timer == 0):
                        m.d.sync += starting.eq(0)
                        m.next = "IDLE"
            with m.State("DRAIN"):
                with m.If((timer == 0) & self.quiet):
                    m.d.sync += timer.eq(RESET_CYCLES - 1)
                    m.next = "RESET"
            with m.State("RESET"):
                m.d.comb += [self.core_reset.eq(1), self.clear.eq(1)]
                with m.If(timer == 0):
                    m.d.sync += self.stop.eq(0)
                    with m.If(clearing | self.clear_request):
                        m.next = "SWEEP"
                    with m.Else():
                        m.d.sync += resetting.eq(0)
                        m.next = "IDLE"
            with m.State("SWEEP"):
                m.d.comb += self.sweep.eq(1)
                with m.If(self.swept):
                    m.d.sync += [resetting.eq(0), clearing.eq(0)]
                    m.next = "IDLE"
