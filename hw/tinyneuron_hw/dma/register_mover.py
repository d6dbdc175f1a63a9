"""Moves scalar registers from and to memory."""

from typing import Any

from amaranth.hdl import Module, Mux, Signal, Value, signed
from amaranth.lib import enum, stream, wiring
from amaranth.lib.wiring import In, Out
from amaranth.utils import exact_log2

from ..config import CoreConfig
from ..host.windows import Windows
from ..isa.csr import Trap
from ..isa.rules_registers import MAX_MOVED, WORD_BYTES
from ..memory.ports import DmaReadPort, DmaWritePort
from ..sequencer.ports import RegisterMove, RegisterMovePort, TrapPort
from .reader import AddressRequest
from .sink import WriteBeat
from .window_check import window_allows

__all__ = ["RegisterMover"]

_SETTLE = 2
"""Cycles after the last access of SBUF in which it may turn out to be lost."""
_PLACE = signed(68)
"""A 48-bit address and the product of two 32-bit numbers."""


class _State(enum.Enum, shape=3):
    IDLE = 0
    MULTIPLY = 1
    ADD = 2
    CHECK = 3
    MOVE = 4
    SETTLE = 5
    DONE = 6


class RegisterMover(wiring.Component):
    """Loads or stores up to 8 words, one move at a time; the words are asked for without waiting.

    Parameters
    ----------
    config:
        Width of the ports.

    Members
    -------
    move: In(RegisterMovePort())
    windows: In(Windows)
    stop: In(1)
        Ask for nothing more, change no register, forget the move when the bus is done with it.
    ar, aw: Out(stream of AddressRequest), w: Out(stream of WriteBeat(config))
        A burst of one beat for each word.
    r_valid, r_data, r_error, r_flaws, b_valid, b_error: In
        Returning beats and responses, in order; never held back.
    sbuf_read: Out(DmaReadPort(config)), sbuf_write: Out(DmaWritePort(config))
    trap: Out(TrapPort())
        ``stream`` and ``pc`` are those of the last move, also without ``valid``.
    busy: Out(1)
        A move is under way; from a register.
    quiet: Out(1)
        No bus transaction is in flight.

    Latency and throughput: 8 cycles and the memory's; a word loads in a cycle, and is stored in 2
    in device memory, in 1 in SBUF.
    """

    def __init__(self, config: CoreConfig):
        self.config = config
        super().__init__(
            {
                "move": In(RegisterMovePort()),
                "windows": In(Windows),
                "stop": In(1),
                "ar": Out(stream.Signature(AddressRequest)),
                "aw": Out(stream.Signature(AddressRequest)),
                "w": Out(stream.Signature(WriteBeat(config))),
                "r_valid": In(1),
                "r_data": In(8 * config.axi_bytes),
                "r_error": In(1),
                "r_flaws": In(config.axi_bytes // 8),
                "b_valid": In(1),
                "b_error": In(1),
                "sbuf_read": Out(DmaReadPort(config)),
                "sbuf_write": Out(DmaWritePort(config)),
                "trap": Out(TrapPort()),
                "busy": Out(1),
                "quiet": Out(1),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        self._state = state = Signal(_State)
        self._command: Any = Signal(RegisterMove)
        self._failed = Signal()
        self._asked, self._came = Signal(range(MAX_MOVED + 1)), Signal(range(MAX_MOVED + 1))
        """Words that were asked for, or are on their way out; those that are over."""
        self._place, self._arrival = Signal(_PLACE), Signal(48)
        """Where the next word to ask for is, and the next to be over."""
        self._writing = Signal()
        """The data of a write is still to be taken."""
        command, move = self._command, self.move
        m.d.comb += [
            self.busy.eq(state != _State.IDLE),
            self.quiet.eq(command.on_chip | ((self._asked == self._came) & ~self._writing)),
            move.issue.ready.eq((state == _State.IDLE) & ~self.stop),
            move.index.eq(Mux(command.stores, self._asked, self._came)),
            move.done.eq((state == _State.DONE) & ~self.stop),
            self.trap.stream.eq(command.stream),
            self.trap.pc.eq(command.pc),
        ]
        product, span = Signal(signed(64)), Signal(signed(36))
        with m.If(move.issue.valid & move.issue.ready):
            m.d.sync += [command.eq(move.issue.payload), state.eq(_State.MULTIPLY)]
            m.d.sync += [self._asked.eq(0), self._came.eq(0), self._failed.eq(0)]
        with m.Switch(state):
            with m.Case(_State.MULTIPLY):
                m.d.sync += [
                    product.eq(command.register * command.scale),
                    span.eq((command.count - 1) * command.stride),
                    state.eq(_State.ADD),
                ]
            with m.Case(_State.ADD):
                m.d.sync += self._place.eq(command.address + product)
                m.d.sync += state.eq(_State.CHECK)
            with m.Case(_State.CHECK):
                self._check(m, span)
            with m.Case(_State.MOVE):
                with m.If((self._came == command.count) & ~self._failed):
                    m.d.sync += state.eq(_State.SETTLE)
            with m.Case(_State.DONE):
                m.d.sync += state.eq(_State.IDLE)
        self._settle(m)
        self._ask(m)
        self._receive(m)
        with m.If(self.stop & self.quiet):
            m.d.sync += state.eq(_State.IDLE)
        return m

    def _settle(self, m: Module) -> None:
        left = Signal(range(_SETTLE + 1), init=_SETTLE)
        m.d.sync += left.eq(_SETTLE)
        with m.If(self._state == _State.SETTLE):
            m.d.sync += left.eq(left - 1)
            with m.If(left == 0):
                m.d.sync += [left.eq(_SETTLE), self._state.eq(_State.DONE)]

    def _check(self, m: Module, span: Signal) -> None:
        command, place = self._command, self._place
        low, high = Signal(_PLACE), Signal(_PLACE)
        m.d.comb += [
            low.eq(place + Mux(span < 0, span, 0)),
            high.eq(place + Mux(span < 0, 0, span) + WORD_BYTES),
        ]
        inside = window_allows(self.windows, low, high, ~command.stores, command.stores)
        misaligned = place[:2].any()
        m.d.sync += self._arrival.eq(place)
        with m.If(command.on_chip | (~misaligned & inside)):
            m.d.sync += self._state.eq(_State.MOVE)
        with m.Else():
            self._fail(m, Mux(misaligned, Trap.BAD_OPERAND, Trap.OUT_OF_RANGE),
                       Mux(misaligned, command.instruction_address, place[:48]))  # fmt: skip

    def _fail(self, m: Module, cause: Any, address: Value) -> None:
        m.d.sync += self._failed.eq(1)
        m.d.comb += [
            self.trap.valid.eq(~self._failed & ~self.stop),
            self.trap.cause.eq(cause),
            self.trap.address.eq(address),
        ]

    def _ask(self, m: Module) -> None:
        """Addresses and data on their way out."""
        command, config = self._command, self.config
        log2, place = exact_log2(config.axi_bytes), self._place
        lane = place[2:log2]
        asks, taken, stored = Signal(), Signal(), Signal()
        mask = Signal(config.axi_bytes)
        m.d.comb += [
            asks.eq(
                (self._state == _State.MOVE) & (self._asked != command.count)
                & ~self._writing & ~self._failed & ~self.stop
            ),
            self.ar.valid.eq(asks & ~command.on_chip & ~command.stores),
            self.aw.valid.eq(asks & ~command.on_chip & command.stores),
            self.ar.payload.address.eq(place),
            self.aw.payload.address.eq(place),
            self.sbuf_read.valid.eq(asks & command.on_chip & ~command.stores),
            self.sbuf_read.partition.eq(place[24:32]),
            self.sbuf_read.chunk.eq(place[log2:24]),
            self.sbuf_write.valid.eq(asks & command.on_chip & command.stores),
            self.sbuf_write.partition.eq(place[24:32]),
            self.sbuf_write.chunk.eq(place[log2:24]),
            self.sbuf_write.data.eq(self.move.value.replicate(config.axi_bytes // WORD_BYTES)),
            self.sbuf_write.mask.eq(mask),
            self.w.valid.eq(self._writing),
            self.w.payload.last.eq(1),
            stored.eq(self.sbuf_write.valid & self.sbuf_write.ready),
            taken.eq(
                (self.ar.valid & self.ar.ready) | (self.aw.valid & self.aw.ready)
                | (self.sbuf_read.valid & self.sbuf_read.ready) | stored
            ),
        ]  # fmt: skip
        for i in range(config.axi_bytes // WORD_BYTES):
            m.d.comb += mask.word_select(i, WORD_BYTES).eq((lane == i).replicate(WORD_BYTES))
        with m.If(taken):
            m.d.sync += [self._asked.eq(self._asked + 1), place.eq(place + command.stride)]
        with m.If(self.aw.valid & self.aw.ready):
            m.d.sync += [
                self._writing.eq(1),
                self.w.payload.data.eq(self.sbuf_write.data),
                self.w.payload.strobe.eq(mask),
            ]
        with m.Elif(self.w.ready):
            m.d.sync += self._writing.eq(0)
        self._stored = stored

    def _receive(self, m: Module) -> None:
        """Words and responses that come back."""
        command, move, arrival = self._command, self.move, self._arrival
        log2, width = exact_log2(self.config.axi_bytes), 8 * WORD_BYTES
        loads, flaw = Signal(), Signal()
        error, word = Signal(), Signal(width)
        near = self.sbuf_read.data_valid & command.on_chip & ~command.stores
        far = self.r_valid
        words = Mux(command.on_chip, self.sbuf_read.data, self.r_data)
        place = arrival[3:log2]
        own_flaw = self.r_flaws.bit_select(place, 1) if len(place) else self.r_flaws[0]
        m.d.comb += [
            loads.eq((self._state == _State.MOVE) & (near | far)),
            word.eq(words.word_select(arrival[2:log2], width)),
            flaw.eq(far & own_flaw),
            error.eq((far & self.r_error & ~self.r_flaws.any()) | (self.b_valid & self.b_error)),
            move.write.eq(loads & ~error & ~flaw & ~self._failed & ~self.stop),
            move.write_value.eq(word),
        ]
        with m.If(loads | self.b_valid | self._stored):
            m.d.sync += [self._came.eq(self._came + 1), arrival.eq(arrival + command.stride)]
        with m.If(error):
            self._fail(m, Trap.BUS_ERROR, (arrival >> log2) << log2)
        with m.Elif(flaw):
            self._fail(m, Trap.ECC_ERROR, (arrival >> 3) << 3)
