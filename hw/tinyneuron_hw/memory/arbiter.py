"""Who may use which bank in this cycle."""

from typing import Any

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

__all__ = ["PATIENCE", "BankArbiter"]

PATIENCE = 8
"""Refused cycles after which a request goes before those that waited less."""


class BankArbiter(wiring.Component):
    """Grants requests for sets of banks, by priority and age.

    A request is granted unless it shares a bank with a request that goes before it, or with a
    ``reserved`` bank. Lower numbers go first; a request refused ``PATIENCE`` times goes before
    every one that was not, so with at most ``PATIENCE`` requesters none waits for ever.

    Parameters
    ----------
    requesters:
        Number of requesters, at most ``PATIENCE``.
    banks:
        Number of banks.

    Members
    -------
    valid: bit r: requester r asks, in every cycle until it is granted.
    wanted: the banks requester r asks for.
    reserved: banks nobody may have in this cycle.
    ready: bit r: requester r may use its banks; does not depend on its own ``valid``.
    """

    def __init__(self, requesters: int, banks: int):
        if not 1 <= requesters <= PATIENCE:
            raise ValueError(f"requesters must be from 1 to {PATIENCE}, not {requesters}")
        self._requesters = requesters
        super().__init__({
            "valid": In(requesters),
            "wanted": In(banks).array(requesters),
            "reserved": In(banks),
            "ready": Out(requesters),
        })  # fmt: skip

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        numbers = range(self._requesters)
        urgent = Signal(self._requesters)
        for r in numbers:
            refused = Signal(range(PATIENCE + 1), name=f"refused{r}")
            m.d.comb += urgent[r].eq(refused == PATIENCE)
            with m.If(~self.valid[r] | self.ready[r]):
                m.d.sync += refused.eq(0)
            with m.Elif(~urgent[r]):
                m.d.sync += refused.eq(refused + 1)
        for r in numbers:
            blocked = (self.wanted[r] & self.reserved).any()
            for other in numbers:
                if other == r:
                    continue
                first = urgent[other] | ~urgent[r] if other < r else urgent[other] & ~urgent[r]
                shared = (self.wanted[r] & self.wanted[other]).any()
                blocked |= self.valid[other] & shared & first
            m.d.comb += self.ready[r].eq(~blocked)
        return m
