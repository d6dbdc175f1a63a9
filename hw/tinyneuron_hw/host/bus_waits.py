"""What waits on an AXI4 port."""

from typing import Any

from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["BusWait", "BusWaits"]

_BURST_BITS = 12
"""Of the number of read bursts under way; the core has far fewer."""
_WATCHED = ("arvalid", "arready", "rvalid", "rready", "rlast", "awvalid", "awready", "wvalid",
            "wready")  # fmt: skip


class BusWait(data.Struct):
    """A cycle on a port; see ``isa.waits.BUS_WAITS``."""

    read_command: unsigned(1)
    read_data: unsigned(1)
    read_room: unsigned(1)
    write_command: unsigned(1)
    write_data: unsigned(1)


class BusWaits(wiring.Component):
    """Watches a port.

    Members
    -------
    arvalid ... wready: the port's signals.
    waits: Out(BusWait), in the same cycle.
    """

    def __init__(self) -> None:
        super().__init__({**{name: In(1) for name in _WATCHED}, "waits": Out(BusWait)})

    def watch(self, m: Module, axi: Any) -> None:
        """Connects the signals of a port that it has; the others stay 0."""
        for name in _WATCHED:
            if hasattr(axi, name):
                m.d.comb += getattr(self, name).eq(getattr(axi, name))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        bursts = Signal(_BURST_BITS)
        begins, ends = self.arvalid & self.arready, self.rvalid & self.rready & self.rlast
        with m.If(begins & ~ends):
            m.d.sync += bursts.eq(bursts + 1)
        with m.Elif(ends & ~begins):
            m.d.sync += bursts.eq(bursts - 1)
        m.d.comb += [
            self.waits.read_command.eq(self.arvalid & ~self.arready),
            self.waits.read_data.eq((bursts != 0) & ~self.rvalid),
            self.waits.read_room.eq(self.rvalid & ~self.rready),
            self.waits.write_command.eq(self.awvalid & ~self.awready),
            self.waits.write_data.eq(self.wvalid & ~self.wready),
        ]
        return m
