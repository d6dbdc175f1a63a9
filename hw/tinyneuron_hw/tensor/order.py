"""Program order of instructions that two units finish out of order."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import enum, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["ProgramOrder", "Unit"]


class Unit(enum.Enum, shape=1):
    """Who executes an instruction."""

    LOAD = 0
    MULTIPLY = 1


class ProgramOrder(wiring.Component):
    """Holds back ``started`` and ``done`` of an instruction until those before it have had theirs.

    Parameters
    ----------
    depth:
        Instructions it keeps, a power of two.

    Members
    -------
    push: In(1), accepts an instruction of ``push_unit``; only while ``ready``.
    unit_started, unit_done: In(1 bit per unit), pulse for the unit's oldest instruction that has
        had none.
    started, done: Out(1), pulses in program order.
    busy: Out(1), an instruction is kept.

    Latency and throughput
    ----------------------
    One cycle from an event to its pulse; one pulse of each kind per cycle.
    """

    def __init__(self, depth: int):
        if depth < 2 or depth & (depth - 1):
            raise ValueError(f"depth must be a power of two from 2, not {depth!r}")
        self._depth = depth
        super().__init__(
            {
                "push": In(1),
                "push_unit": In(Unit),
                "ready": Out(1),
                "unit_started": In(2),
                "unit_done": In(2),
                "started": Out(1),
                "done": Out(1),
                "busy": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        units = Signal(self._depth)
        # Pointers have one bit more than an index, so full and empty differ.
        tail = Signal(range(2 * self._depth))
        with m.If(self.push):
            m.d.sync += [units.bit_select(tail[:-1], 1).eq(self.push_unit), tail.eq(tail + 1)]

        begun = self._pointer(m, "begun", units, tail, self.unit_started, self.started)
        finished = self._pointer(m, "finished", units, begun, self.unit_done, self.done)
        m.d.comb += [
            self.ready.eq((tail - finished)[: len(tail)] != self._depth),
            self.busy.eq(tail != finished),
        ]
        return m

    def _pointer(self, m: Module, name: str, units, limit, events, pulse) -> Signal:
        """Counts the events of each unit and lets the oldest instruction below ``limit`` go when
        its unit has one."""
        pointer = Signal.like(limit, name=name)
        counts = [Signal.like(limit, name=f"{name}_{unit.name.lower()}s") for unit in Unit]
        unit = units.bit_select(pointer[:-1], 1)
        m.d.comb += pulse.eq((pointer != limit) & Mux(unit, counts[1] != 0, counts[0] != 0))
        m.d.sync += pointer.eq(pointer + pulse)
        for index, count in enumerate(counts):
            m.d.sync += count.eq(count + events[index] - (pulse & (unit == index)))
        return pointer
