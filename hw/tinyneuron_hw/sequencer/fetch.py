"""Prefetch buffer of one stream: a window of consecutive instructions."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, unsigned
from amaranth.lib import enum, memory, wiring
from amaranth.lib.wiring import In, Out

from ..config import INSTRUCTION_BYTES, CoreConfig
from ..isa.instructions import INSTRUCTION_BITS
from .links import POSITION_BITS, FetchRequest, FetchResponse
from .ports import PC_BITS

__all__ = ["Fetch", "FetchStatus"]


_OVERHEAD = 16
"""Cycles from a request to the delivery of its row, without the memory's own latency."""

_FASTEST = 3
"""Cycles per instruction that the sequencer can do at best."""

_FIRST = 2
"""Instructions to read of a new program before one is used: most streams begin with a wait, and
what they do not need yet would delay the loads that they wait for."""

_BEHIND_A_JUMP = 12
"""Instructions to read ahead at least where a stream goes on that has been running."""


class FetchStatus(enum.Enum, shape=2):
    """What is known of the instruction asked for."""

    OKAY = 0
    OUT_OF_RANGE = 1
    """At or past the stream's length, or not inside a window that allows execution."""
    BUS_ERROR = 2
    ECC_ERROR = 3
    """A word could not be corrected; ``flaw`` tells which."""


class Fetch(wiring.Component):
    """Reads ahead of ``pc``, and keeps what lies close behind it for jumps back.

    The window is ``[next - count, next)``; of it the last ``pending`` instructions are still to
    come. A ``pc`` in the window costs nothing, another one starts the window anew there. It reads
    ahead by one more for each instruction that is used, until that covers the latency of memory:
    a stream that waits leaves the port to others. What else the buffer holds lies behind ``pc``.

    Parameters
    ----------
    config:
        ``fetch_buffer`` instructions, ``axi_bytes`` a beat, ``memory_latency``.

    Members
    -------
    start: pulse; forget everything, the program begins at instruction 0.
    run: instructions may be requested.
    entry: device address of instruction 0; the low 7 bits are ignored.
    length: instructions of the stream.
    pc, pc_valid: the instruction to deliver; ``pc`` may not change while ``row_valid`` waits.
    hold, hold_start: do not let go of instructions from ``hold_start`` on while that is possible.
    row, status, row_valid: the instruction at ``pc``; ``row`` is meaningful when OKAY.
    take: ``row`` was used; ``pc_valid`` must fall in the next cycle.
    address: device address of the instruction at ``pc``.
    flaw: with ECC_ERROR, the first 64-bit word of the instruction that is wrong.
    idle: no read is in flight.
    request, response: to and from the fetch bus; responses come in the order of requests.

    Latency and throughput: ``row_valid`` one cycle after ``pc_valid`` when the instruction is in
    the window; an instruction every 2 cycles.
    """

    def __init__(self, config: CoreConfig):
        self._depth = config.fetch_buffer
        self._beat_bits = 8 * config.axi_bytes
        self._beats = INSTRUCTION_BYTES // config.axi_bytes
        round_trip, period = config.memory_latency + _OVERHEAD, max(self._beats, _FASTEST)
        self._ahead = min(self._depth - 1, 1 + -(-round_trip // period))
        super().__init__(
            {
                "start": In(1),
                "run": In(1),
                "entry": In(48),
                "length": In(PC_BITS),
                "pc": In(POSITION_BITS),
                "pc_valid": In(1),
                "hold": In(1),
                "hold_start": In(POSITION_BITS),
                "row": Out(INSTRUCTION_BITS),
                "status": Out(FetchStatus),
                "row_valid": Out(1),
                "take": In(1),
                "address": Out(48),
                "flaw": Out(4),
                "idle": Out(1),
                "request": Out(FetchRequest()),
                "response": In(FetchResponse(config)),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        depth = self._depth
        ahead = Signal(POSITION_BITS)
        """First instruction that was not requested."""
        count, pending = Signal(range(depth + 1)), Signal(range(2 * depth))
        outstanding = Signal(range(2 * depth))
        """Reads in flight: ``pending`` and, before them, those that a jump made useless."""
        denied, errors, flawed = Signal(), Signal(depth), Signal(depth)

        reach = Signal(range(self._ahead + 1), init=min(self._ahead, _FIRST))
        """How far ahead of ``pc`` it reads."""
        distance = Signal(POSITION_BITS)
        past_end, flush = Signal(), Signal()
        m.d.comb += [
            distance.eq(ahead - self.pc),
            past_end.eq(self.pc >= self.length),
            flush.eq(self.start | (self.pc_valid & (distance > count) & ~past_end)),
            self.idle.eq(outstanding == 0),
        ]
        # The instruction at pc itself is always requested, whatever a loop wants to keep.
        keeps = ~self.hold | ((ahead - self.hold_start)[:POSITION_BITS] < depth) | (distance == 0)
        base = self.entry[7:] << 7
        m.d.comb += [
            self.address.eq(base + (self.pc << 7)),
            self.request.address.eq(base + (ahead << 7)),
            self.request.valid.eq(
                self.run & ~flush & ~denied & (ahead < self.length) & keeps
                & (distance < reach) & (outstanding != 2 * depth - 1)
            ),
        ]  # fmt: skip

        asked, came = Signal(), Signal()
        stale = outstanding != pending
        m.d.comb += asked.eq(self.request.valid & self.request.ready & ~self.request.denied)
        m.d.comb += came.eq(self.response.valid & self.response.last)
        m.d.sync += outstanding.eq(outstanding + asked - came)
        m.d.sync += pending.eq(pending + asked - (came & ~stale))
        with m.If(self.request.valid & self.request.ready):
            m.d.sync += denied.eq(self.request.denied)
        with m.If(asked):
            m.d.sync += [ahead.eq(ahead + 1), count.eq(Mux(count == depth, depth, count + 1))]
        with m.If(self.take & (reach != self._ahead)):
            m.d.sync += reach.eq(reach + 1)
        with m.If(flush):
            m.d.sync += [
                reach.eq(Mux(self.start, reach.init, min(self._ahead, _BEHIND_A_JUMP))),
                ahead.eq(Mux(self.start, 0, self.pc)),
                count.eq(0),
                pending.eq(0),
                denied.eq(0),
            ]
        filling = (ahead - pending)[: depth.bit_length() - 1]
        place, place_valid = self._find_flaw(m)
        self._store(m, filling, (errors, flawed), stale, place, place_valid)
        self._deliver(m, distance, count, pending, denied, past_end, (errors, flawed))
        return m

    def _find_flaw(self, m: Module) -> tuple[Signal, Signal]:
        """First wrong word of the instruction that comes, up to this beat, and whether there is
        one."""
        response, words = self.response, INSTRUCTION_BYTES // 8 // self._beats
        place, valid, earlier, found = Signal(4), Signal(), Signal(4), Signal()
        beat = Signal(4)
        m.d.comb += [valid.eq(found | response.flaws.any()), place.eq(earlier)]
        with m.If(~found):
            for i in reversed(range(words)):
                with m.If(response.flaws[i]):
                    m.d.comb += place.eq(beat * words + i)
        with m.If(response.valid):
            m.d.sync += [
                beat.eq(Mux(response.last, 0, beat + 1)),
                found.eq(valid & ~response.last),
                earlier.eq(place),
            ]
        return place, valid

    def _store(self, m: Module, filling: Any, errors: Any, stale: Any, place: Signal,
               flaw: Signal) -> None:  # fmt: skip
        m.submodules.rows = self._rows = memory.Memory(
            shape=unsigned(INSTRUCTION_BITS), depth=self._depth, init=[]
        )
        write = self._rows.write_port(granularity=self._beat_bits)
        m.submodules.places = self._places = memory.Memory(shape=4, depth=self._depth, init=[])
        note = self._places.write_port()
        m.d.comb += [note.addr.eq(filling), note.data.eq(place)]
        beat, failed = Signal(self._beats, init=1), Signal()
        response = self.response
        error = failed | response.error
        m.d.comb += write.addr.eq(filling)
        m.d.comb += write.data.eq(response.data.replicate(self._beats))
        with m.If(response.valid):
            m.d.sync += [beat.eq(Mux(response.last, 1, beat << 1)), failed.eq(error)]
            with m.If(~stale):
                m.d.comb += write.en.eq(beat)
            with m.If(response.last):
                m.d.sync += failed.eq(0)
                with m.If(~stale):
                    m.d.sync += errors[0].bit_select(filling, 1).eq(error)
                    m.d.sync += errors[1].bit_select(filling, 1).eq(flaw)
                    m.d.comb += note.en.eq(1)

    def _deliver(self, m: Module, distance: Any, count: Any, pending: Any, denied: Any,
                 past_end: Any, errors: Any) -> None:  # fmt: skip
        read = self._rows.read_port()
        row = self.pc[: self._depth.bit_length() - 1]
        which = self._places.read_port(domain="comb")
        m.d.comb += [which.addr.eq(row), self.flaw.eq(which.data)]
        arrived, missing = Signal(), Signal()
        m.d.comb += [
            arrived.eq((distance <= count) & (distance > pending)),
            missing.eq(past_end | (denied & (distance == 0))),
            read.addr.eq(row),
            read.en.eq(self.pc_valid & ~self.row_valid & arrived),
            self.row.eq(read.data),
        ]
        m.d.sync += self.row_valid.eq(self.pc_valid & ~self.take & (arrived | missing))
        with m.If(self.pc_valid & ~self.row_valid):
            m.d.sync += self.status.eq(
                Mux(missing, FetchStatus.OUT_OF_RANGE,
                    Mux(errors[0].bit_select(row, 1), FetchStatus.BUS_ERROR,
                        Mux(errors[1].bit_select(row, 1), FetchStatus.ECC_ERROR,
                            FetchStatus.OKAY)))
            )  # fmt: skip
        with m.If(self.start):
            m.d.sync += self.row_valid.eq(0)
