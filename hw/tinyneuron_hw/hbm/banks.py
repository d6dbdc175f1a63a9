"""State and timers of the banks of one channel."""

from typing import Any

from amaranth.hdl import Array, Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..config import CoreConfig
from .access_queue import RowEvent
from .address import AddressMap
from .timing import BANKS, BURST, timing_of

__all__ = ["Banks"]

_IDLE_BITS = 5
"""An open row is idle after one to two times 2**5 cycles without an access."""


class Banks(wiring.Component):
    """Which rows are open and which commands the timing allows, a bit for each bank.

    Members
    -------
    row_event: In(RowEvent), refresh: In(BANKS), column: In(BANKS), write: In(1)
        Commands of this cycle: rows, the banks that REFRESH, and the bit of the bank that reads or
        (``write``) writes.
    open: Out(BANKS)
    can_activate, can_access, can_precharge: Out(BANKS)
        Timers alone: a command the bank's state does not allow has no meaning.
    idle: Out(BANKS)
        Open rows that were not used for a while.
    faw: Out(1)
        A further ACTIVATE is allowed by the window of four.
    lookup: In(4).array(2), row: Out(row).array(2)
        Row that is or was open in a bank.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        places = AddressMap(config)
        super().__init__(
            {
                "row_event": In(RowEvent(config)),
                "refresh": In(BANKS),
                "column": In(BANKS),
                "write": In(1),
                "open": Out(BANKS),
                "can_activate": Out(BANKS),
                "can_access": Out(BANKS),
                "can_precharge": Out(BANKS),
                "idle": Out(BANKS),
                "faw": Out(1),
                "lookup": In(places.bank_bits).array(2),
                "row": Out(places.row_bits).array(2),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        timing, event = timing_of(self.config), self.row_event
        rows = Array(Signal(len(event.row), name=f"row{i}") for i in range(BANKS))
        ready, shut = Signal(BANKS), Signal(BANKS)
        longest = max(timing.ras, timing.write_to_precharge)
        for i in range(BANKS):
            wait = Signal(range(max(timing.rcd, timing.rp, timing.rfc)), name=f"wait{i}")
            precharge = Signal(range(longest), name=f"precharge_wait{i}")
            after_read = Mux(precharge > timing.rtp, precharge - 1, timing.rtp - 1)
            with m.If(event.activate[i]):
                m.d.sync += [rows[i].eq(event.row), wait.eq(timing.rcd - 1)]
                m.d.sync += precharge.eq(timing.ras - 1)
            with m.Else():
                with m.If(event.precharge[i]):
                    m.d.sync += wait.eq(timing.rp - 1)
                with m.Elif(self.refresh[i]):
                    m.d.sync += wait.eq(timing.rfc - 1)
                with m.Elif(~ready[i]):
                    m.d.sync += wait.eq(wait - 1)
                with m.If(self.column[i]):
                    after_write = timing.write_to_precharge - 1
                    m.d.sync += precharge.eq(Mux(self.write, after_write, after_read))
                with m.Elif(~shut[i]):
                    m.d.sync += precharge.eq(precharge - 1)
            m.d.comb += [ready[i].eq(wait == 0), shut[i].eq(precharge == 0)]
        m.d.sync += self.open.eq((self.open | event.activate) & ~event.precharge)
        m.d.comb += [
            self.can_activate.eq(ready),
            self.can_access.eq(ready),
            self.can_precharge.eq(shut),
            *(row.eq(rows[bank]) for row, bank in zip(self.row, self.lookup, strict=True)),
        ]
        self._window(m, timing.faw)
        self._idle(m)
        return m

    def _window(self, m: Module, length: int) -> None:
        """Counts the ACTIVATEs of the last ``length - 1`` cycles."""
        past, count = Signal(length - 1), Signal(range(BURST + 1))
        activates = self.row_event.activate.any()
        m.d.sync += past.eq(Cat(activates, past))
        m.d.sync += count.eq(count + activates - past[-1])
        m.d.comb += self.faw.eq(count < 4)

    def _idle(self, m: Module) -> None:
        period, used = Signal(_IDLE_BITS), Signal(BANKS)
        now = self.row_event.activate | self.column
        m.d.sync += [period.eq(period + 1), used.eq(used | now), self.idle.eq(self.idle & ~now)]
        with m.If(period.all()):
            m.d.sync += [used.eq(now), self.idle.eq(self.open & ~used & ~now)]
