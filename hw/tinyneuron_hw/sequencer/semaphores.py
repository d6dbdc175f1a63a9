"""The 64 semaphores that order the streams and the DMA transfers."""

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value, unsigned
from amaranth.lib import memory, wiring
from amaranth.lib.wiring import In, Out

from ..config import NUM_SEMAPHORES, CoreConfig
from ..isa.opcodes import Stream, UpdateMode, WaitMode
from .links import SemaphoreWaitPort
from .ports import SemaphoreUpdatePort

__all__ = ["Semaphores", "round_robin"]


def round_robin(m: Module, requests: Value, last: Signal) -> Signal:
    """One-hot grant among ``requests``: the first one above ``last``, else the lowest.

    ``last`` is the one-hot grant given before; the caller registers it.
    """
    width = len(requests)
    above = Signal(width, name=f"{last.name}_above")
    grant = Signal(width, name=f"{last.name}_grant")
    # -(last << 1) has ones in every position above the last grant.
    m.d.comb += above.eq(requests & -(last << 1))
    chosen = Mux(above.any(), above, requests)
    m.d.comb += grant.eq(chosen & (-chosen)[:width])
    return grant


class Semaphores(wiring.Component):
    """64 semaphores of 32 bits; 0 after reset.

    One semaphore changes per cycle: requesters (streams' updates, DMA updates, waits that
    subtract) are served in turn, the host before all. A wait that does not subtract is answered
    in the cycle its condition holds, for every stream at once.

    Parameters
    ----------
    config:
        Gives the number of DMA engines.

    Members
    -------
    waits: one wait port per stream.
    updates: one update port per stream.
    dma_updates: one update port per DMA engine.
    index, value, write, write_value: the host's combinational read and its write pulse.
    """

    def __init__(self, config: CoreConfig):
        super().__init__(
            {
                "waits": In(SemaphoreWaitPort()).array(len(Stream)),
                "updates": In(SemaphoreUpdatePort()).array(len(Stream)),
                "dma_updates": In(SemaphoreUpdatePort()).array(config.dma_engines),
                "index": In(range(NUM_SEMAPHORES)),
                "value": Out(32),
                "write": In(1),
                "write_value": In(32),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.storage = storage = memory.Memory(
            shape=unsigned(32), depth=NUM_SEMAPHORES, init=[]
        )
        # The memory has no reset: a semaphore that was not written since reset reads 0.
        written = Signal(NUM_SEMAPHORES)

        def read(index: Value) -> Value:
            port = storage.read_port(domain="comb")
            m.d.comb += port.addr.eq(index)
            return Mux(written.bit_select(index, 1), port.data, 0)

        m.d.comb += self.value.eq(read(self.index))
        subtracts = self._waits(m, read)
        updates = [*self.updates, *self.dma_updates]
        requests = Cat(subtracts, (port.valid for port in updates))
        last = Signal(len(requests), init=1, name="served")
        grant = round_robin(m, requests, last)

        mode, index, operand = Signal(UpdateMode), Signal(range(NUM_SEMAPHORES)), Signal(32)
        for i, wait in enumerate(self.waits):
            with m.If(grant[i]):
                m.d.comb += mode.eq(UpdateMode.SUBTRACT)
                m.d.comb += [index.eq(wait.semaphore), operand.eq(wait.value)]
                m.d.comb += wait.ready.eq(~self.write)
        for i, port in enumerate(updates, len(self.waits)):
            m.d.comb += port.ready.eq(grant[i] & ~self.write)
            with m.If(grant[i]):
                m.d.comb += [mode.eq(port.mode), index.eq(port.semaphore), operand.eq(port.value)]
        with m.If(requests.any() & ~self.write):
            m.d.sync += last.eq(grant)

        old = read(index)
        write = storage.write_port()
        m.d.comb += write.addr.eq(Mux(self.write, self.index, index))
        m.d.comb += write.en.eq(self.write | requests.any() & (mode != UpdateMode.NONE))
        with m.Switch(mode):
            with m.Case(UpdateMode.ADD):
                m.d.comb += write.data.eq(old + operand)
            with m.Case(UpdateMode.SUBTRACT):
                m.d.comb += write.data.eq(old - operand)
            with m.Default():
                m.d.comb += write.data.eq(operand)
        with m.If(self.write):
            m.d.comb += write.data.eq(self.write_value)
        with m.If(write.en):
            m.d.sync += written.bit_select(write.addr, 1).eq(1)
        return m

    def _waits(self, m: Module, read: Any) -> Value:
        """Answers the plain waits; the requests of those that may subtract now."""
        subtracts = Signal(len(self.waits))
        for i, wait in enumerate(self.waits):
            value = Signal(32, name=f"wait_value{i}")
            m.d.comb += value.eq(read(wait.semaphore))
            enough = value >= wait.value
            with m.If(wait.valid):
                with m.Switch(wait.mode):
                    with m.Case(WaitMode.NONE):
                        m.d.comb += wait.ready.eq(1)
                    with m.Case(WaitMode.EQUAL):
                        m.d.comb += wait.ready.eq(value == wait.value)
                    with m.Case(WaitMode.GREATER_EQUAL):
                        m.d.comb += wait.ready.eq(enough)
                    with m.Case(WaitMode.GREATER_EQUAL_SUBTRACT):
                        m.d.comb += subtracts[i].eq(enough)
        return subtracts
