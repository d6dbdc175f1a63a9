"""Sends the bursts of an AXI4 manager to device memory or to the host's."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from .axi import ADDRESS_BITS, Axi4, Axi4Read

__all__ = ["AxiRouter"]

_COUNT_BITS = 12
"""Of the bursts under way; a manager of the core has far fewer."""
_ADDRESS = ("id", "addr", "len", "size", "burst")


class AxiRouter(wiring.Component):
    """One manager, two subordinates: the top bit of the address chooses ``far``, which sees it as
    0. A burst lies on one side, because no burst crosses 4 KiB.

    Reads of one side wait until those of the other are over, and so do writes, so data and
    responses come in the order of the addresses. Write data follows its address.

    Parameters
    ----------
    signature:
        ``Axi4`` or ``Axi4Read``.

    Members
    -------
    port: In, from the manager.
    near, far: Out, to the subordinates.

    Latency and throughput: none added on AR, R, AW and B; write data one cycle behind its address.
    A beat each cycle while the side does not change.
    """

    def __init__(self, signature: Axi4 | Axi4Read):
        self._writes = "awvalid" in signature.members
        super().__init__({"port": In(signature), "near": Out(signature), "far": Out(signature)})

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        self._route_reads(m)
        if self._writes:
            self._route_writes(m)
        return m

    def _route_address(self, m: Module, channel: str, count: Signal, side: Signal) -> Value:
        """Lets an address through when its side is the one under way; whether one goes through."""
        port = self.port
        address = getattr(port, f"{channel}addr")
        chosen, may_go = Signal(name=f"{channel}_far"), Signal(name=f"{channel}_may_go")
        valid, ready = getattr(port, f"{channel}valid"), getattr(port, f"{channel}ready")
        m.d.comb += [
            chosen.eq(address[ADDRESS_BITS - 1]),
            may_go.eq((count == 0) | (chosen == side)),
        ]
        for number, target in enumerate((self.near, self.far)):
            own = may_go & (chosen == number)
            m.d.comb += [getattr(target, f"{channel}{n}").eq(getattr(port, f"{channel}{n}"))
                         for n in _ADDRESS if n != "addr"]  # fmt: skip
            m.d.comb += [
                getattr(target, f"{channel}addr").eq(address[: ADDRESS_BITS - 1]),
                getattr(target, f"{channel}valid").eq(valid & own),
            ]
            with m.If(own):
                m.d.comb += ready.eq(getattr(target, f"{channel}ready"))
        with m.If(valid & ready):
            m.d.sync += side.eq(chosen)
        return valid & ready

    @staticmethod
    def _count(m: Module, count: Signal, begins: Value, ends: Value) -> None:
        with m.If(begins & ~ends):
            m.d.sync += count.eq(count + 1)
        with m.Elif(ends & ~begins):
            m.d.sync += count.eq(count - 1)

    def _route_reads(self, m: Module) -> None:
        port, bursts, side = self.port, Signal(_COUNT_BITS), Signal(name="read_side")
        begins = self._route_address(m, "ar", bursts, side)
        self._count(m, bursts, begins, port.rvalid & port.rready & port.rlast)
        for name in ("id", "data", "resp", "user", "last", "valid"):
            near, far = getattr(self.near, f"r{name}"), getattr(self.far, f"r{name}")
            m.d.comb += getattr(port, f"r{name}").eq(Mux(side, far, near))
        m.d.comb += [
            self.near.rready.eq(port.rready & ~side),
            self.far.rready.eq(port.rready & side),
        ]

    def _route_writes(self, m: Module) -> None:
        port, side = self.port, Signal(name="write_side")
        bursts, addressed = Signal(_COUNT_BITS), Signal(_COUNT_BITS)
        """Without a response; without all of their data."""
        begins = self._route_address(m, "aw", bursts, side)
        self._count(m, bursts, begins, port.bvalid & port.bready)
        self._count(m, addressed, begins, port.wvalid & port.wready & port.wlast)
        may_go = addressed != 0
        for target, own in ((self.near, ~side), (self.far, side)):
            m.d.comb += [
                target.wdata.eq(port.wdata),
                target.wstrb.eq(port.wstrb),
                target.wlast.eq(port.wlast),
                target.wvalid.eq(port.wvalid & may_go & own),
                target.bready.eq(port.bready & own),
            ]
        m.d.comb += port.wready.eq(may_go & Mux(side, self.far.wready, self.near.wready))
        for name in ("id", "resp", "valid"):
            near, far = getattr(self.near, f"b{name}"), getattr(self.far, f"b{name}")
            m.d.comb += getattr(port, f"b{name}").eq(Mux(side, far, near))
