"""When writers may write, and when they must read first."""

from typing import Any

from amaranth.hdl import Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from .arbiter import BankArbiter, BankWait

__all__ = ["WriteTurns"]


class WriteTurns(wiring.Component):
    """Grants writes for sets of banks as :class:`BankArbiter` does. A ``partial`` write, which
    changes a part of a codeword, takes its banks for two cycles in a row: in the first one their
    rows are read, in the second one they are written. Nobody else writes in them between.

    Parameters
    ----------
    requesters, banks:
        As of :class:`BankArbiter`.

    Members
    -------
    valid, wanted, partial: bit r: requester r asks, in every cycle until ``ready``, for these
        banks. A requester that gives up, in a reset, asks for nothing in the next cycle.
    ready: bit r: requester r writes in this cycle.
    reads: the banks requester r must read in this cycle, ahead of everybody else.
    merging: bit r: requester r writes what it read the rows for in the cycle before.
    waits: why requester r waits; the first cycle of its partial write is none of waiting.
    """

    def __init__(self, requesters: int, banks: int):
        self._requesters = requesters
        self._banks = banks
        super().__init__({
            "valid": In(requesters),
            "wanted": In(banks).array(requesters),
            "partial": In(requesters),
            "ready": Out(requesters),
            "reads": Out(banks).array(requesters),
            "merging": Out(requesters),
            "waits": Out(BankWait).array(requesters),
        })  # fmt: skip

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.arbiter = arbiter = BankArbiter(self._requesters, self._banks)
        primed = Signal(self._requesters)
        reserved: Value = Const(0, self._banks)
        for r in range(self._requesters):
            first = self.partial[r] & ~primed[r]
            granted = self.valid[r] & arbiter.ready[r] & first
            m.d.comb += [
                arbiter.valid[r].eq(self.valid[r] & ~primed[r]),
                arbiter.wanted[r].eq(self.wanted[r]),
                self.ready[r].eq(Mux(primed[r], 1, arbiter.ready[r] & ~first)),
                self.reads[r].eq(Mux(granted, self.wanted[r], 0)),
                self.merging[r].eq(primed[r] & self.valid[r]),
                Value.cast(self.waits[r]).eq(Value.cast(arbiter.waits[r])),
            ]
            m.d.sync += primed[r].eq(granted)
            reserved = reserved | Mux(primed[r], self.wanted[r], 0)
        m.d.comb += arbiter.reserved.eq(reserved)
        return m
