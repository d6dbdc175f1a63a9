"""Performance counters."""

from typing import Any

from amaranth.hdl import Module, Signal, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ..isa.csr import COUNTERS, INCREMENT_BITS
from ..isa.waits import BUS_WAITS, WAIT_BITS, WAITS

__all__ = ["Counters", "Increments"]

_WIDE = {
    "dma_read_bytes": 16, "dma_write_bytes": 16, "fetch_bytes": 8,
    "sbuf_conflicts": 4, "psum_conflicts": 4, "sbuf_corrected": 4, "psum_corrected": 2,
    "trace_dropped": 4,
    **{name: 3 for name in WAITS if "_dma_" in name or name in BUS_WAITS},
    "memory_row_hits": 5, "memory_row_misses": 5, "memory_refreshes": 5, "memory_corrected": 6,
}  # fmt: skip

Increments = data.StructLayout(
    {name: unsigned(_WIDE.get(name, 1)) for name in COUNTERS if name != "cycles"}
)
"""What each counter but ``cycles`` grows by in a cycle."""
assert max(_WIDE.values()) <= INCREMENT_BITS


class Counters(wiring.Component):
    """Adds increments up while the core runs.

    Members
    -------
    running, clear: In(1)
    increments: In(Increments)
        Counted in cycles with ``running`` and in the cycle after, for what pipelines still report.
    values: Out(64).array(len(COUNTERS))
        In the order of ``isa.csr.COUNTERS``; two cycles behind.
    """

    running: In(1)
    clear: In(1)
    increments: In(Increments)
    values: Out(64).array(len(COUNTERS))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        was_running, counting = Signal(), Signal()
        taken = Signal(Increments)
        values = [
            Signal(WAIT_BITS if name in WAITS else 64, name=f"{name}_value") for name in COUNTERS
        ]
        m.d.comb += [out.eq(value) for out, value in zip(self.values, values, strict=True)]
        m.d.sync += [was_running.eq(self.running), counting.eq(self.running | was_running)]
        with m.If(self.running | was_running):
            m.d.sync += taken.eq(self.increments)
        with m.If(self.clear):
            m.d.sync += [value.eq(0) for value in values]
        with m.Else():
            for name, value in zip(COUNTERS, values, strict=True):
                step = was_running if name == "cycles" else taken[name]
                # Most increments are zero in most cycles: no adder then.
                with m.If(counting & (step != 0)):
                    m.d.sync += value.eq(value + step)
        return m
