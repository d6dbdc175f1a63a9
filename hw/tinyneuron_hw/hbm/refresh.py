"""When the banks of a channel refresh, and in what order."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from .one_hot import lowest
from .timing import BANKS, POSTPONED, timing_of

__all__ = ["OWED_BITS", "AllBanksRefresh", "BankRefresh", "refresh_of", "refreshes_due"]

OWED_BITS = (POSTPONED * BANKS).bit_length()
"""Bits of the number of refreshes that are due."""
_GROUP = 8
"""Refreshes of single banks for which a channel at rest wakes up."""
_SPACING = 40
"""Cycles from one of them to the next."""
_PATIENCE = 6 * BANKS
"""Refreshes of single banks that may wait until the channel rests."""
_URGENT = 7 * BANKS
"""Refreshes of single banks that may wait for a bank that nobody needs."""


def refreshes_due(config: CoreConfig) -> tuple[int, int]:
    """Cycles from one REFRESH of a channel to the next, and how many wake it up."""
    timing = timing_of(config)
    return (timing.refi // BANKS, _GROUP) if timing.per_bank else (timing.refi, 1)


def refresh_of(config: CoreConfig) -> Any:
    """The one that suits the configuration's memory."""
    return (BankRefresh if timing_of(config).per_bank else AllBanksRefresh)(config)


_SIGNATURE = wiring.Signature(
    {
        "owed": In(OWED_BITS),
        "waiting": In(1),
        "open": In(BANKS),
        "ready": In(BANKS),
        "can_precharge": In(BANKS),
        "wanted": In(BANKS),
        "free": In(1),
        "stop": Out(1),
        "reserved": Out(BANKS),
        "precharge": Out(BANKS),
        "refresh": Out(BANKS),
        "may_activate": Out(1),
        "quiet": Out(1),
    }
)


class AllBanksRefresh(wiring.Component):
    """Closes all rows as soon as a REFRESH is due, and gives it.

    Members
    -------
    owed: In(OWED_BITS)
        Refreshes that are due.
    waiting: In(1)
        An access waits.
    open, ready, can_precharge: In(BANKS)
        From :class:`Banks`; ``ready``: could activate.
    wanted: In(BANKS)
        Banks that waiting accesses need.
    free: In(1)
        The row bus is free in this cycle.
    stop: Out(1)
        No other command may be given.
    reserved: Out(BANKS)
        Banks that accesses must leave alone.
    precharge: Out(BANKS)
        Rows to close in this cycle, before anything else.
    refresh: Out(BANKS)
        Banks whose REFRESH stands on the row bus in this cycle.
    may_activate: Out(1)
        A row may be opened elsewhere.
    quiet: Out(1)
        No bank is being refreshed.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(_SIGNATURE)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        due, closes = Signal(), Signal()
        left = _time_left(m, self, timing_of(self.config).rfc)
        m.d.comb += [
            due.eq(self.owed.any() & (left == 0)),
            closes.eq(due & self.open.any() & ~(self.open & ~self.can_precharge).any()),
            self.stop.eq(self.owed.any() | (left != 0)),
            self.precharge.eq(Mux(closes, self.open, 0)),
            self.refresh.eq((due & ~self.open.any() & self.ready.all()).replicate(BANKS)),
            self.may_activate.eq(1),
        ]
        return m


class BankRefresh(wiring.Component):
    """Refreshes single banks, so that the others hardly notice.

    In every round each bank has its turn once, in any order. A channel at rest refreshes all banks
    that are due, a few at a time, as soon as they are ``_GROUP``. Otherwise refreshes are
    postponed. When ``_PATIENCE`` are due, one bank at a time is refreshed that is closed and that
    no waiting access needs; when ``_URGENT`` are due, a bank is reserved to be closed and
    refreshed.

    Members
    -------
    As those of :class:`AllBanksRefresh`.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(_SIGNATURE)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        timing = timing_of(self.config)
        left = _time_left(m, self, timing.rfc)
        done, unused, choice = Signal(BANKS), Signal(BANKS), Signal(BANKS)
        group, spaced, urgent, rests = Signal(), Signal(), Signal(), Signal()
        m.d.comb += [
            urgent.eq(self.owed >= _URGENT),
            rests.eq(~self.waiting & ~self.open.any()),
            self.may_activate.eq(left <= timing.rfc - timing.rrefd),
            unused.eq(~done & ~self.open & self.ready & ~self.wanted),
        ]
        # How far it must be from the one before.
        with m.If(rests):
            m.d.comb += spaced.eq(group & (left <= timing.rfc - _SPACING))
        with m.Elif(urgent):
            m.d.comb += spaced.eq(self.may_activate)
        with m.Else():
            m.d.comb += spaced.eq((self.owed >= _PATIENCE) & (left == 0))
        with m.If(self.reserved.any()):
            m.d.comb += choice.eq(self.reserved & ~self.open & self.ready)
        with m.Else():
            m.d.comb += choice.eq(lowest(unused))
        with m.If(self.owed.any() & self.free & spaced):
            m.d.comb += self.refresh.eq(choice)
        m.d.comb += self.precharge.eq(self.reserved & self.open & self.can_precharge)
        with m.If(self.refresh.any()):
            m.d.sync += [
                done.eq(Mux((done | self.refresh).all(), 0, done | self.refresh)),
                self.reserved.eq(0),
            ]
        with m.Elif(urgent & ~self.reserved.any() & ~unused.any()):
            m.d.sync += self.reserved.eq(lowest(~done))
        with m.If(self.owed >= _GROUP):
            m.d.sync += group.eq(1)
        with m.Elif(self.owed == 0):
            m.d.sync += group.eq(0)
        return m


def _time_left(m: Module, refresh: Any, length: int) -> Signal:
    """Cycles until the bank that was refreshed last, or all, may be used."""
    left = Signal(range(length))
    with m.If(refresh.refresh.any()):
        m.d.sync += left.eq(length - 1)
    with m.Elif(left != 0):
        m.d.sync += left.eq(left - 1)
    m.d.comb += refresh.quiet.eq(left == 0)
    return left
