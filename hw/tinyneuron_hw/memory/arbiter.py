"""Who may use which bank in this cycle."""

from typing import Any

from amaranth.hdl import Const, Module, Signal, Value, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

__all__ = ["PATIENCE", "BankArbiter", "BankWait"]

PATIENCE = 8
"""Refused cycles after which a request goes before those that waited less."""


class BankWait(data.Struct):
    """Why a request is refused in this cycle: one of ``isa.waits.BANK_CAUSES``."""

    priority: unsigned(1)
    age: unsigned(1)
    reserved: unsigned(1)


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
    waits: why requester r waits, if it does.
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
            "waits": Out(BankWait).array(requesters),
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
            reserved, older, higher = (
                Signal(name=f"{kind}{r}") for kind in ("reserved", "older", "higher")
            )
            m.d.comb += reserved.eq((self.wanted[r] & self.reserved).any())
            aged: Value = Const(0, 1)
            ahead: Value = Const(0, 1)
            for other in numbers:
                if other == r:
                    continue
                asks = self.valid[other] & (self.wanted[r] & self.wanted[other]).any()
                aged |= asks & urgent[other] & ~urgent[r]
                if other < r:
                    ahead |= asks & (urgent[other] | ~urgent[r])
            m.d.comb += [
                older.eq(aged),
                higher.eq(ahead),
                self.ready[r].eq(~(reserved | older | higher)),
            ]
            with m.If(self.valid[r]):
                m.d.comb += [
                    self.waits[r].reserved.eq(reserved),
                    self.waits[r].age.eq(older & ~reserved),
                    self.waits[r].priority.eq(higher & ~older & ~reserved),
                ]
        return m
