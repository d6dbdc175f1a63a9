"""Writes zeros over what the programs of one owner leave in memories."""

from typing import Any

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out, Signature

from ..config import SBUF_BANKS, CoreConfig
from ..isa.table import TABLE_ROWS

__all__ = ["Sweep", "SweepPort", "sweep_rows"]


def sweep_rows(config: CoreConfig) -> int:
    """Rows of the deepest memory that is swept: a bank of SBUF or PSUM, or the function tables."""
    return max(config.sbuf_lines // SBUF_BANKS, config.psum_bank_words, TABLE_ROWS)


class SweepPort(Signature):
    """From the sweep's side: while ``active``, a memory writes zeros to ``row`` of each of its
    banks, in all partitions; a memory with fewer rows leaves the others out. Nothing else reads
    or writes then."""

    def __init__(self, config: CoreConfig):
        super().__init__({"active": Out(1), "row": Out(range(sweep_rows(config)))})


class Sweep(wiring.Component):
    """Counts through the rows of all memories at once.

    Parameters
    ----------
    config:
        Core sizes.

    Members
    -------
    enable: level, from a register; every row is swept while it is high.
    done: in the last cycle of a sweep; ``enable`` is low in the next one.
    port: to the memories.

    Latency and throughput: a row per cycle, ``sweep_rows(config)`` cycles.
    """

    def __init__(self, config: CoreConfig):
        self._last = sweep_rows(config) - 1
        super().__init__({"enable": In(1), "done": Out(1), "port": Out(SweepPort(config))})

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.d.comb += [
            self.port.active.eq(self.enable),
            self.done.eq(self.enable & (self.port.row == self._last)),
        ]
        with m.If(self.done):
            m.d.sync += self.port.row.eq(0)
        with m.Elif(self.enable):
            m.d.sync += self.port.row.eq(self.port.row + 1)
        return m
