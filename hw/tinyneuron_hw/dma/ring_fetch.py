"""Reads the descriptors of a ring out of device memory."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, fifo, stream, wiring
from amaranth.lib.wiring import In, Out

from ..config import INSTRUCTION_BYTES, CoreConfig
from .reader import AddressRequest
from .transfer import Transfer

__all__ = ["DescriptorBeat", "RingFetch"]

_AHEAD = 2
"""Descriptors that are asked for or wait."""


def DescriptorBeat(config: CoreConfig) -> data.StructLayout:  # noqa: N802 (a layout, used like a class)
    """Part of the descriptor at ``address``; ``last`` is its last. ``error``: the bus refused it;
    ``flaws`` has a bit for each 64-bit word that could not be corrected."""
    return data.StructLayout(
        {
            "data": 8 * config.axi_bytes,
            "error": 1,
            "flaws": config.axi_bytes // 8,
            "last": 1,
            "address": 48,
        }
    )


class RingFetch(wiring.Component):
    """Asks for descriptors ahead of their use, as far as there is room for them.

    Members
    -------
    ring: In(Transfer)
        The ring (see :class:`Transfer`); stable from ``start`` until the last descriptor is asked
        for.
    start: In(1)
        Pulse; after it the block must be reset before the next one.
    hold: In(1)
        Ask for nothing more.
    ar: Out(stream of AddressRequest)
    r_valid, r_data, r_error, r_flaws: In
        Returning AXI beats, in order; never held back.
    beat: Out(stream of DescriptorBeat)
        Valid from when all of a descriptor is there.
    idle: Out(1)
        Nothing is on the bus.

    Latency and throughput: that of the memory and 3 cycles; a beat per cycle.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "ring": In(Transfer),
                "start": In(1),
                "hold": In(1),
                "ar": Out(stream.Signature(AddressRequest)),
                "r_valid": In(1),
                "r_data": In(8 * config.axi_bytes),
                "r_error": In(1),
                "r_flaws": In(config.axi_bytes // 8),
                "beat": Out(stream.Signature(DescriptorBeat(config))),
                "idle": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        width, beats = self.config.axi_bytes, INSTRUCTION_BYTES // self.config.axi_bytes
        words = width // 8
        m.submodules.buffer = buffer = fifo.SyncFIFOBuffered(
            width=8 * width + 1 + words, depth=_AHEAD * beats
        )
        taken = self._ask(m, beats)

        came, given = Signal(range(max(2, beats))), Signal(range(max(2, beats)))
        whole, ends = Signal(range(_AHEAD + 1)), Signal()
        beat = self.beat.payload
        m.d.comb += [
            buffer.w_en.eq(self.r_valid),
            buffer.w_data[: 8 * width].eq(self.r_data),
            buffer.w_data[8 * width].eq(self.r_error & ~self.r_flaws.any()),
            buffer.w_data[8 * width + 1 :].eq(self.r_flaws),
            beat.data.eq(buffer.r_data[: 8 * width]),
            beat.error.eq(buffer.r_data[8 * width]),
            beat.flaws.eq(buffer.r_data[8 * width + 1 :]),
            beat.last.eq(given == beats - 1),
            self.beat.valid.eq(buffer.r_rdy & (whole != 0)),
            buffer.r_en.eq(self.beat.valid & self.beat.ready),
            ends.eq(self.r_valid & (came == beats - 1)),
            self._gone.eq(buffer.r_en & (given == beats - 1)),
        ]
        with m.If(self.r_valid):
            m.d.sync += came.eq(Mux(ends, 0, came + 1))
        with m.If(buffer.r_en):
            m.d.sync += given.eq(Mux(self._gone, 0, given + 1))
        m.d.sync += whole.eq(whole + ends - self._gone)
        in_flight = Signal(range(_AHEAD + 1))
        m.d.sync += in_flight.eq(in_flight + taken - ends)
        m.d.comb += self.idle.eq(in_flight == 0)
        self._follow(m)
        return m

    def _ask(self, m: Module, beats: int) -> Signal:
        """The request side; high when a request is taken."""
        ring = self.ring
        first, count = ring.dst.levels[0].last, ring.dst.levels[1].last
        address, left, asking = Signal(48), Signal(16), Signal()
        room = Signal(range(_AHEAD + 1), init=_AHEAD)
        taken, self._gone = Signal(), Signal()
        m.d.comb += [
            self.ar.valid.eq(asking & (room != 0) & ~self.hold),
            self.ar.payload.address.eq(address),
            self.ar.payload.beats.eq(beats - 1),
            taken.eq(self.ar.valid & self.ar.ready),
        ]
        m.d.sync += room.eq(room - taken + self._gone)
        with m.If(self.start):
            m.d.sync += [
                address.eq(ring.src.address + first * INSTRUCTION_BYTES),
                left.eq(count),
                asking.eq(1),
            ]
        with m.Elif(taken):
            m.d.sync += [address.eq(self._after(address)), left.eq(left - 1), asking.eq(left != 0)]
        return taken

    def _follow(self, m: Module) -> None:
        """The address of the descriptor at the output."""
        ring = self.ring
        address = Signal(48, name="address_out")
        m.d.comb += self.beat.payload.address.eq(address)
        with m.If(self.start):
            m.d.sync += address.eq(ring.src.address + ring.dst.levels[0].last * INSTRUCTION_BYTES)
        with m.Elif(self._gone):
            m.d.sync += address.eq(self._after(address))

    def _after(self, address: Signal) -> Any:
        """Where the next descriptor is."""
        start, following = self.ring.src.address, (address + INSTRUCTION_BYTES)[:48]
        end = (start + self.ring.src.run)[:48]
        return Mux(following == end, start, following)
