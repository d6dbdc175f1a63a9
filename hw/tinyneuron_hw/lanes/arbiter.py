"""Two readers on one memory port."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["ReadArbiter"]


class ReadArbiter(wiring.Component):
    """Shares a read port of SBUF or PSUM between two requesters, alternating while both ask.

    Parameters
    ----------
    signature:
        A :class:`LineReadPort` or :class:`PsumReadPort`.
    address:
        Names of what a request consists of.

    Members
    -------
    requesters: the two ports given out.
    port: the shared port.

    Latency and throughput: none added; one request per cycle.
    """

    def __init__(self, signature: wiring.Signature, *, address: tuple[str, ...]):
        self._address = address
        super().__init__({"requesters": In(signature).array(2), "port": Out(signature)})

    def elaborate(self, platform):
        m = Module()
        first, second = self.requesters
        owner, chosen = Signal(), Signal()
        m.d.comb += [
            chosen.eq(second.valid & (~first.valid | ~owner)),
            self.port.valid.eq(first.valid | second.valid),
            *(
                getattr(self.port, name).eq(
                    Mux(chosen, getattr(second, name), getattr(first, name))
                )
                for name in self._address
            ),
            first.ready.eq(self.port.ready & ~chosen),
            second.ready.eq(self.port.ready & chosen),
        ]
        with m.If(self.port.valid & self.port.ready):
            # Read data comes in the next cycle, to whoever asked in this one.
            m.d.sync += owner.eq(chosen)
        for number, requester in enumerate(self.requesters):
            m.d.comb += [
                requester.data.eq(self.port.data),
                requester.data_valid.eq(self.port.data_valid & (owner == number)),
            ]
        return m
